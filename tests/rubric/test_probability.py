from __future__ import annotations

import json
import math
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.records import Record
from judge.rubric.reply import read_reply
from judge.rubric.schema import Rubric

RECORD = Record(id="r", response="text")


@dataclass(frozen=True)
class Piece:
    """A token as a provider gives it."""

    token: str
    logprob: float = 0.0
    top: tuple[tuple[str, float], ...] = ()


def listed(token: str, chances: dict[str, float]) -> Piece:
    """A token with a list of alternatives, itself among them."""
    return Piece(token, math.log(chances[token]), tuple((t, math.log(p)) for t, p in chances.items()))


def rubric(scale: dict[str, object], **more: object) -> Rubric:
    """A rubric with one criterion ``c`` on this scale."""
    criterion = {"name": "c", "question": "Q?", "scale": scale} | more
    return Rubric.model_validate(
        {"name": "r", "version": 1, "title": "T", "reads": ["response"], "criteria": [criterion]}
    )


def nominal(*names: str, **more: object) -> Rubric:
    """A rubric with a nominal scale of these values."""
    return rubric({"kind": "nominal", "values": dict.fromkeys(names, "M"), "good": names[0]}, **more)


def probabilities(form: Rubric, tokens: list[Piece], text: str | None = None) -> dict[str, float]:
    """What the tokens of a reply say, which must be a score."""
    (judgement,) = read_reply(form, RECORD, text or "".join(t.token for t in tokens), criteria=["c"], logprobs=tokens)
    assert judgement.score is not None
    return dict(judgement.probabilities)


HEAD = [Piece('{"c": {"rationale": "So."'), Piece(', "score'), Piece('": "')]
TAIL = [Piece('"'), Piece("}}")]
BINARY = nominal("supported", "unsupported")


def test_the_first_token_of_the_value_gives_the_probabilities():
    """Alternatives are added up per value they begin and brought to a sum of one: (.6 + .1) / .9 and .2 / .9."""
    tokens = [*HEAD, listed("supported", {"supported": 0.6, "un": 0.2, "supp": 0.1, "The": 0.1}), *TAIL]
    assert probabilities(BINARY, tokens) == pytest.approx({"supported": 7 / 9, "unsupported": 2 / 9})


def test_the_judgement_has_the_probability_of_its_score():
    """What the judge chose is what its probability is about, also where it was not the likeliest."""
    tokens = [*HEAD, listed("un", {"un": 0.3, "supported": 0.5}), Piece("supported"), *TAIL]
    text = "".join(t.token for t in tokens)
    (judgement,) = read_reply(BINARY, RECORD, text, criteria=["c"], logprobs=tokens)
    assert judgement.score == "unsupported"
    assert judgement.probability == pytest.approx(0.375)


def test_values_that_share_their_first_token_are_told_apart_by_the_next():
    """P(unclear) = .5 * .25, P(unsupported) = .5 * .75, P(supported) = .4; then divided by .9."""
    form = nominal("supported", "unclear", "unsupported")
    tokens = [
        *HEAD,
        listed("un", {"un": 0.5, "supported": 0.4, "x": 0.1}),
        listed("supported", {"supported": 0.75, "clear": 0.25}),
        *TAIL,
    ]
    expected = {"supported": 0.4 / 0.9, "unclear": 0.125 / 0.9, "unsupported": 0.375 / 0.9}
    assert probabilities(form, tokens) == pytest.approx(expected)


def test_an_alternative_that_begins_several_values_leaves_the_probability_absent():
    """Where `un` was not written, how its share divides is unknown, and a guess is not made."""
    form = nominal("supported", "unclear", "unsupported")
    tokens = [*HEAD, listed("supported", {"supported": 0.6, "un": 0.4}), *TAIL]
    assert probabilities(form, tokens) == {}


def test_a_value_that_begins_another_is_told_by_what_ends_it():
    """`1` and `10` part at the quotation mark: P(1) = .8 * .7, P(10) = .8 * .3, P(2) = .2."""
    form = nominal("1", "2", "10")
    tokens = [*HEAD, listed("1", {"1": 0.8, "2": 0.2}), listed('"', {'"': 0.7, "0": 0.3}), Piece("}}")]
    assert probabilities(form, tokens) == pytest.approx({"1": 0.56, "10": 0.24, "2": 0.2})


