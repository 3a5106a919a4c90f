from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from judge import shipped
from judge.rubric.json_schema import generate, key_tables
from judge.rubric.load import shipped_rubrics
from judge.rubric.starter import new_rubric

ROOT = Path(__file__).parents[2]
VALIDATOR = jsonschema.Draft202012Validator(json.loads(generate()))
BASE = {
    "name": "r",
    "version": 1,
    "title": "T",
    "reads": ["response"],
    "criteria": [
        {"name": "c", "question": "Q?", "scale": {"kind": "binary", "values": {"a": "A", "b": "B"}, "good": "a"}}
    ],
}


def plain(text: str) -> object:
    """YAML as an editor reads it: keys are text."""
    return json.loads(json.dumps(yaml.safe_load(text)))


def with_scale(scale: dict[str, object]) -> dict[str, object]:
    """A rubric with this scale."""
    return BASE | {"criteria": [{"name": "c", "question": "Q?", "scale": scale}]}


def test_the_shipped_schema_is_current():
    """Regenerate with: python -c 'from judge.rubric.json_schema import generate; print(generate(), end="")'."""
    assert (shipped.folder("rubrics") / "rubric.schema.json").read_text(encoding="utf-8") == generate()


def test_the_reference_page_has_every_key():
    """Regenerate its tables with: python -c 'from judge.rubric.json_schema import key_tables; print(key_tables())'."""
    page = (ROOT / "docs" / "reference" / "rubric-file.md").read_text(encoding="utf-8")
    assert key_tables() in page


@pytest.mark.parametrize("name", shipped_rubrics())
def test_shipped_rubrics_satisfy_the_schema(name):
    """An editor shows no error in them, and they name the schema on their first line."""
    text = (shipped.folder("rubrics") / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=rubric.schema.json\n")
    VALIDATOR.validate(plain(text))


def test_a_new_rubric_satisfies_the_schema():
    """The file to start from is green from the start."""
    VALIDATOR.validate(plain(new_rubric("mine")))


@pytest.mark.parametrize(
    "scale",
    [
        {"kind": "ordinal", "values": {"1": "x", "2": "y"}, "good": 2},
        {"kind": "ordinal", "values": {"1": "x", "2": "y", "3": "z"}, "good": [2, 3]},
        {"kind": "nominal", "values": {"a": "x", "b": "y"}, "positive": "a"},
        {"kind": "interval", "min": 0, "max": 10, "step": 0.5, "good": "high"},
    ],
)
def test_the_schema_allows_what_the_form_allows(scale):
    """One name or several, numbers as names."""
    VALIDATOR.validate(with_scale(scale))


@pytest.mark.parametrize(
    "rubric",
    [
        BASE | {"model": "x"},
        BASE | {"name": "Not OK"},
        BASE | {"criteria": []},
        BASE | {"prompt": None},
        {key: value for key, value in BASE.items() if key != "version"},
        with_scale({"kind": "interval", "min": 0, "good": "high"}),
        with_scale({"kind": "interval", "min": 0, "max": 1, "good": "high", "values": {"a": "A", "b": "B"}}),
        with_scale({"kind": "nominal", "values": {"a": "A", "b": "B"}}),
        with_scale({"kind": "nominal", "values": {"a": "A"}, "good": "a"}),
        with_scale({"kind": "nominal", "values": {"a": "A", "b": "B"}, "good": "a", "min": 0}),
        with_scale({"kind": "likert", "values": {"a": "A", "b": "B"}, "good": "a"}),
    ],
)
def test_the_schema_refuses_what_the_form_refuses(rubric):
    """An editor underlines what the loader would refuse."""
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(rubric)
