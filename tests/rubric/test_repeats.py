from __future__ import annotations

import pytest

from judge.rubric.repeats import Asked, NoProbability
from judge.scales import Level, Scale

BINARY = Scale(Level.BINARY, values={"yes": "Y", "no": "N"}, positive=("yes",))
FIVE = Asked(5)


def test_shares_are_perks_with_one_reply_spread_over_the_scale():
    """Four of five replies of two values: (4 + 1/2) / 6 = .75 and (1 + 1/2) / 6 = .25, by hand (Perks 1947)."""
    found = FIVE.certainty(BINARY, "yes", {}, ["yes", "yes", "no", "yes", "yes"])
    assert found.values == pytest.approx({"yes": 0.75, "no": 0.25})
    assert (found.repeats, found.absent) == (5, None)


def test_replies_that_agree_are_no_certainty_and_many_are_the_share():
    """Three alike give 7/8, never 1; of 1,000 the share is met to a thousandth; the values always add up to one."""
    assert FIVE.certainty(BINARY, "yes", {}, ["yes"] * 3).values["yes"] == pytest.approx(7 / 8)
    many = Asked(1000).certainty(BINARY, "no", {}, ["yes"] * 300 + ["no"] * 700).values
    assert many["no"] == pytest.approx(0.7, abs=1e-3)
    assert sum(many.values()) == pytest.approx(1)


def test_what_the_judge_gave_itself_goes_first():
    """Log-probabilities are not overruled by repeats, and are not said to come from them."""
    found = FIVE.certainty(BINARY, "yes", {"yes": 0.6, "no": 0.4}, ["no"] * 5)
    assert (found.values["yes"], found.repeats) == (0.6, 0)


@pytest.mark.parametrize(
    ("asked", "score", "scores", "why"),
    [
        (FIVE, None, ["yes"] * 5, NoProbability.ABSTAINED),
        (Asked(1), "yes", ["yes"], NoProbability.ASKED_ONCE),
        (Asked(0), "yes", ["yes"], NoProbability.NOT_IMPORTED),
        (Asked(5, draws=False), "yes", ["yes"] * 5, NoProbability.TEMPERATURE_0),
        (FIVE, "yes", ["yes", None, None, None, None], NoProbability.FEW_REPEATS),
    ],
)
def test_without_repeats_that_speak_there_is_a_reason(asked, score, scores, why):
    """No probability is ever made up: each way of having none has its own name."""
    found = asked.certainty(BINARY, score, {}, scores)
    assert (dict(found.values), found.absent) == ({}, why)


def test_an_interval_scale_has_no_shares():
    """A number between 0 and 10 is not counted by its spelling."""
    scale = Scale(Level.INTERVAL, low=0.0, high=10.0, good=("high",))
    assert FIVE.certainty(scale, 5.0, {}, ["5.0"] * 5).absent is NoProbability.CONTINUOUS


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({}, Asked(0, draws=True)),
        ({"judge": {"temperature": 0.7}}, Asked(1, draws=True)),
        ({"repeats": 3, "judge": {"temperature": 0.0}}, Asked(3, draws=False)),
        ({"repeats": 3, "judge": {"temperature": 0.7}}, Asked(3, draws=True)),
        ({"repeats": 3, "judge": {"temperature": None}}, Asked(3, draws=True)),
        ({"repeats": 3, "judge": {"temperature": 0.0}, "adaptations": ["temperature left out"]}, Asked(3, draws=True)),
    ],
)
def test_a_run_tells_whether_its_repeats_can_differ(settings, asked):
    """A judge told to draw nothing gives one reply over and over, unless its model refused to be told."""
    assert Asked.by(settings) == asked
