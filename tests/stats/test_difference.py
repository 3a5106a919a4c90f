from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from judge.stats.difference import Arm, corrected_difference, mcnemar
from judge.stats.intervals import Estimate, Refused


def arms(rng: np.random.Generator, shared: float = 0.9, *, pair: bool = True) -> tuple[Arm, Arm, float]:
    """Two versions on 2,000 questions whose difficulty they share, 200 questions rated in both, and the true gap."""
    hard = rng.normal(size=2000)
    chosen = rng.choice(2000, 200, replace=False)
    made, truths = [], []
    for cut in (0.5, 0.8):
        truth = (shared**0.5 * hard + (1 - shared) ** 0.5 * rng.normal(size=2000)) > cut
        judged = np.where(truth, rng.random(2000) < 0.9, rng.random(2000) < 0.15)
        names = np.arange(2000) if pair else None
        rated_names = chosen if pair else None
        made.append(Arm(judged, judged[chosen], truth[chosen], clusters=rated_names, pool_clusters=names))
        truths.append(truth.mean())
    return made[0], made[1], truths[0] - truths[1]


def test_mcnemar_known_answers() -> None:
    """p-values equal those of statsmodels.stats.contingency_tables.mcnemar."""
    assert mcnemar(10, 3) == pytest.approx(0.09228515625, abs=1e-15)
    assert mcnemar(25, 10) == pytest.approx(0.016673847800120715, abs=1e-15)
    assert mcnemar(25, 10, exact=False) == pytest.approx(0.01796047752607879, abs=1e-12)


@pytest.mark.parametrize(("b", "c"), [(0, 0), (4, 4), (0, 9), (700, 650)])
def test_mcnemar_is_a_binomial_test(b: int, c: int) -> None:
    """The exact test is scipy's binomial test of one half, also for large counts; with no difference p is 1."""
    assert mcnemar(b, c) == pytest.approx(binomtest(b, b + c).pvalue if b + c else 1.0)
    assert 0 <= mcnemar(b, c, exact=False) <= 1


def test_mcnemar_counts() -> None:
    """Counts below 0 are errors."""
    with pytest.raises(ValueError, match="not negative"):
        mcnemar(-1, 2)


def test_paired_is_shorter_than_unpaired() -> None:
    """Questions shared by both arms shorten the interval, which holds the true gap."""
    a, b, gap = arms(np.random.default_rng(1))
    paired = corrected_difference(a, b)
    apart = corrected_difference(*arms(np.random.default_rng(1), pair=False)[:2])
    assert isinstance(paired, Estimate)
    assert isinstance(apart, Estimate)
    assert paired.low < gap < paired.high
    assert paired.value == pytest.approx(apart.value)
    assert paired.width < 0.95 * apart.width
    assert (paired.method, apart.method) == ("corrected A minus B, paired", "corrected A minus B")


def test_swapped_arms_mirror() -> None:
    """B minus A is the mirror image of A minus B."""
    a, b, _ = arms(np.random.default_rng(2))
    there, back = corrected_difference(a, b), corrected_difference(b, a)
    assert isinstance(there, Estimate)
    assert isinstance(back, Estimate)
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))


def test_an_arm_against_itself() -> None:
    """An arm does not differ from itself, and its clusters tell that there is no doubt about it."""
    a, _, _ = arms(np.random.default_rng(3))
    found = corrected_difference(a, a)
    assert isinstance(found, Estimate)
    assert found.value == 0
    assert found.width < 0.05


def test_refusal_names_the_arm() -> None:
    """Too few ratings in one arm refuse the difference and say in which."""
    a, b, _ = arms(np.random.default_rng(4))
    thin = Arm(b.pool, np.asarray(b.score)[:4], np.asarray(b.truth)[:4])
    refused = corrected_difference(a, thin)
    assert isinstance(refused, Refused)
    assert refused.reason.startswith("B: ")
    assert refused.needed.startswith("B: rate ")


def test_arms_without_spread() -> None:
    """Arms whose rated items are all alike have no correlation to speak of, and still an interval."""
    judged = np.zeros(100)
    arm = Arm(judged, judged[:30], np.zeros(30), clusters=np.arange(30), pool_clusters=np.arange(100))
    found = corrected_difference(arm, arm)
    assert isinstance(found, Estimate)
    assert found.low < 0 < found.high


def test_annotators_are_taken_as_they_are() -> None:
    """Of three annotators who differ in strictness, the difference of two arms has the limits of their mean alone."""
    rng = np.random.default_rng(8)
    made = []
    for rate in (0.3, 0.4):
        score = (rng.random(600) < rate).astype(float)
        votes = (rng.random((100, 3)) < 0.1 + 0.6 * score[:100, None] + np.array([0, 0.1, 0.2])).astype(float)
        made.append((Arm(score, score[:100], votes), Arm(score, score[:100], votes.mean(axis=1))))
    assert corrected_difference(made[0][0], made[1][0]) == corrected_difference(made[0][1], made[1][1])
