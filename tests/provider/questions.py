"""Questions: requests to a judge model, as small as they can be."""

from __future__ import annotations

from typing import Any

from judge.models.request import Request, Sampling
from judge.records import Record
from judge.rubric.schema import Rubric

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "supported": {
            "type": "object",
            "properties": {"rationale": {"type": "string"}, "score": {"enum": ["supported", "unsupported"]}},
            "required": ["rationale", "score"],
            "additionalProperties": False,
        }
    },
    "required": ["supported"],
    "additionalProperties": False,
}

RUBRIC = Rubric.model_validate(
    {
        "name": "support",
        "version": 1,
        "title": "Is it supported?",
        "reads": ["response"],
        "criteria": [
            {
                "name": "supported",
                "question": "Is it supported?",
                "scale": {"kind": "binary", "values": {"supported": "yes", "unsupported": "no"}, "good": "supported"},
            }
        ],
    }
)


def question(record: str = "r1", *, text: str = "", sampling: Sampling | None = None, repeat: int = 0) -> Request:
    """A request about a record."""
    content = text or f"Is record {record} supported?"
    return Request(
        messages=({"role": "system", "content": "Judge."}, {"role": "user", "content": content}),
        schema=SCHEMA,
        sampling=sampling or Sampling(),
        rubric=RUBRIC,
        criteria=("supported",),
        record=Record(id=record, response=f"response of {record}"),
        repeat=repeat,
    )
