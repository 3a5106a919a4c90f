"""Proportions of rows that hang together: several tries of one record are one cluster."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from judge.stats.clusters import MIN_CLUSTERS
from judge.stats.intervals import Estimate, Refused, wilson_limits, z_value

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

METHOD: Final = "Wilson, clustered"


def clustered_proportion(hits: ArrayLike, clusters: ArrayLike, level: float = 0.95) -> Estimate | Refused:
    """A proportion with Wilson's interval at the size that its clusters leave.

    The effective size is p(1-p) over the cluster-robust variance G/(G-1)·Σ_g(Σ_i(y_gi - p))²/n², at most n, times
    (z/t)² with G-1 degrees of freedom: Korn and Graubard (1998), Survey Methodology 24: 193-201, with Wilson's limits
    as in Dean and Pagano (2015), Journal of Survey Statistics and Methodology 3: 484-503. Where every row is alike
    nothing can be seen of the clusters, and each counts as one row. Rows that are each their own cluster get Wilson's
    interval.

    Args:
        hits: Whether each row is one, shape (n,).
        clusters: Cluster of each row, shape (n,).
        level: Confidence level.

    Returns:
        The estimate; its `n` counts rows. Refused where there are fewer than five clusters.
    """
    rows = np.asarray(hits, dtype=np.float64)
    codes = np.unique(np.asarray(clusters), return_inverse=True)[1]
    groups = int(codes.max(initial=-1)) + 1
    if groups < MIN_CLUSTERS:
        lacking = MIN_CLUSTERS - groups
        return Refused(
            f"it rests on {groups} record{'s' * (groups != 1)}; {MIN_CLUSTERS} are needed",
            f"probe {lacking} more",
            METHOD,
            lacking,
        )
    share = float(rows.mean())
    size = float(rows.size) if groups == rows.size else _effective(rows, codes, groups, level)
    low, high = wilson_limits(share * size, size, level)
    return Estimate(share, float(low), float(high), level, rows.size, METHOD)


def _effective(rows: np.ndarray, codes: np.ndarray, groups: int, level: float) -> float:
    from scipy.special import stdtrit  # noqa: PLC0415 - keeps the module light

    share = float(rows.mean())
    spread = share * (1 - share)
    if spread == 0:
        return float(groups)
    sums = np.bincount(codes, weights=rows - share)
    variance = groups / (groups - 1) * float(np.sum(sums**2)) / rows.size**2
    size = spread / variance if variance > 0 else float(rows.size)
    t = float(stdtrit(groups - 1, (1 + level) / 2))
    return min(float(rows.size), size) * (z_value(level) / t) ** 2


def excess(rate: Estimate, base: Estimate) -> Estimate:
    """How much one proportion is above another, by the limits of both.

    Newcombe (1998), Statistics in Medicine 17: 873-890, method 10. It takes the two as independent, which is wide of
    the mark on the safe side where both come from the same records.
    """
    difference = rate.value - base.value
    low = difference - math.hypot(rate.value - rate.low, base.high - base.value)
    high = difference + math.hypot(rate.high - rate.value, base.value - base.low)
    return Estimate(difference, max(-1.0, low), min(1.0, high), rate.level, rate.n, "Newcombe")
