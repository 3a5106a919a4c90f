from __future__ import annotations

import pytest
from pydantic import ValidationError

from judge.rubric.load import parse_rubric
from judge.rubric.schema import Rubric, allowed_scores
from judge.scales import Level

TEXT = """\
name: mine
version: 1
title: Is it good?
reads: [response]
guidance: Look closely.
criteria:
  - name: good
    question: Is it?
    scale: {kind: ordinal, values: {1: poor, 2: fair, 3: fine}, good: [3]}
  - name: warm
    question: And warm?
    scale: {kind: nominal, values: {warm: W, cold: C, other: O}, positive: cold}
sources: [A book.]
"""


def test_numbers_may_name_values_and_one_name_needs_no_list():
    """`1: poor` and `positive: cold` are read as names."""
    first, second = parse_rubric(TEXT).criteria
    assert first.scale.level is Level.ORDINAL
    assert first.scale.names == ("1", "2", "3")
    assert first.scale.good == ("3",)
    assert second.scale.positive == ("cold",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sources: [A book.]\n", ""),
        ("guidance: Look closely.", "guidance: |\n  Look closely.\n"),
        ("title: Is it good?", "ask: together\ntitle: '  Is it good? '"),
        ("good: [3]", 'good: "3"'),
        ("name: mine\nversion: 1\n", "version: 1\nname: mine\n"),
        ("1: poor", '"1": poor'),
    ],
)
def test_the_hash_stays_where_the_meaning_stays(old, new):
    """Sources, defaults, white space around a text, quotation marks and the order of keys do not count."""
    assert old in TEXT
    assert parse_rubric(TEXT.replace(old, new)).hash == parse_rubric(TEXT).hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 1", "version: 2"),
        ("Look closely.", "Look more closely."),
        ("{1: poor, 2: fair, 3: fine}", "{3: fine, 2: fair, 1: poor}"),
        ("And warm?", "And cold?"),
        ("sources:", "ask: apart\nsources:"),
        ("sources:", "prompt: '{{ response }}!'\nsources:"),
        ("sources:", "examples: [{response: x, answers: {good: {score: 1}}}]\nsources:"),
    ],
)
def test_the_hash_changes_with_what_raters_are_told(old, new):
    """Whatever could change a score makes calibrations stale."""
    assert old in TEXT
    assert parse_rubric(TEXT.replace(old, new)).hash != parse_rubric(TEXT).hash


def test_criteria_are_asked_in_one_call_or_in_a_call_each():
    """`ask` says how the criteria are divided into calls."""
    assert parse_rubric(TEXT).calls == (("good", "warm"),)
    assert parse_rubric(TEXT + "ask: apart\n").calls == (("good",), ("warm",))


def test_a_criterion_is_found_by_name():
    """Others raise KeyError."""
    assert parse_rubric(TEXT).criterion("warm").question == "And warm?"
    with pytest.raises(KeyError):
        parse_rubric(TEXT).criterion("cold")


def test_allowed_scores_are_said_in_words(several):
    """Messages name values or limits."""
    assert [allowed_scores(criterion.scale) for criterion in several.criteria] == [
        "allowed: warm, cold, neutral",
        "allowed: 1, 2, 3",
        "allowed: numbers from 0 to 10 in steps of 1",
        "allowed: numbers from 0 to 1",
    ]


def test_a_rubric_does_not_change():
    """It is the instrument."""
    with pytest.raises(ValidationError):
        parse_rubric(TEXT).title = "Other"


def test_an_examples_quote_may_come_from_any_of_its_documents():
    """Quotes in examples are checked like a judge's."""
    form = {
        "name": "r", "version": 1, "title": "T", "reads": ["documents", "response"],
        "criteria": [{
            "name": "c", "question": "Q?", "scale": {"kind": "binary", "values": {"a": "A", "b": "B"}, "good": "a"},
            "evidence": {"quote": ["documents"]},
        }],
        "examples": [{
            "documents": ["one", "two"], "response": "x",
            "answers": {"c": {"score": "a", "evidence": [{"source": "documents", "quote": "two"}]}},
        }],
    }  # fmt: skip
    assert Rubric.model_validate(form).examples[0].fields == ("response", "documents")
    form["examples"][0]["answers"]["c"]["evidence"][0]["quote"] = "onetwo"
    with pytest.raises(ValidationError, match="these words do not stand in the example's documents"):
        Rubric.model_validate(form)
