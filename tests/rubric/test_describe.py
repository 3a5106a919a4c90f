from __future__ import annotations

from judge.rubric.describe import describe, describe_all
from judge.rubric.load import load_rubric, parse_rubric


def test_the_list_has_a_line_for_each_rubric(support, several):
    """Name, what it asks, what it reads, in columns."""
    assert describe_all([support, several]) == (
        "support  Is it supported?  reads question (optional), documents, response\n"
        "several  Four questions    reads response"
    )
    assert describe_all([]) == ""


def test_a_description_holds_everything_a_rater_is_told(support):
    """Guidance, values with their good end, rate, evidence, hash."""
    text = describe(support)
    for part in (
        "support, version 1: Is it supported?",
        "Decide by the documents alone.",
        "supported (binary): Is every claim supported?",
        "  + supported    All of it.",
        "  - unsupported  Not all of it.",
        "the rate is the share of unsupported",
        "evidence from response and documents where it is unsupported",
        f"hash {support.hash[:12]}",
    ):
        assert part in text


def test_every_kind_of_scale_is_described(several):
    """Numbers with limits and steps, names with their meaning, and when the question does not arise."""
    text = describe(several)
    assert "asks 4 criteria together" in text
    assert "a number from 0 to 10 in steps of 1; high is good" in text
    assert "a number from 0 to 1; high is good" in text
    assert "not applicable: The response is empty." in text


def test_sources_examples_and_template_are_said():
    """What a rubric rests on, and whether its layout is its own."""
    assert "Rests on\n- Rashkin et al. (2023)" in describe(load_rubric("hallucination"))
    assert "worked examples: 3; template: the default" in describe(load_rubric("hallucination"))
    own = parse_rubric(
        "{name: x, version: 1, title: T, reads: [response], criteria: [{name: c, question: Q?, guidance: Hard., "
        "scale: {kind: nominal, values: {a: A, b: B}, positive: a}, evidence: {quote: [response]}}], "
        "prompt: '{{ response }}'}"
    )
    text = describe(own)
    assert "worked examples: 0; template: its own" in text
    assert "  Hard.\n    a  A\n    b  B\n  the rate is the share of a\n  evidence from response\n" in text
