from __future__ import annotations

import numpy as np
import pytest

from judge.stats.cluster_mean import clustered_mean
from judge.stats.intervals import Refused

SLEEP = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)


def test_rows_on_their_own_have_students_interval():
    """Student (1908), Biometrika 6: 1-25, second drug: 2.33 [0.8976775, 3.7623225], as R's t.test(sleep) prints it."""
    found = clustered_mean(SLEEP, range(10))
    assert (found.value, found.low, found.high, found.n) == pytest.approx((2.33, 0.8976775, 3.7623225, 10), abs=1e-6)


def test_rows_that_repeat_their_cluster_count_once():
    """Every row written three times tells no more than once."""
    once, thrice = clustered_mean(SLEEP, range(10)), clustered_mean(np.repeat(SLEEP, 3), np.repeat(range(10), 3))
    assert (thrice.low, thrice.high) == pytest.approx((once.low, once.high))


def test_few_clusters_are_refused():
    """Four records say nothing about others."""
    found = clustered_mean(np.ones(40), np.repeat(np.arange(4), 10))
    assert isinstance(found, Refused)
    assert found.more == 1


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """Eight records of four tries that share most of what moves them: 93 to 97 % of 2,000 seeded draws cover."""
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(2000):
        values = 0.2 + 0.1 * rng.standard_normal((8, 1)) + 0.05 * rng.standard_normal((8, 4))
        found = clustered_mean(values.ravel(), np.repeat(np.arange(8), 4))
        covered += found.low <= 0.2 <= found.high
    assert 0.93 <= covered / 2000 <= 0.97