def test_numbers_end_where_no_digit_follows():
    """The same without quotation marks, on an interval scale whose points are few."""
    form = rubric({"kind": "interval", "min": 0, "max": 10, "step": 1, "good": "high"})
    head = [*HEAD[:2], Piece('": ')]
    tokens = [*head, listed("1", {"1": 0.5, "7": 0.5}), listed("0", {"0": 0.9, "}}": 0.1}), Piece("}}")]
    assert probabilities(form, tokens) == pytest.approx({"10.0": 0.45, "1.0": 0.05, "7.0": 0.5})
    (judgement,) = read_reply(form, RECORD, "".join(t.token for t in tokens), criteria=["c"], logprobs=tokens)
    assert judgement.probability == pytest.approx(0.45)


def test_steps_below_one_are_spelled_as_people_write_them():
    """0.3 is 0.3 and not 0.30000000000000004."""
    form = rubric({"kind": "interval", "min": 0, "max": 1, "step": 0.1, "good": "high"})
    tokens = [*HEAD[:2], Piece('": '), listed("0.3", {"0.3": 0.5, "0.9": 0.25}), Piece("}}")]
    assert probabilities(form, tokens) == pytest.approx({"0.3": 2 / 3, "0.9": 1 / 3})


def test_a_token_that_begins_before_the_value_is_compared_with_what_it_begins_with():
    """The quotation mark and the first letters can be one token."""
    tokens = [*HEAD[:2], Piece('": '), listed('"un', {'"un': 0.3, '"supported': 0.7}), Piece("supported"), *TAIL]
    assert probabilities(BINARY, tokens) == pytest.approx({"unsupported": 0.3, "supported": 0.7})


def test_upper_and_lower_case_are_one_value():
    """A judge that would write `Supported` or `supported` is not divided."""
    tokens = [*HEAD, listed("Supported", {"Supported": 0.4, "supported": 0.4, "Un": 0.2}), *TAIL]
    assert probabilities(BINARY, tokens) == pytest.approx({"supported": 0.8, "unsupported": 0.2})


def test_not_applicable_takes_part_and_is_left_out():
    """The probabilities are those given that the question arises."""
    form = nominal("supported", "unsupported", not_applicable="Never.")
    tokens = [*HEAD, listed("supported", {"supported": 0.6, "un": 0.2, "not": 0.2}), *TAIL]
    assert probabilities(form, tokens) == pytest.approx({"supported": 0.75, "unsupported": 0.25})


def test_values_nobody_listed_are_absent_rather_than_zero():
    """The provider lists only the likeliest alternatives."""
    form = nominal("a", "b", "tie")
    tokens = [*HEAD, listed("a", {"a": 0.9, "b": 0.09}), *TAIL]
    assert set(probabilities(form, tokens)) == {"a", "b"}


@pytest.mark.parametrize(
    "token",
    [
        Piece("supported", -0.1),
        Piece("supported", -0.1, (("supported", -0.1),)),
        Piece("supported", math.nan, (("supported", math.nan), ("un", math.nan))),
        Piece("supported", -math.inf, (("supported", -math.inf), ("un", -math.inf))),
        Piece("supported", -math.inf, (("supported", -math.inf), ("un", -0.1))),
        Piece("supported", -9999.0, (("supported", -9999.0), ("un", -0.1))),
        Piece("supported", 0.5, (("supported", 0.5), ("un", -2.0))),
        Piece("supported", 1e308, (("supported", 1e308), ("un", -1e308))),
        Piece("supported", -0.1, (("supported", -0.1), ("un", -0.1))),
    ],
)
def test_without_alternatives_or_numbers_there_is_no_probability(token):
    """One listed token would make every judge look certain; what is no probability is not made into one."""
    assert probabilities(BINARY, [*HEAD, token, *TAIL]) == {}


def test_a_log_probability_above_zero_is_certainty_and_not_an_error():
    """Rounding must not raise."""
    tokens = [*HEAD, Piece("supported", 1e-6, (("supported", 1e-6), ("un", -800.0))), *TAIL]
    assert probabilities(BINARY, tokens) == pytest.approx({"supported": 1.0, "unsupported": 0.0})


def test_tokens_that_do_not_spell_the_reply_are_not_used():
    """Nothing is read off tokens of another text."""
    tokens = [Piece("x"), listed("supported", {"supported": 0.6, "un": 0.4}), Piece("y")]
    assert probabilities(BINARY, tokens, '{"c": {"score": "supported"}}') == {}
    assert probabilities(BINARY, tokens[1:2], '{"c": {"score": "supported"}}') == {}


