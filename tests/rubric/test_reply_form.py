from __future__ import annotations

import json

import jsonschema
import pytest

from judge.rubric.load import load_rubric, shipped_rubrics
from judge.rubric.reply import read_reply
from judge.rubric.reply_form import reply_answer, reply_schema, reply_skeleton, reply_text


def test_evidence_and_reason_come_before_the_score(support):
    """A score that is written last follows from its reason."""
    schema = reply_schema(support, ["supported"])
    answer = schema["properties"]["supported"]
    assert list(answer["properties"]) == ["evidence", "rationale", "score"]
    assert answer["properties"]["score"] == {"type": "string", "enum": ["supported", "unsupported"]}
    assert answer["properties"]["evidence"]["items"]["properties"]["source"]["enum"] == ["response", "documents"]


def test_each_scale_has_its_own_score(several):
    """Names are an enumeration, numbers are numbers, not_applicable only where the rubric offers it."""
    properties = reply_schema(several, ["tone", "grade", "points", "share"])["properties"]
    scores = {name: answer["properties"]["score"] for name, answer in properties.items()}
    assert scores == {
        "tone": {"type": "string", "enum": ["warm", "cold", "neutral", "not_applicable"]},
        "grade": {"type": "string", "enum": ["1", "2", "3"]},
        "points": {"type": "integer"},
        "share": {"type": "number"},
    }
    assert "evidence" not in properties["tone"]["properties"]


def test_an_interval_may_allow_not_applicable(several):
    """A number or the one word."""
    criterion = several.criteria[3].model_copy(update={"not_applicable": "Never."})
    rubric = several.model_copy(update={"criteria": (criterion,)})
    assert reply_schema(rubric, ["share"])["properties"]["share"]["properties"]["score"] == {
        "anyOf": [{"type": "number"}, {"type": "string", "enum": ["not_applicable"]}]
    }


@pytest.mark.parametrize("name", shipped_rubrics())
def test_schemas_are_strict_enough_for_strict_structured_output(name):
    """Every object is closed, every key required, and only widely supported keywords are used."""
    rubric = load_rubric(name)
    schema = reply_schema(rubric, [criterion.name for criterion in rubric.criteria])
    jsonschema.Draft202012Validator.check_schema(schema)
    todo = [schema]
    while todo:
        node = todo.pop()
        assert set(node) <= {"type", "properties", "required", "additionalProperties", "items", "enum", "description"}
        if node["type"] == "object":
            assert node["additionalProperties"] is False
            assert node["required"] == list(node["properties"])
        todo.extend(node.get("properties", {}).values())
        todo.extend([node["items"]] if "items" in node else [])


def test_a_written_reply_satisfies_the_schema_and_is_read_back(support, record):
    """What a judge that is no LLM writes is what every other judge must write."""
    text = reply_text({"supported": reply_answer("unsupported", "Parking costs.", [("response", "Parking is free.")])})
    jsonschema.validate(json.loads(text), reply_schema(support, ["supported"]))
    (judgement,) = read_reply(support, record, text, criteria=["supported"])
    assert (judgement.score, judgement.rationale) == ("unsupported", "Parking costs.")
    assert judgement.evidence[0].text == "Parking is free."


def test_the_skeleton_shows_the_form(support, several):
    """Models that get no schema see the keys in their order."""
    assert reply_skeleton(support, ["supported"]) == (
        '{"supported": {"evidence": [{"source": "response", "quote": "..."}], "rationale": "...", "score": "..."}}'
    )
    assert reply_skeleton(several, ["tone"]) == '{"tone": {"rationale": "...", "score": "..."}}'
