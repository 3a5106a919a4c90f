"""Resampling whole units: bootstrap counts, jackknife weights and the limits made of them."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from judge.stats.intervals import z_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

_CHUNK = 4_000_000


def unit_counts(units: int, replicates: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """How often each unit is drawn in each bootstrap replicate, in chunks that fit in memory.

    A statistic that is a sum over units becomes ``counts @ contributions``: one matrix product for all replicates.

    Args:
        units: Number of units (items, or conversations where rows cluster).
        replicates: Number of replicates in all.
        seed: Seed of the generator.

    Yields:
        Arrays of shape (replicates of this chunk, units); every row sums to `units`.
    """
    rng = np.random.default_rng(seed)
    step = max(1, _CHUNK // max(units, 1))
    for start in range(0, replicates, step):
        rows = min(step, replicates - start)
        drawn = rng.integers(0, units, size=(rows, units)) + units * np.arange(rows)[:, None]
        yield np.bincount(drawn.ravel(), minlength=rows * units).reshape(rows, units).astype(np.float64)


def percentile_limits(replicates: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Percentile limits of bootstrap replicates (Efron 1979), for a one-dimensional array."""
    tail = (1 - level) / 2
    low, high = np.quantile(np.asarray(replicates, dtype=np.float64), [tail, 1 - tail])
    return float(low), float(high)


def bca_limits(value: float, replicates: ArrayLike, jackknife: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Bias-corrected and accelerated bootstrap limits.

    Efron (1987), JASA 82: 171-185; Efron and Tibshirani (1993), eqs. 14.9 to 14.15. Ties of replicates with the value
    count half, which keeps the bias correction finite for discrete statistics.

    Args:
        value: The statistic on the data.
        replicates: Bootstrap replicates, shape (replicates,).
        jackknife: The statistic without each unit in turn, shape (units,).
        level: Confidence level.

    Returns:
        Lower and upper limit; both the value where every replicate equals it.
    """
    draws = np.asarray(replicates, dtype=np.float64)
    if np.ptp(draws) == 0:
        return float(draws[0]), float(draws[0])
    below = float(np.mean(draws < value) + np.mean(draws == value) / 2)
    normal = NormalDist()
    bias = normal.inv_cdf(min(max(below, 0.5 / draws.size), 1 - 0.5 / draws.size))
    left_out = np.asarray(jackknife, dtype=np.float64)
    influence = left_out.mean() - left_out
    spread = float(np.sum(influence**2)) ** 1.5
    acceleration = float(np.sum(influence**3)) / (6 * spread) if spread > 0 else 0.0
    z = z_value(level)
    shares = [normal.cdf(bias + (bias + end) / (1 - acceleration * (bias + end))) for end in (-z, z)]
    low, high = np.quantile(draws, shares)
    return float(low), float(high)


def jackknife_variance(values: ArrayLike) -> float:
    """Jackknife variance (g-1)/g Σ(θ₍ᵢ₎ - mean)² of g leave-one-unit-out values (Efron, Tibshirani 1993, eq. 11.5)."""
    left_out = np.asarray(values, dtype=np.float64)
    g = left_out.size
    return float((g - 1) / g * np.sum((left_out - left_out.mean()) ** 2))


def group_sums(values: ArrayLike, groups: ArrayLike) -> NDArray[np.float64]:
    """Sum of the values of each group, in the order of the sorted group names.

    Args:
        values: Shape (rows,) or (rows, columns).
        groups: Name or number of each row's group, shape (rows,).

    Returns:
        Shape (groups,) or (groups, columns).
    """
    rows = np.asarray(values, dtype=np.float64)
    names, codes = np.unique(np.asarray(groups), return_inverse=True)
    sums = np.zeros((names.size, *rows.shape[1:]))
    np.add.at(sums, codes, rows)
    return sums
