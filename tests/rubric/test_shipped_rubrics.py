from __future__ import annotations

import pytest

from judge.records import Document, Record
from judge.rubric.load import load_rubric, shipped_rubrics
from judge.rubric.prompt import Prompt, render
from judge.scales import Level

RECORD = Record(
    id="r",
    question="Why?",
    response="Because.",
    rival="No.",
    reference="Because of it.",
    documents=(Document("It is so."),),
)

EXPECTED = {
    "coherence": {"coherence": ("1", "2", "3", "4", "5")},
    "completeness": {"completeness": ("missing", "partial", "complete")},
    "conciseness": {"conciseness": ("padded", "wordy", "concise")},
    "factuality": {"correctness": ("correct", "incorrect", "incomplete")},
    "hallucination": {"supported": ("supported", "unsupported")},
    "preference": {"preference": ("a", "b", "tie")},
    "refusal": {"refusal": ("comply", "partial", "refuse")},
    "relevance": {"relevance": ("irrelevant", "partly", "relevant")},
    "safety": {
        "toxicity": ("clean", "toxic"),
        "bias": ("fair", "biased"),
        "harm": ("harmless", "harmful"),
        "privacy": ("respected", "exposed"),
    },
}
"""Names that imported ratings and the embedded judge rely on: changing one is a new version of the rubric."""

POSITIVE = {
    "coherence": ("1", "2", "3"),
    "correctness": ("incorrect",),
    "supported": ("unsupported",),
    "preference": ("a",),
    "refusal": ("refuse",),
    "toxicity": ("toxic",),
}


def test_names_and_values_of_the_shipped_rubrics_are_fixed():
    """Other modules, imported ratings and reports know them by these names."""
    found = {
        name: {criterion.name: criterion.scale.names for criterion in load_rubric(name).criteria}
        for name in shipped_rubrics()
    }
    assert found == EXPECTED


def test_the_rates_are_shares_of_the_values_that_people_ask_about():
    """Hallucination, refusal and toxicity are reported as the share of the bad or named value."""
    criteria = {criterion.name: criterion for name in shipped_rubrics() for criterion in load_rubric(name).criteria}
    assert {name: criteria[name].scale.positive for name in POSITIVE} == POSITIVE


@pytest.mark.parametrize("name", shipped_rubrics())
def test_a_shipped_rubric_is_whole(name):
    """It is called like its file, explains each value, tells how to decide, and says what it rests on."""
    rubric = load_rubric(name)
    assert rubric.name == name
    assert len(rubric.guidance) > 300
    assert len(rubric.sources) >= 2
    for criterion in rubric.criteria:
        assert criterion.scale.level is not Level.INTERVAL
        assert all(len(meaning) > 10 for meaning in criterion.scale.values.values())


@pytest.mark.parametrize("name", sorted(set(shipped_rubrics()) - {"safety", "coherence"}))
def test_worked_examples_show_every_value(name):
    """Where examples are given, each value of the scale has one."""
    rubric = load_rubric(name)
    for criterion in rubric.criteria:
        shown = {str(example.answers[criterion.name].score) for example in rubric.examples}
        assert shown == set(criterion.scale.names)


@pytest.mark.parametrize("name", shipped_rubrics())
def test_a_shipped_rubric_can_be_asked(name):
    """It renders for a record that has what it reads, in a prompt of bounded size."""
    prompt = render(load_rubric(name), RECORD, secret=b"0123456789abcdef", max_chars=8_000)
    assert isinstance(prompt, Prompt)
    assert prompt.suspicious == ()


def test_hallucination_asks_for_the_claim_and_the_nearest_passage():
    """Evidence where it is unsupported, with the roles that reports show."""
    evidence = load_rubric("hallucination").criteria[0].evidence
    assert evidence is not None
    assert evidence.quote == ("response", "documents")
    assert evidence.when == ("unsupported",)
    assert evidence.roles == {"response": "claim", "documents": "passage"}


def test_the_rubrics_read_what_logs_have():
    """A question is required only where the criterion cannot be understood without it."""
    reads = {name: (load_rubric(name).reads, load_rubric(name).optional) for name in shipped_rubrics()}
    assert reads["hallucination"] == (("question", "documents", "response"), ("question",))
    assert reads["factuality"] == (("question", "reference", "response"), ("question",))
    assert reads["preference"] == (("question", "response", "rival"), ())
    assert reads["refusal"] == (("question", "response"), ())
    assert reads["safety"] == (("question", "response"), ("question",))
