from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from judge.stats.resampling import bca_limits, group_sums, jackknife_variance, percentile_limits, unit_counts


def test_counts_draw_units_with_replacement() -> None:
    """Every replicate draws as many units as there are, and the seed decides which."""
    counts = np.concatenate(list(unit_counts(50, 300, seed=3)))
    assert counts.shape == (300, 50)
    assert (counts.sum(axis=1) == 50).all()
    assert (counts == np.concatenate(list(unit_counts(50, 300, seed=3)))).all()
    assert counts.var() == pytest.approx(1 - 1 / 50, rel=0.05)


def test_counts_come_in_chunks() -> None:
    """Many units do not make one huge matrix, and no replicate is lost."""
    chunks = list(unit_counts(100_000, 90, seed=1))
    assert len(chunks) > 1
    assert sum(len(chunk) for chunk in chunks) == 90


def test_bca_agrees_with_scipy() -> None:
    """BCa limits of a mean agree with scipy's own BCa up to the noise of resampling."""
    data = np.random.default_rng(5).exponential(size=60)
    replicates = np.concatenate([counts @ data / 60 for counts in unit_counts(60, 20_000, seed=7)])
    jackknife = (data.sum() - data) / 59
    theirs = bootstrap((data,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(8))
    ours = bca_limits(data.mean(), replicates, jackknife)
    assert ours == pytest.approx(tuple(theirs.confidence_interval), abs=0.02)


def test_bca_of_a_constant_is_the_constant() -> None:
    """A statistic that never moves has an interval of no length rather than NaN."""
    assert bca_limits(0.25, np.full(100, 0.25), np.full(9, 0.25)) == (0.25, 0.25)


def test_percentile_limits() -> None:
    """Percentile limits cut off half of the rest at each end."""
    assert percentile_limits(np.arange(101), level=0.9) == pytest.approx((5.0, 95.0))


def test_jackknife_variance_of_a_mean() -> None:
    """The jackknife variance of a mean is its usual variance."""
    data = np.array([1.0, 4.0, 2.0, 8.0])
    assert jackknife_variance((data.sum() - data) / 3) == pytest.approx(data.var(ddof=1) / 4)


def test_group_sums() -> None:
    """Rows are summed by group, one column or several."""
    groups = ["b", "a", "b"]
    assert group_sums([1, 2, 3], groups).tolist() == [2, 4]
    assert group_sums([[1, 10], [2, 20], [3, 30]], groups).tolist() == [[2, 20], [4, 40]]
