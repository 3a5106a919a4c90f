"""Prediction-powered means: the judge's numbers over the whole pool, tuned to people's by regression (PPI++)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from judge.stats.clusters import too_few_clusters
from judge.stats.intervals import Estimate, Refused, z_value
from judge.stats.mover import rate_limits
from judge.stats.panel import Aggregate, Annotators, item_truth, panel_variance, unit_scale, with_panel
from judge.stats.poststratification import as_estimate
from judge.stats.resampling import group_sums
from judge.stats.strata import (
    ABSTAINED,
    MIN_RATINGS,
    Small,
    Strata,
    Target,
    filled,
    rating_weights,
    split_rows,
    too_few,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

_PRIOR: Final = 2.0
"""How many ratings a judge that explains nothing counts when the judge's worth is estimated."""

_JUDGED: Final = "(judged)"


@dataclass(frozen=True, slots=True)
class Fit:
    """A regression of people's numbers on the judge's, carried to the pool.

    Attributes:
        value: The mean it gives, on 0 to 1.
        slope: λ of PPI++ times (1 + n/N): what one point of the judge is worth.
        item_weight: Weight of each rated item in the estimate, shape (n,).
        fitted: What the regression says of each rated item, shape (n,).
        variance: Variance of the value.
        spread: Weighted variance of the truth.
        carriers: How many ratings the variance rests on: (Σz²)²/Σz⁴ of their contributions z.
        freedom: Degrees of freedom.
    """

    value: float
    slope: float
    item_weight: Floats
    fitted: Floats
    variance: float
    spread: float
    carriers: float
    freedom: int


def ppi_mean(
    pool: ArrayLike,
    score: ArrayLike,
    truth: ArrayLike,
    *,
    scale: tuple[float, float] = (0.0, 1.0),
    inclusion: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    pool_clusters: ArrayLike | None = None,
    aggregate: Aggregate = "mean",
    annotators: Annotators = "enough",
    settled: ArrayLike | None = None,
    level: float = 0.95,
    target: Target = "process",
    small: Small = "refuse",
) -> Estimate | Refused:
    """The mean that people would give to the pool, from a judge that gives numbers or probabilities.

    θ = ȳ + β(f̄_pool - f̄_rated), β the weighted least-squares slope of truth on judge. With the rated items part of the
    pool this is PPI++ with its optimal λ (Angelopoulos, Duchi and Zrnic 2023, "PPI++: Efficient Prediction-Powered
    Inference", section 6), the regression estimator of Cochran (1977), Sampling Techniques, chapter 7. Its Wald limits
    cover .45 at 30 ratings of a rare truth. Here the variance takes each residual at 1/(1 - leverage) (HC3, the
    jackknife's); the judge's worth is drawn towards nothing where it shows in few ratings; and the mean gets the mid-P
    limits of a proportion with the effective size that follows, divided by (t/z)².

    Args:
        pool: The judge's number for every item of the pool, rated ones included, NaN where it abstained, shape (N,).
        score: The same for the rated items, shape (n,).
        truth: What people say of them, on `scale`, shape (n,) or (n, annotators) with NaN for missing ratings.
        scale: Lowest and highest possible truth; the judge's numbers may be on another one.
        inclusion: How likely each rated item was to be chosen, shape (n,).
        clusters: Conversation of each rated item, shape (n,).
        pool_clusters: Conversation of each item of the pool, shape (N,).
        aggregate: How an item's truth is made of several ratings.
        annotators: As in `corrected_mean`.
        settled: As in `corrected_mean`.
        level: Confidence level.
        target: Whose mean: of the process that wrote the pool, or of this pool alone.
        small: What becomes of abstentions with under 5 ratings: refuse, or bound them by their worst case.

    Returns:
        The estimate on `scale`, or a refusal.

    Raises:
        ValueError: Arrays that do not belong together, or values off the scale.
    """
    table = unit_scale(truth, scale)
    y = item_truth(table, aggregate)
    everyone, mine = np.asarray(pool, dtype=np.float64), np.asarray(score, dtype=np.float64)
    marks = ("inverse inclusion probability" * (inclusion is not None), "cluster-robust" * (clusters is not None))
    method = ", ".join(filter(None, ("PPI++, small-sample limits", *marks)))
    halves = _halves(everyone, mine, y, inclusion, target)
    judged, known = ~np.isnan(mine), ~np.isnan(everyone)
    refused = too_few(halves, method, small) or _too_few_judged(judged, method)
    if refused is None and clusters is not None:
        refused = too_few_clusters(clusters, method)
    if refused:
        return refused
    weight = rating_weights(inclusion, y.size)[judged]
    fit = regression(
        everyone[known],
        mine[judged],
        y[judged],
        weight=weight,
        clusters=None if clusters is None else np.asarray(clusters)[judged],
        pool_clusters=None if pool_clusters is None else np.asarray(pool_clusters)[known],
        target=target,
    )
    strata = _with_fit(halves, fit, float(weight.size * np.sum(weight**2) / np.sum(weight) ** 2), level)
    low, high = rate_limits(strata.mean, strata.effective, strata.pool, level=level, finite=target == "pool")
    limits = float(low), float(high)
    share = float(strata.share[strata.names.index(_JUDGED)])
    known_truth = None if settled is None else np.asarray(settled)[judged]
    panel = panel_variance(table[judged], share * fit.item_weight, fit.fitted, aggregate=aggregate, settled=known_truth)
    limits, whose = with_panel(strata.value, limits, panel, annotators, level=level)
    method += whose
    return as_estimate(strata, max(0.0, limits[0]), min(1.0, limits[1]), level=level, method=method, scale=scale)


