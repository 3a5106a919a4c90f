from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from judge.models.request import Reply
from judge.models.scripted import Scripted
from judge.probing.goal import goals_of
from judge.probing.leaning import leaning, probability
from judge.probing.outcomes import Case, Outcome
from judge.probing.probe import ProbeOrder, Prober
from judge.reports.probe_build import concluded
from judge.reports.probe_html import render_html
from judge.reports.probe_markdown import render_markdown
from judge.run.selection import Selection
from judge.scores import Judgement
from judge.settings import Settings
from judge.stats.intervals import Refused
from making import make_rubric
from planted import RUBRIC, honest, reply

GOAL = goals_of(RUBRIC, {})["supported"]


def _judged(record, share, **more):
    shares = {} if share is None else {"yes": share, "no": 1 - share}
    return Judgement(record, "faithful", "supported", score="yes", probabilities=shares, **more)


def _case(record, first, last, before=None):
    judged = _judged(before or record, first), _judged(f"{record}+", last)
    return Case(record, "supported", "number", "number", "response", "", *judged, Outcome.MISSED)


def test_it_is_the_mean_change_of_what_the_goal_is_given():
    """From .9 to .9 - k/10 for k of 1 to 5: -.3, with Student's interval of 1 to 5, 3 ± 1.963, in tenths."""
    found = leaning([_case(f"r{k}", 0.9, 0.9 - k / 10) for k in range(1, 6)], GOAL, {}, 0.95)
    assert (found.value, found.low, found.high) == pytest.approx((-0.3, -0.49632, -0.10368), abs=1e-5)


def test_it_is_measured_from_other_repeats_than_the_one_that_chose_the_record():
    """The first judgement, too good by chance, is no baseline where there are more; that of a replaced response is."""
    repeats = {(f"r{k}", "supported"): [_judged(f"r{k}", s) for s in (0.9, 0.5, 0.7)] for k in range(5)}
    assert leaning([_case(f"r{k}", 0.9, 0.6) for k in range(5)], GOAL, repeats, 0.95).value == pytest.approx(0)
    replaced = [_case(f"r{k}", 0.2, 0.6, before=f"r{k}+control") for k in range(5)]
    assert leaning(replaced, GOAL, repeats, 0.95).value == pytest.approx(0.4)


@pytest.mark.parametrize("share", [None, 0.5])
def test_a_judge_without_probabilities_of_its_own_has_none(share):
    """Neither no probabilities nor shares of repeats are a leaning."""
    assert probability(GOAL, _judged("r", share, repeats=4)) is None
    assert isinstance(leaning([_case(f"r{k}", None, share) for k in range(8)], GOAL, {}, 0.95), Refused)


def test_numbers_have_no_probability_of_a_goal():
    """A scale of numbers has no value that could be given one."""
    scale = {"kind": "interval", "min": 0, "max": 10, "good": "high"}
    rubric = make_rubric(criteria=[{"name": "tone", "question": "Is it?", "scale": scale}])
    judged = replace(_judged("r", 0.5), score=5.0)
    assert probability(goals_of(rubric, {})["tone"], judged) is None


def test_a_judge_whose_word_never_moves_is_seen_to_lean(db, log_of):
    """It passes everything, but gives spoilt records .6 in place of .9: reports say -30 points beside 0 % noticed."""

    def torn(request):
        share = 0.9 if honest(request) else 0.6
        return Reply(text=reply(yes=True), model="torn", probabilities={"supported": {"yes": share, "no": 1 - share}})

    chosen = Selection(only=frozenset(range(1, 25, 2)))
    order = ProbeOrder(dataset=log_of, rubric=RUBRIC, selection=chosen, records=8, families=("override", "number"))
    probe = asyncio.run(Prober(db, order, Scripted(torn), Settings()).probe())
    number = next(each for each in probe.results if each.family == "number")
    assert number.rate.value == 0
    assert number.leaning.value == pytest.approx(-0.3)
    assert "30.0 \\[" in render_markdown(probe)
    assert "leaning" in render_html(probe)
    told = "it calls every record good, spoilt or not, so its good scores say nothing; where its word stays, its own"
    assert told in concluded(probe, "supported").lower()
