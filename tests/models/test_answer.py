import json

import jsonschema
import pytest

from judge.models.answer import answer_to
from provider.questions import SCHEMA

RICH = {
    "type": "object",
    "$defs": {"part": {"enum": ["a", "b", "c"]}},
    "properties": {
        "one": {"$ref": "#/$defs/part"},
        "two": {"type": "array", "items": {"$ref": "#/$defs/part"}, "minItems": 2},
        "three": {"anyOf": [{"type": "number", "minimum": 1, "maximum": 5}, {"type": "null"}]},
        "four": {"type": ["string", "null"]},
        "five": {"const": "fixed"},
        "six": {"type": "boolean"},
        "seven": {"type": "integer", "minimum": 3},
        "eight": {"type": "null"},
    },
    "required": ["one", "two", "three", "four", "five", "six", "seven", "eight"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("schema", [SCHEMA, RICH])
@pytest.mark.parametrize("choose", [None, lambda values: values[-1]])
def test_an_answer_satisfies_its_schema(schema, choose):
    """Whatever is chosen, a validator finds nothing wrong with it."""
    jsonschema.validate(answer_to(schema, {}, choose), schema)


def test_scores_go_where_they_belong():
    """A criterion's score is put into its object, or stands for it where there is none."""
    assert answer_to(SCHEMA, {"supported": "unsupported"})["supported"]["score"] == "unsupported"
    flat = {"type": "object", "properties": {"tone": {"enum": ["kind", "rude"]}, "other": {"enum": ["x"]}}}
    assert answer_to(flat, {"tone": "rude"}) == {"tone": "rude", "other": "x"}


def test_answers_are_the_same_every_time():
    """Nothing in them is left to chance."""
    assert json.dumps(answer_to(RICH, {})) == json.dumps(answer_to(RICH, {}))
