"""The corrected rate from counts: how often people say yes among what the judge scored so, by its share of the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from judge.stats.intervals import Estimate, Refused, Sides, z_value
from judge.stats.mover import PartKind, rate_limits
from judge.stats.strata import Small, Strata, Target, count_strata, is_thin, too_few

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

Limits = PartKind | Literal["agresti", "jeffreys"]
"""How the interval is made: MOVER with limits of the parts, Agresti and Caffo's added counts, or Jeffreys draws."""

_DRAWS = 500_000


def poststratified(
    hits: ArrayLike,
    rated: ArrayLike,
    pool: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    level: float = 0.95,
    limits: Limits = "mid-p",
    target: Target = "process",
    small: Small = "refuse",
    seed: int = 0,
) -> Estimate | Refused:
    """The corrected rate from counts by the judge's score: θ = Σ Pₛ·(hitsₛ / ratedₛ).

    With two scores this is θ = P·PPV + (1-P)·FOR. It stays true when the items were chosen for rating by the judge's
    score, and fails when the judge's error rates have moved between rating and pool. Formula of the interval:
    `judge.stats.mover.rate_limits`. Mid-P limits of the parts are the default because Wilson's lower limit
    misses a rare truth in a stratum with few ratings (coverage .908 at 30 ratings and a rate of .02, see
    benchmarks/coverage.py).

    Args:
        hits: Rated items that people call positive, by stratum, shape (K,).
        rated: Rated items by stratum, shape (K,).
        pool: Items of the whole pool by stratum, rated ones included, shape (K,).
        names: What the judge said in each stratum, for refusals.
        level: Confidence level.
        limits: ``"mid-p"``, ``"wilson"`` and ``"exact"`` are MOVER with such limits in each stratum; ``"agresti"`` adds
            a success and a failure to each stratum (Agresti and Caffo 2000, American Statistician 54: 280-288);
            ``"jeffreys"`` takes quantiles of independent Beta(k+½, n-k+½) draws (Brown, Cai and DasGupta 2001).
        target: Whose rate: of the process that wrote the pool, or of this pool alone.
        small: What becomes of strata with under 5 ratings that hold more than a twentieth of the pool: refuse, or bound
            them by the limits of what ratings they have, unrated ones by 0 and 1.
        seed: Seed of the Jeffreys draws.

    Returns:
        The estimate; one-sided where no rated item, or every one, is positive; refused where ratings are too few.

    Raises:
        ValueError: The counts contradict each other.
    """
    strata = count_strata(hits, rated, pool, names)
    if target == "pool":
        strata = _finite(strata)
    method = method_name(limits, target)
    refused = too_few(strata, method, small)
    if refused:
        return refused
    if is_thin(strata).any():
        method = f"{method}, thin scores bounded"
    low, high = _limits(strata, level, limits, target, seed)
    return as_estimate(strata, low, high, level=level, method=method)


def as_estimate(
    strata: Strata, low: float, high: float, *, level: float, method: str, scale: tuple[float, float] = (0.0, 1.0)
) -> Estimate:
    """An estimate from limits on 0 to 1, brought back to the scale and marked one-sided where only one end was seen."""
    bottom, span = scale[0], scale[1] - scale[0]
    seen = strata.mean[strata.rated > 0]
    sides: Sides = "both"
    if (seen <= 0).all() and high > 0:
        sides = "upper"
    elif (seen >= 1).all() and low < 1:
        sides = "lower"
    value = min(max(strata.value, low), high)
    value, low, high = (bottom + span * figure for figure in (value, low, high))
    return Estimate(value, low, high, level, int(strata.rated.sum()), method, sides)


def method_name(limits: Limits, target: Target, *, weighted: bool = False, clustered: bool = False) -> str:
    """The method in a few words, as it stands beside a figure."""
    kinds = {
        "mid-p": "MOVER, mid-P",
        "wilson": "MOVER, Wilson",
        "exact": "MOVER, Clopper-Pearson",
        "agresti": "Agresti-Caffo",
        "jeffreys": "Jeffreys",
    }
    marks = (
        kinds[limits],
        "inverse inclusion probability" * weighted,
        "cluster-robust" * clustered,
        "this pool only" * (target == "pool"),
    )
    return f"post-stratified by the judge's score ({', '.join(filter(None, marks))})"


def _finite(strata: Strata) -> Strata:
    left = (strata.pool - strata.rated) / np.maximum(strata.pool - 1, 1)
    known = (strata.rated > 0) & (left <= 0)
    effective = np.where(known, np.inf, strata.effective / np.where(left > 0, left, 1))
    return Strata(strata.names, strata.pool, strata.rated, strata.mean, effective)


def _limits(strata: Strata, level: float, limits: Limits, target: Target, seed: int) -> tuple[float, float]:
    if limits == "agresti":
        return _agresti(strata, level, target)
    if limits == "jeffreys":
        return _jeffreys(strata, level, target, seed)
    low, high = rate_limits(
        strata.mean, strata.effective, strata.pool, level=level, kind=limits, finite=target == "pool"
    )
    return float(low), float(high)


def _agresti(strata: Strata, level: float, target: Target) -> tuple[float, float]:
    size = strata.effective + 2
    mean = np.where(np.isinf(size), strata.mean, (strata.mean * np.minimum(strata.effective, 1e300) + 1) / size)
    share = strata.share
    theta = float(share @ mean)
    variance = float(np.sum(share**2 * mean * (1 - mean) / size))
    if target == "process":
        variance += float(share @ (mean - theta) ** 2) / float(strata.pool.sum())
    reach = z_value(level) * variance**0.5
    return max(0.0, theta - reach), min(1.0, theta + reach)


def _jeffreys(strata: Strata, level: float, target: Target, seed: int) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    size = np.minimum(strata.effective, 1e12)
    hits = strata.mean * size
    means = rng.beta(hits + 0.5, size - hits + 0.5, size=(_DRAWS, size.size))
    share = strata.share
    if target == "process":
        weights = rng.gamma(strata.pool + 0.5, size=(_DRAWS, size.size))
        share = weights / weights.sum(axis=1, keepdims=True)
    tail = (1 - level) / 2
    low, high = np.quantile(np.sum(share * means, axis=1), [tail, 1 - tail])
    return float(low), float(high)
