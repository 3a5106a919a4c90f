from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from judge.stats.intervals import Estimate, Refused, wilson, wilson_limits, z_value
from judge.stats.proportions import clustered_proportion, excess


def test_rows_on_their_own_have_wilsons_interval():
    """Wilson's 15 of 50 (Newcombe 1998, Statistics in Medicine 17: 857-872) when every row is its own cluster."""
    hits = np.arange(50) < 15
    found, plain = clustered_proportion(hits, np.arange(50)), wilson(15, 50)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high))


def test_rows_that_repeat_their_cluster_count_once():
    """Four equal rows a cluster tell what one does: n falls to G - 1, times (z/t)², by Korn and Graubard's formula."""
    hits = np.repeat(np.arange(20) < 6, 4)
    found = clustered_proportion(hits, np.repeat(np.arange(20), 4))
    size = 19 * (z_value(0.95) / t.ppf(0.975, 19)) ** 2
    low, high = wilson_limits(0.3 * size, size)
    assert (found.value, found.low, found.high, found.n) == pytest.approx((0.3, float(low), float(high), 80))


def test_where_nothing_varies_each_cluster_is_one_row():
    """0 of 40 in 8 records is 0 of 8."""
    found = clustered_proportion(np.zeros(40), np.repeat(np.arange(8), 5))
    assert found.high == pytest.approx(wilson(0, 8).high)


def test_few_clusters_are_refused():
    """Four records say nothing about others, however often each is tried."""
    found = clustered_proportion(np.ones(40), np.repeat(np.arange(4), 10))
    assert isinstance(found, Refused)
    assert found.more == 1


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_the_interval_holds_the_truth_as_often_as_it_says(share):
    """Beta-binomial clusters with a correlation of .3: at least 93 % of 600 seeded draws cover, and not all."""
    rng = np.random.default_rng(7)
    strength = 1 / 0.3 - 1
    covered = 0
    for _ in range(600):
        chances = rng.beta(share * strength, (1 - share) * strength, size=25)
        hits = rng.random((25, 4)) < chances[:, None]
        found = clustered_proportion(hits.ravel(), np.repeat(np.arange(25), 4))
        covered += found.low <= share <= found.high
    assert 0.93 <= covered / 600 < 1


def test_an_excess_has_newcombes_limits():
    """56/70 against 48/80: .2 [.0524, .3339] (Newcombe 1998, 17: 873-890, table II, method 10)."""
    found = excess(wilson(56, 70), wilson(48, 80))
    assert isinstance(found, Estimate)
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