def test_odd_tokens_before_the_score_are_passed_over_from_the_end():
    """An emoji split over several tokens is not given as text; the score after it is still found."""
    text = '{"c": {"rationale": "😀", "score": "supported"}}'
    tokens = [
        Piece('{"c": {"rationale": "'), Piece("\ufffd"), Piece("bytes:\\x98\\x80"), Piece('", "score": "'),
        listed("supported", {"supported": 0.6, "un": 0.4}), *TAIL,
    ]  # fmt: skip
    assert probabilities(BINARY, tokens, text) == pytest.approx({"supported": 0.6, "unsupported": 0.4})


def test_reasoning_and_code_fences_do_not_shift_the_score():
    """Tokens are laid along the whole reply, and a draft in the reasoning is not the score."""
    tokens = [
        Piece('<think>"score": "'), listed("un", {"un": 0.9, "supported": 0.1}), Piece('supported"</think>```json\n'),
        *HEAD, listed("supported", {"supported": 0.75, "un": 0.25}), *TAIL, Piece("\n```"),
    ]  # fmt: skip
    assert probabilities(BINARY, tokens) == pytest.approx({"supported": 0.75, "unsupported": 0.25})


def test_the_words_score_and_value_in_a_rationale_are_not_the_score():
    """The score is found by its place in the object, not by searching for it."""
    rationale = 'He wrote "score": "unsupported" twice'
    text = json.dumps({"c": {"rationale": rationale, "score": "supported"}})
    place = text.rindex("supported")
    tokens = [Piece(text[:place]), listed("supported", {"supported": 0.6, "un": 0.4}), Piece(text[place + 9 :])]
    assert probabilities(BINARY, tokens) == pytest.approx({"supported": 0.6, "unsupported": 0.4})


def test_each_criterion_has_its_own_tokens(several):
    """Several scores in one reply are found apart, also where a key is called score."""
    tokens = [
        Piece('{"grade": {"score": '), listed("2", {"2": 0.5, "3": 0.25}), Piece('}, "tone": {"score": "'),
        listed("warm", {"warm": 0.9, "cold": 0.1}), Piece('"}}'),
    ]  # fmt: skip
    text = "".join(t.token for t in tokens)
    grade, tone = read_reply(several, RECORD, text, criteria=["grade", "tone"], logprobs=tokens)
    assert dict(grade.probabilities) == pytest.approx({"2": 2 / 3, "3": 1 / 3})
    assert dict(tone.probabilities) == pytest.approx({"warm": 0.9, "cold": 0.1})


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (rubric({"kind": "interval", "min": 0, "max": 1, "good": "high"}), "0.5"),
        (rubric({"kind": "interval", "min": 0, "max": 1000, "step": 1, "good": "high"}), "500"),
        (rubric({"kind": "interval", "min": 0, "max": 10, "step": 1, "good": "high"}), "7.0"),
        (BINARY, '" supported"'),
        (BINARY, '"\\u0073upported"'),
    ],
)
def test_scales_without_few_points_and_odd_spellings_have_no_probability(form, value):
    """Where the tokens cannot be matched to a finite set of spellings, there is none."""
    text = '{"c": {"score": ' + value + "}}"
    token = Piece(text, -0.1, ((text, -0.1), ("x", -3.0)))
    assert probabilities(form, [token]) == {}


def test_a_score_cut_off_by_the_end_of_the_tokens_has_no_probability():
    """Where the tokens end before the values part, nothing is said."""
    form = nominal("1", "10")
    text = '{"c": {"score": "1"}}'
    tokens = [Piece('{"c": {"score": "'), listed("1", {"1": 0.9, "x": 0.1})]
    assert probabilities(form, tokens, text) == {}


@given(st.lists(st.tuples(st.text(max_size=8), st.floats()), max_size=6), st.integers(0, 30))
@settings(deadline=None, max_examples=150)
def test_any_tokens_give_probabilities_or_none(pieces, place):
    """Whatever a provider sends, nothing is raised, and what comes out sums to one."""
    text = '{"c": {"score": "supported"}}'
    tokens = [
        Piece(text[:place]),
        *(Piece(t, p, tuple(pieces)) for t, p in pieces),
        Piece(text[place:], -0.5, tuple(pieces)),
    ]
    found = probabilities(BINARY, tokens, text)
    assert found == {} or math.fsum(found.values()) == pytest.approx(1)
