"""Panels: several annotators' ratings of an item, and how far another panel would have moved the figure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

Aggregate = Literal["mean", "majority"]
"""How an item's truth is made of its ratings: their mean, or the side of the middle that most of them are on."""


Annotators = Literal["enough", "drawn", "fixed"]
"""Whether the annotators stand for others like them, who would have moved the figure, or are the measure themselves;
"enough" takes them as drawn where there are enough to tell how others would differ, and says so where there are not."""

ONLY: Final = "annotators only"
"""How the method of an estimate ends whose interval does not hold how other annotators would have moved it."""

MIN_FREEDOM: Final = 1.5
"""Degrees of freedom from which annotators tell how others would differ: three who do as much have 2, two have 1."""


@dataclass(frozen=True, slots=True)
class PanelVariance:
    """The part of an estimate's variance that comes from who happened to rate.

    Attributes:
        variance: Variance beyond what the items' own spread already holds.
        freedom: Degrees of freedom: one less than there are annotators where each rates as much, fewer where one does
            most; 0 where it cannot be known.
        annotators: How many rated what is not settled.
    """

    variance: float
    freedom: float
    annotators: int


def unit_scale(truth: ArrayLike, scale: tuple[float, float]) -> Floats:
    """Ratings moved to 0 to 1, one column an annotator.

    Args:
        truth: Shape (items,) or (items, annotators), NaN where missing.
        scale: Lowest and highest possible rating.

    Returns:
        Shape (items, annotators).

    Raises:
        ValueError: The scale is none, or a rating lies off it.
    """
    bottom, top = scale
    if not bottom < top:
        raise ValueError(f"a scale has its lowest below its highest value, found {scale}")
    values = np.asarray(truth, dtype=np.float64)
    if (values < bottom).any() or (values > top).any():
        raise ValueError(f"the truth must lie between {bottom} and {top}")
    unit: Floats = (values - bottom) / (top - bottom)
    return unit if unit.ndim > 1 else unit[:, None]


def item_truth(ratings: ArrayLike, aggregate: Aggregate = "mean") -> Floats:
    """One truth for each item.

    Args:
        ratings: On 0 to 1, shape (items, annotators), NaN where an annotator did not rate; every item has a rating.
        aggregate: ``"majority"`` gives 1 above one half, 0 below and ½ on a tie.

    Returns:
        Shape (items,).

    Raises:
        ValueError: An item has no rating.
    """
    table = np.asarray(ratings, dtype=np.float64)
    seen = ~np.isnan(table)
    count = seen.sum(axis=1)
    if (count == 0).any():
        raise ValueError(f"{int((count == 0).sum())} of the rated items have no rating")
    mean: Floats = np.where(seen, table, 0).sum(axis=1) / count
    if aggregate == "majority":
        mean = (np.sign(mean - 0.5) + 1) / 2
    return mean


def panel_variance(
    ratings: ArrayLike,
    item_weight: ArrayLike,
    centre: ArrayLike,
    *,
    aggregate: Aggregate = "mean",
    settled: ArrayLike | None = None,
) -> PanelVariance:
    """Variance between annotators of a linear estimate Σ cᵢ·truthᵢ.

    Two-way clustering: V(items) + V(annotators) - V(cells), Cameron, Gelbach and Miller (2011), JBES 29: 238-249, eq.
    2.9. V(items) is in the interval already. V(cells), what single ratings vary, is not taken off: the difference of
    two noisy terms is often 0 where few annotators do differ, and limits made of it fall short.

    V(annotators) = Σ uₐ²/(1 - 2wₐ + Σw²), uₐ an annotator's sum of deviations and wₐ their share of the work. It is
    unbiased where annotators differ alike, and A/(A-1)·Σuₐ² where each does as much. The degrees of freedom are
    Satterthwaite's under that model (Bell and McCaffrey 2002, Survey Methodology 28: 169-181; Imbens and Kolesár 2016,
    Review of Economics and Statistics 98: 701-712). Without them three annotators of whom one does most of the work
    cover .77. With a majority the annotators' part is the delete-one jackknife of the estimate.

    Args:
        ratings: On 0 to 1, shape (items, annotators), NaN where missing.
        item_weight: Weight cᵢ of each item in the estimate, shape (items,).
        centre: What the item's truth is compared to (its stratum's mean), shape (items,).
        aggregate: How an item's truth is made.
        settled: Which items are adjudicated, shape (items,): no other annotators would have moved those.

    Returns:
        The variance, 0 with no degrees of freedom where fewer than two annotators are known.
    """
    table = np.array(ratings, dtype=np.float64)
    weight, middle = np.asarray(item_weight, dtype=np.float64), np.asarray(centre, dtype=np.float64)
    if settled is not None:
        table[np.asarray(settled, dtype=np.bool_)] = np.nan
    table = table[:, ~np.isnan(table).all(axis=0)]
    seen = ~np.isnan(table)
    annotators = table.shape[1]
    if annotators < 2:  # noqa: PLR2004 - two annotators are the least that can differ
        return PanelVariance(0.0, 0.0, annotators)
    each = weight / np.maximum(seen.sum(axis=1), 1)
    work = each @ seen
    work /= work.sum()
    spread, freedom = _shared_work(work)
    if aggregate == "majority":
        kept = seen.any(axis=1)
        return PanelVariance(_jackknife(table[kept], weight[kept]), freedom, annotators)
    moved = each @ np.where(seen, table - middle[:, None], 0)
    moved -= work * moved.sum()
    return PanelVariance(float(np.sum(moved**2 / spread)), freedom, annotators)


