"""Clusters: how much less rows tell when several come from one conversation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from judge.stats.intervals import Refused, z_value

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from judge.stats.strata import Rows, Target

    Floats = NDArray[np.float64]

MIN_CLUSTERS: Final = 5
"""Rated clusters below which no cluster-robust interval is worth its name."""


@dataclass(frozen=True, slots=True)
class Influence:
    """What each cluster contributed to a corrected mean, on the 0 to 1 scale.

    Attributes:
        ids: Cluster names, sorted, shape (G,).
        sums: Linearised contribution of each cluster; they sum to 0, shape (G,).
        rated: How many clusters hold a rated item.
        plain: The variance, had every row been on its own.
    """

    ids: NDArray[np.generic]
    sums: Floats
    rated: int
    plain: float

    @property
    def variance(self) -> float:
        """Cluster-robust variance G/(G-1) Σ z² (Liang and Zeger 1986, Biometrika 73: 13-22, eq. 4)."""
        g = self.sums.size
        return float(g / max(g - 1, 1) * np.sum((self.sums - self.sums.mean()) ** 2))


def influence(
    rows: Rows, clusters: ArrayLike | None, pool_clusters: ArrayLike | None, *, target: Target = "process"
) -> Influence:
    """Linearises the post-stratified mean over clusters.

    A rated item contributes Pₛ·wᵢ(yᵢ - mₛ)/Σₛw, an item of the pool (m_s(j) - θ)/N, or its weight in place of 1/N:
    the derivative of θ = Σ Pₛ·mₛ with respect to its row. Sums over a conversation then hold whatever its rows share.

    Args:
        rows: The split rows.
        clusters: Cluster of each rated item, shape (n,); each item its own where left out.
        pool_clusters: Cluster of each item of the pool, shape (N,); left out, the pool's own part is kept per item.
        target: ``"pool"`` leaves out the pool's own part, its shares being known.

    Raises:
        ValueError: There is not one cluster for each row.
    """
    strata = rows.strata
    totals = np.bincount(rows.stratum, weights=rows.weight, minlength=strata.share.size)
    residual = rows.truth - strata.mean[rows.stratum]
    of_rated = strata.share[rows.stratum] * rows.weight * residual / totals[rows.stratum]
    of_pool = np.zeros(0)
    if target == "process":
        of_pool = (strata.mean - strata.value)[rows.pool_stratum] * rows.pool_weight
    names = np.arange(of_rated.size) if clusters is None else np.asarray(clusters)
    if names.shape != of_rated.shape:
        raise ValueError(f"one cluster for each rated item is needed, found shape {names.shape}")
    plain = float(np.sum(of_rated**2) + np.sum(of_pool**2))
    ids, codes = np.unique(names, return_inverse=True)
    sums: Floats = np.bincount(codes, weights=of_rated, minlength=ids.size).astype(np.float64)
    if pool_clusters is not None and of_pool.size:
        return _with_pool(ids, sums, np.asarray(pool_clusters), of_pool, plain)
    return Influence(ids, sums, ids.size, plain)


def _with_pool(
    ids: NDArray[np.generic], sums: Floats, pool_names: NDArray[np.generic], of_pool: Floats, plain: float
) -> Influence:
    if pool_names.shape != of_pool.shape:
        raise ValueError(f"one cluster for each item of the pool is needed, found shape {pool_names.shape}")
    everything, codes = np.unique(pool_names, return_inverse=True)
    whole: Floats = np.bincount(codes, weights=of_pool, minlength=everything.size).astype(np.float64)
    place = np.clip(np.searchsorted(everything, ids), 0, everything.size - 1)
    if (everything[place] != ids).any():
        stranger = ids[everything[place] != ids][0]
        raise ValueError(f"a rated item belongs to the cluster {str(stranger)!r}, which is nowhere in the pool")
    np.add.at(whole, place, sums)
    return Influence(everything, whole, ids.size, plain)


def inflation(found: Influence, clusters: ArrayLike, level: float) -> float:
    """How many times longer an interval becomes when rows hang together.

    The square root of the cluster-robust over the plain variance, never below 1, times t over z with one degree of
    freedom less than there are rated clusters (Korn and Graubard 1998). Where no row differs from its stratum the ratio
    cannot be seen; every cluster then counts as one row.

    Args:
        found: Contributions by cluster.
        clusters: Cluster of each rated item, shape (n,).
        level: Confidence level.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - keeps the module light

    sizes = np.unique(np.asarray(clusters), return_counts=True)[1]
    whole = float(np.sum(sizes**2) / np.sum(sizes))
    ratio = found.variance / found.plain if found.plain > 1e-18 else whole  # noqa: PLR2004 - float noise
    quantile = float(stdtrit(max(found.rated - 1, 1), (1 + level) / 2))
    return math.sqrt(max(1.0, ratio)) * quantile / z_value(level)


def too_few_clusters(clusters: ArrayLike, method: str) -> Refused | None:
    """Refuses where the rated items come from too few clusters."""
    names, sizes = np.unique(np.asarray(clusters), return_counts=True)
    if names.size >= MIN_CLUSTERS or sizes.max(initial=0) <= 1:
        return None
    lacking = MIN_CLUSTERS - int(names.size)
    reason = f"the rated items come from {names.size} conversations; {MIN_CLUSTERS} are needed"
    return Refused(reason, f"rate items from {lacking} more conversations", method, lacking)
