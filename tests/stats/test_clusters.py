from __future__ import annotations

import numpy as np
import pytest

from judge.stats.clusters import inflation, influence, too_few_clusters
from judge.stats.strata import split_rows


def test_single_rows_need_no_inflation() -> None:
    """Clusters of one row leave the variance as it is but for G/(G-1), and only t over z is added."""
    rng = np.random.default_rng(1)
    pool, truth = rng.integers(0, 2, 400), rng.integers(0, 2, 200)
    found = influence(split_rows(pool, pool[:200], truth), np.arange(200), np.arange(400))
    assert found.variance == pytest.approx(found.plain, rel=0.15)
    assert found.sums.sum() == pytest.approx(0, abs=1e-12)
    assert inflation(found, np.arange(200), 0.95) < 1.09


def test_rows_that_repeat_count_once() -> None:
    """Conversations whose four rows are copies have four times the variance."""
    rng = np.random.default_rng(2)
    pool, truth = np.repeat(rng.integers(0, 2, 100), 4), np.repeat(rng.integers(0, 2, 100), 4)
    names = np.repeat(np.arange(100), 4)
    found = influence(split_rows(pool, pool, truth), names, names)
    assert found.variance / found.plain == pytest.approx(4, rel=0.15)


def test_nothing_seen_counts_each_cluster_once() -> None:
    """Without a single differing row, conversations of five count as one row each."""
    found = influence(split_rows(np.zeros(60), np.zeros(50), np.zeros(50)), np.repeat(np.arange(10), 5), None)
    assert inflation(found, np.repeat(np.arange(10), 5), 0.95) == pytest.approx(5**0.5 * 2.262157 / 1.959964, rel=1e-5)


def test_known_pool_has_no_part_of_its_own() -> None:
    """For this pool alone only rated rows contribute."""
    pool, names = np.array([0, 1] * 20), np.repeat(np.arange(10), 4)
    rows = split_rows(pool, pool[:20], np.array([1, 1, 0, 0] * 5), target="pool")
    assert influence(rows, names[:20], names, target="pool").sums.size == 5


def test_few_clusters() -> None:
    """Few clusters are refused, unless every row is its own."""
    assert too_few_clusters(np.arange(3), "rate") is None
    refused = too_few_clusters(np.zeros(9), "rate")
    assert refused is not None
    assert refused.more == 4


@pytest.mark.parametrize(
    ("clusters", "pool_clusters", "message"),
    [
        ([1], None, "one cluster for each rated item"),
        ([1] * 4, [1] * 5, "one cluster for each item of the pool"),
        ([1, 1, 9, 1], [1] * 8, "cluster '9', which is nowhere in the pool"),
    ],
)
def test_clusters_must_fit(clusters: list[int], pool_clusters: list[int] | None, message: str) -> None:
    """Clusters that do not fit the rows are told so."""
    rows = split_rows(np.zeros(8), np.zeros(4), np.array([0, 1, 0, 1]))
    with pytest.raises(ValueError, match=message):
        influence(rows, clusters, pool_clusters)