def _shared_work(work: Floats) -> tuple[Floats, float]:
    """What each annotator's squared deviation from the weighted mean is expected to be, and degrees of freedom.

    With deviations hₐ'e, hₐ = δₐ - w, of variance 1 - 2wₐ + Σw² (in units of one annotator's), the variance is a
    quadratic form in e with the matrix M = Σ bₐhₐhₐ'; its degrees of freedom are (tr M)²/tr(M²), written out.
    """
    together = float(work @ work)
    spread = 1 - 2 * work + together
    b = work**2 / spread
    b0, b1, b2 = float(b.sum()), float(b @ work), float(b @ work**2)
    across = (together * b0) ** 2 + 2 * b2 * b0 - 4 * together * b1 * b0 + 2 * b1**2
    own = float(b**2 @ (1 + 2 * (together - 2 * work)))
    return spread, together**2 / (across + own)


def _jackknife(table: Floats, weight: Floats) -> float:
    annotators = table.shape[1]
    estimates = []
    for left_out in range(annotators):
        rest = np.delete(table, left_out, axis=1)
        kept = ~np.isnan(rest).all(axis=1)
        share = weight[kept] * (weight.sum() / weight[kept].sum())
        estimates.append(float(share @ item_truth(rest[kept], "majority")))
    spread = np.asarray(estimates) - np.mean(estimates)
    return float((annotators - 1) / annotators * np.sum(spread**2))


def widen(value: float, low: float, high: float, panel: PanelVariance, *, level: float) -> tuple[float, float]:
    """Limits with the panel's part added: distances in squares (MOVER), the panel's own being t·√variance.

    The panel's own limits are made on the logit, for annotators' rates are skewed where a truth is rare: with three who
    differ much, limits made on the rate itself hold .926.

    Args:
        value: The estimate, on 0 to 1.
        low: Lower limit without the panel.
        high: Upper limit without the panel.
        panel: The panel's variance.
        level: Confidence level.
    """
    from scipy.special import expit, logit, stdtrit  # noqa: PLC0415 - keeps the module light

    if panel.variance <= 0 or panel.freedom <= 0 or not 0 < value < 1:
        return low, high
    reach = float(stdtrit(panel.freedom, (1 + level) / 2)) * math.sqrt(panel.variance) / (value * (1 - value))
    down, up = value - float(expit(logit(value) - reach)), float(expit(logit(value) + reach)) - value
    return value - math.hypot(value - low, down), value + math.hypot(high - value, up)


def with_panel(
    value: float, limits: tuple[float, float], panel: PanelVariance, annotators: Annotators, *, level: float
) -> tuple[tuple[float, float], str]:
    """Limits that hold other annotators too where they can, and the words for the method where they cannot.

    Args:
        value: The estimate, on 0 to 1.
        limits: Its limits for the annotators as they are.
        panel: The panel's variance.
        annotators: What the annotators stand for.
        level: Confidence level.
    """
    if annotators == "fixed" or panel.annotators < 2:  # noqa: PLR2004 - one set of ratings may be anybody's
        return limits, ""
    if annotators == "enough" and panel.freedom < MIN_FREEDOM:
        return limits, f", these {panel.annotators} {ONLY}"
    return widen(value, *limits, panel, level=level), ""
