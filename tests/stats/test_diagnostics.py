from __future__ import annotations

import numpy as np
import pytest

from judge.stats.diagnostics import diagnose
from judge.stats.intervals import Estimate, Refused


def world(size: int, rate: float = 0.1, tpr: float = 0.9, tnr: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    """Judge's scores and truths in exactly the expected numbers."""
    yes = round(size * rate)
    truth = np.array([1] * yes + [0] * (size - yes))
    judged = np.concatenate(
        [np.arange(yes) < round(yes * tpr), np.arange(size - yes) >= round((size - yes) * tnr)]
    ).astype(int)
    return judged, truth


def test_all_rated_gives_the_table() -> None:
    """With everything rated the rates are those of the table, and for this pool they are known."""
    judged, truth = world(1000)
    found = diagnose(judged, judged, truth, {1}, target="pool")
    exact = {
        "tpr": 0.9,
        "tnr": 0.8,
        "ppv": 90 / 270,
        "false_omission": 10 / 730,
        "balanced_accuracy": 0.85,
        "f1": 180 / (100 + 270),
    }
    for name, value in exact.items():
        estimate = getattr(found, name)
        assert isinstance(estimate, Estimate)
        assert (estimate.value, estimate.low, estimate.high) == pytest.approx((value, value, value))


def test_verification_bias_is_removed() -> None:
    """Rating mostly flagged items makes .90/.80 read as .96/.60; from the strata it is .90/.80 again."""
    judged, truth = world(20_000)
    rng = np.random.default_rng(1)
    chosen = np.concatenate(
        [rng.choice(np.flatnonzero(judged == score), n, replace=False) for score, n in ((1, 450), (0, 450))]
    )
    rated, people = judged[chosen], truth[chosen]
    assert rated[people == 1].mean() > 0.94
    assert 1 - rated[people == 0].mean() < 0.65
    found = diagnose(judged, rated, people, {1})
    assert isinstance(found.tpr, Estimate)
    assert isinstance(found.tnr, Estimate)
    assert found.tpr.low < 0.9 < found.tpr.high
    assert found.tnr.low < 0.8 < found.tnr.high


def test_names_and_several_positive_scores() -> None:
    """Scores are names, and several of them may count as positive."""
    pool = np.array(["bad"] * 40 + ["poor"] * 60 + ["fine"] * 100)
    score = np.array(["bad"] * 10 + ["poor"] * 10 + ["fine"] * 20)
    truth = np.array([1] * 9 + [0] + [1] * 5 + [0] * 5 + [1] * 2 + [0] * 18)
    found = diagnose(pool, score, truth, {"bad", "poor"})
    assert isinstance(found.tpr, Estimate)
    assert isinstance(found.ppv, Estimate)
    assert found.ppv.value == pytest.approx((40 * 0.9 + 60 * 0.5) / 100)
    assert found.tpr.value == pytest.approx(66 / 76)
    assert found.ppv.n == 20


def test_conversations_make_limits_wider() -> None:
    """Conversations whose rows repeat widen every rate."""
    judged, truth = (np.repeat(side, 5) for side in world(200))
    rng = np.random.default_rng(2)
    talks = rng.choice(200, 80, replace=False)
    chosen = np.concatenate([np.arange(talk * 5, talk * 5 + 5) for talk in talks])
    names = np.repeat(np.arange(200), 5)
    alone = diagnose(judged, judged[chosen], truth[chosen], {1})
    together = diagnose(judged, judged[chosen], truth[chosen], {1}, clusters=names[chosen], pool_clusters=names)
    for name in ("tpr", "tnr", "ppv", "false_omission", "balanced_accuracy", "f1"):
        assert getattr(together, name).width > 1.2 * getattr(alone, name).width


def test_one_kind_of_truth_is_refused() -> None:
    """Without a truly positive item there is no TPR, no balanced accuracy and no F1, but still a TNR and a PPV."""
    pool = np.array([1] * 50 + [0] * 50)
    score = np.array([1] * 10 + [0] * 10)
    found = diagnose(pool, score, np.zeros(20), {1})
    for refused in (found.tpr, found.balanced_accuracy, found.f1):
        assert isinstance(refused, Refused)
        assert refused.reason == "people call none of the rated items positive"
    assert isinstance(found.tnr, Estimate)
    assert isinstance(found.ppv, Estimate)
    assert found.ppv.value == 0


def test_never_right_about_a_positive() -> None:
    """A judge that misses every positive has a TPR and F1 of 0 with an upper limit."""
    pool = np.array([1] * 50 + [0] * 50)
    score = np.array([1] * 10 + [0] * 10)
    found = diagnose(pool, score, np.array([0] * 10 + [1] * 5 + [0] * 5), {1})
    for estimate in (found.tpr, found.f1):
        assert isinstance(estimate, Estimate)
        assert estimate.value == estimate.low == 0
        assert 0 < estimate.high < 0.7


def test_a_score_that_is_never_given_or_rated() -> None:
    """PPV of a score the judge never gave, or that nobody rated, is refused with what to do."""
    silent = diagnose(np.zeros(50), np.zeros(20), np.array([1, 0] * 10), {"1"})
    assert isinstance(silent.ppv, Refused)
    assert silent.ppv.reason == "the judge never gave such a score"
    thin = diagnose(np.array([1] * 20 + [0] * 30), np.array([1] * 2 + [0] * 20), np.array([1, 0] * 11), {1})
    assert isinstance(thin.ppv, Refused)
    assert thin.ppv.needed == "rate 3 more of the items that the judge scored '1'"
    assert isinstance(thin.false_omission, Estimate)


def test_a_side_the_judge_never_takes() -> None:
    """A judge that flagged none of 300 is not known never to flag, save in this pool alone.

    By hand: Wilson's limit of the share of flags is u = z^2 / (300 + z^2) = .012643. 60 of 60 rated are negative: mid-P
    lower limit l = .05^(1/60) = .9513. MOVER-R's limit of the odds of a false flag is u / sqrt(l (2 - l)) = .012658, so
    TNR >= 1 / 1.012658 = .98750.
    """
    pool = np.zeros(300, dtype=int)
    score, truth = np.zeros(60, dtype=int), np.zeros(60, dtype=int)
    found = diagnose(pool, score, truth, {1}).tnr
    assert isinstance(found, Estimate)
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.98750, abs=5e-6)
    here = diagnose(pool, score, truth, {1}, target="pool").tnr
    assert isinstance(here, Estimate)
    assert (here.low, here.high) == (1.0, 1.0)
    always = diagnose(pool + 1, score + 1, truth + 1, {1}).tpr
    assert isinstance(always, Estimate)
    assert always.low == pytest.approx(found.low)


def test_few_conversations_are_refused() -> None:
    """Ratings from under five conversations give no rate, and say what would."""
    judged, truth = world(400)
    rated = np.arange(0, 400, 4)
    found = diagnose(judged, judged[rated], truth[rated], {1}, clusters=rated % 3)
    for name in ("tpr", "tnr", "ppv", "false_omission", "balanced_accuracy", "f1"):
        refused = getattr(found, name)
        assert isinstance(refused, Refused)
        assert refused.needed == "rate items from 2 more conversations"
