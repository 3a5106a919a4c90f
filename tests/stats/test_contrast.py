"""Deciding on a corrected difference."""

from __future__ import annotations

import numpy as np
import pytest

from judge.stats.contrast import Contrast, contrast
from judge.stats.difference import Arm
from judge.stats.intervals import Refused
from judge.stats.sequential import Looks


def arm(rng, rate, *, tnr, tpr=0.9, items=1500, rated=150):
    """A version whose responses a judge scores with these error rates."""
    truth = rng.random(items) < rate
    said = np.where(truth, rng.random(items) < tpr, rng.random(items) > tnr)
    return Arm(said, said[:rated], truth[:rated].astype(float)), said


def test_b_minus_a():
    """The difference is B minus A, its interval leaves 0 out just where the p-value is under 5 %."""
    rng = np.random.default_rng(1)
    a, _ = arm(rng, 0.2, tnr=0.9)
    for rate in (0.2, 0.25, 0.3, 0.5):
        found = contrast(a, arm(rng, rate, tnr=0.9)[0])
        assert isinstance(found, Contrast)
        assert (found.p_different() < 0.05) == (not found.estimate.low <= 0 <= found.estimate.high)
    assert found.estimate.value == pytest.approx(0.3, abs=0.1)
    assert found.estimate.method.startswith("corrected B minus A")


@pytest.mark.parametrize("looks", [Looks(1), Looks(20), Looks(None)])
def test_no_larger_than_a_margin(looks):
    """The equivalence p-value is under 2.5 % just where the whole interval lies inside the margin."""
    rng = np.random.default_rng(2)
    found = contrast(arm(rng, 0.3, tnr=0.95)[0], arm(rng, 0.3, tnr=0.95)[0], looks=looks)
    assert isinstance(found, Contrast)
    edge = max(-found.estimate.low, found.estimate.high)
    assert found.p_beyond(edge * 1.001) < 0.025
    assert found.p_beyond(edge * 0.999) > 0.025
    assert found.p_beyond(abs(found.estimate.value) / 2) == 1.0


def test_looking_oftener_makes_it_wider():
    """Twenty looks need a wider interval than one, at the same level, and say so."""
    rng = np.random.default_rng(3)
    a, b = arm(rng, 0.3, tnr=0.9)[0], arm(rng, 0.3, tnr=0.8)[0]
    once, often, always = (contrast(a, b, looks=looks) for looks in (Looks(), Looks(20), Looks(None)))
    assert once.estimate.width < often.estimate.width < always.estimate.width
    assert {once.estimate.level, often.estimate.level, always.estimate.level} == {0.95}
    assert "20 looks" in often.estimate.method
    assert "anytime valid" in always.estimate.method


def test_refusals_name_the_arm():
    """Which arm lacks ratings is told in the caller's own order."""
    rng = np.random.default_rng(4)
    full, thin = arm(rng, 0.3, tnr=0.9)[0], arm(rng, 0.3, tnr=0.9, rated=2)[0]
    for pair, name in (((full, thin), "B"), ((thin, full), "A")):
        found = contrast(*pair)
        assert isinstance(found, Refused)
        assert found.reason.startswith(f"{name}: ")
        assert found.needed.startswith(f"{name}: ")


def test_need_comes_true():
    """With as many ratings and records as were said to be needed, the margin is detectable."""
    rng = np.random.default_rng(5)
    a, b = arm(rng, 0.3, tnr=0.9)[0], arm(rng, 0.3, tnr=0.9)[0]
    before = contrast(a, b)
    for margin in (0.09, 0.06, 0.02):
        need = before.need(margin)
        ratings = 150 + need.ratings // 2
        items = 1500 + need.records // 2
        after = contrast(*(arm(rng, 0.3, tnr=0.9, items=items, rated=ratings)[0] for _ in range(2)))
        assert after.need(margin).detectable == pytest.approx(margin, rel=0.15)
        assert need.power < 0.8
    assert before.need(0.5) == before.need(0.5).__class__(0.5, pytest.approx(1.0), before.need(0.5).detectable, 0, 0)


@pytest.mark.slow
def test_size_where_the_judge_errs_differently_by_arm():
    """Equal truth, TNR .8 on A and .7 on B: the naive test finds a difference too often, the corrected one does not."""
    rng = np.random.default_rng(6)
    naive, corrected = [], []
    for _ in range(400):
        (a, said_a), (b, said_b) = (arm(rng, 0.3, tnr=tnr, items=400, rated=100) for tnr in (0.8, 0.7))
        gap = said_b.mean() - said_a.mean()
        spread = np.sqrt((said_a.var() + said_b.var()) / 400)
        naive.append(abs(gap) > 1.96 * spread)
        found = contrast(a, b)
        assert isinstance(found, Contrast)
        corrected.append(found.p_different() < 0.05)
    assert np.mean(naive) > 0.15
    assert np.mean(corrected) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 400)