def regression(
    pool: ArrayLike,
    score: ArrayLike,
    truth: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    pool_clusters: ArrayLike | None = None,
    target: Target = "process",
) -> Fit:
    """Regresses truth on the judge's numbers and carries the line to the pool's mean; see `ppi_mean`.

    The regression estimator is Σ gᵢyᵢ with gᵢ = wᵢ/Σw + wᵢ(fᵢ-f̄)(f̄_pool-f̄)/Σw(f-f̄)² (Särndal, Swensson and Wretman
    1992, eq. 6.5.9); its variance sums (gᵢeᵢ/(1-hᵢ))², and β²·var(f)/N for the pool, over rows or clusters.

    Args:
        pool: The judge's numbers, shape (N,), without NaN.
        score: Those of the rated items, shape (n,).
        truth: On 0 to 1, shape (n,).
        weight: Inverse inclusion probabilities, shape (n,).
        clusters: As in `ppi_mean`.
        pool_clusters: As in `ppi_mean`.
        target: As in `ppi_mean`.
    """
    f, y = np.asarray(score, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    everyone = np.asarray(pool, dtype=np.float64)
    w = np.ones(y.size) if weight is None else np.asarray(weight, dtype=np.float64)
    plain = w / w.sum()
    centre, mean = float(plain @ f), float(plain @ y)
    pull = w * (f - centre)
    square = float(pull @ (f - centre))
    steep = square > 1e-12 * float(w.sum())
    slope = float(pull @ y) / square if steep else 0.0
    gap = float(everyone.mean()) - centre
    fitted = mean + slope * (f - centre)
    g = plain + (pull * gap / square if steep else 0.0)
    leverage = np.minimum(plain + (pull * (f - centre) / square if steep else 0.0), 1 - 1e-6)
    of_rated = g * (y - fitted) / (1 - leverage)
    of_pool = slope * (everyone - everyone.mean()) / everyone.size
    if target == "pool":
        of_rated, of_pool = of_rated * (1 - y.size / everyone.size) ** 0.5, np.zeros_like(of_pool)
    rated = y.size if clusters is None else np.unique(np.asarray(clusters)).size
    variance = _clustered(of_rated, of_pool, clusters, pool_clusters)
    spread, fourth = float(plain @ (y - mean) ** 2), float(np.sum(of_rated**4))
    carriers = float(np.sum(of_rated**2)) ** 2 / fourth if fourth > 0 else 0.0
    return Fit(mean + slope * gap, slope, g, fitted, variance, spread, carriers, max(1, rated - 2))


def _clustered(of_rated: Floats, of_pool: Floats, clusters: ArrayLike | None, pool_clusters: ArrayLike | None) -> float:
    if clusters is None:
        return float(np.sum(of_rated**2) + np.sum(of_pool**2))
    names, rows = np.asarray(clusters), of_rated
    apart = 0.0
    if pool_clusters is None:
        apart = float(np.sum(of_pool**2))
    else:
        names, rows = np.concatenate([names, np.asarray(pool_clusters)]), np.concatenate([rows, of_pool])
    sums = group_sums(rows, names)
    return float(sums.size / max(sums.size - 1, 1) * np.sum(sums**2)) + apart


def _halves(everyone: Floats, mine: Floats, y: Floats, inclusion: ArrayLike | None, target: Target) -> Strata:
    """The pool as the judged and the abstained part."""
    pool, score = (np.where(np.isnan(numbers), ABSTAINED, _JUDGED) for numbers in (everyone, mine))
    return split_rows(pool, score, y, inclusion=inclusion, target=target).strata


def _too_few_judged(judged: NDArray[np.bool_], method: str) -> Refused | None:
    lacking = MIN_RATINGS - int(judged.sum())
    if lacking <= 0:
        return None
    reason = f"only {int(judged.sum())} of the rated items have a judge's number; {MIN_RATINGS} are needed"
    return Refused(reason, f"rate {lacking} more items that the judge did score", method, lacking)


def _with_fit(halves: Strata, fit: Fit, kish: float, level: float) -> Strata:
    """The judged part with the regression's mean and its effective number of plain ratings."""
    from scipy.special import stdtrit  # noqa: PLC0415 - keeps the module light

    place = halves.names.index(_JUDGED)
    n = float(halves.rated[place])
    value = min(1.0, max(0.0, fit.value))
    widest = value * (1 - value)
    of_truth = (n * fit.spread / widest + 1) / (n + 1) if widest > 0 else 1.0
    seen = fit.variance * n / widest if widest > 0 else 0.0
    carriers = fit.carriers if widest > 0 else 0.0
    effect = (carriers * seen + _PRIOR * kish * min(1.0, of_truth)) / (carriers + _PRIOR)
    stretch = float(stdtrit(fit.freedom, (1 + level) / 2)) / z_value(level)
    mean, effective = halves.mean.copy(), halves.effective.copy()
    mean[place], effective[place] = value, n / effect / stretch**2
    return Strata(halves.names, halves.pool, halves.rated, filled(mean, halves.rated, halves.pool), effective)
