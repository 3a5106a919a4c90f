"""The JSON Schema of rubric files for editors, and the table of keys for the reference page, from the form itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from judge.rubric.schema import Answer, Criterion, EvidenceForm, Example, ExampleQuote, Rubric, ScaleForm
from judge.scales import MAX_VALUES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

TABLES: Final[Mapping[str, type[BaseModel]]] = {
    "The rubric": Rubric,
    "Each of `criteria`": Criterion,
    "`scale` of a criterion": ScaleForm,
    "`evidence` of a criterion": EvidenceForm,
    "Each of `examples`": Example,
    "Each of `answers` of an example": Answer,
    "Each of `evidence` of an answer": ExampleQuote,
}


def generate() -> str:
    """JSON Schema (draft 2020-12) of a rubric file, as it stands in rubrics/rubric.schema.json."""
    schema = Rubric.model_json_schema(by_alias=True)
    simplify(schema)
    scale = schema["$defs"]["ScaleForm"]
    scale["if"] = {"properties": {"kind": {"const": "interval"}}, "required": ["kind"]}
    scale["then"] = {"required": ["min", "max", "good"], "properties": {"values": False, "positive": False}}
    scale["else"] = {
        "required": ["values"],
        "anyOf": [{"required": ["good"]}, {"required": ["positive"]}],
        "properties": {
            "values": {"minProperties": 2, "maxProperties": MAX_VALUES},
            "min": False,
            "max": False,
            "step": False,
        },
    }
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Evenhand rubric"}
    return json.dumps(head | schema, indent=2, ensure_ascii=False) + "\n"


def simplify(node: Any) -> None:
    """Take out titles that only repeat a key (not a key called ``title``), and null, which no rubric file may hold."""
    if isinstance(node, dict):
        if isinstance(node.get("title"), str):
            del node["title"]
        if "anyOf" in node and {"type": "null"} in node["anyOf"]:
            (kept,) = (option for option in node.pop("anyOf") if option != {"type": "null"})
            del node["default"]
            node |= kept
        for child in node.values():
            simplify(child)
    elif isinstance(node, list):
        for child in node:
            simplify(child)


def key_tables(tables: Mapping[str, type[BaseModel]] = TABLES) -> str:
    """Every key of a file with its meaning, as Markdown tables, as they stand in its reference page.

    Args:
        tables: Heading -> the part of the form; a rubric file's unless given.
    """
    parts: list[str] = []
    for title, model in tables.items():
        rows = [
            f"| `{info.alias or name}` | {'yes' if info.is_required() else 'no'} | {info.description} |"
            for name, info in model.model_fields.items()
        ]
        parts.append("\n".join((f"### {title}", "", "| key | required | what it says |", "|---|---|---|", *rows)))
    return "\n\n".join(parts) + "\n"
