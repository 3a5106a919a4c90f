"""Panels: several annotators' ratings of an item, and how far another panel would have moved the figure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

Aggregate = Literal["mean", "majority"]
"""How an item's truth is made of its ratings: their mean, or the side of the middle that most of them are on."""


Annotators = Literal["drawn", "fixed"]
"""Whether the annotators stand for others like them, who would have moved the figure, or are the measure themselves."""


@dataclass(frozen=True, slots=True)
class PanelVariance:
    """The part of an estimate's variance that comes from who happened to rate.

    Attributes:
        variance: Variance beyond what the items' own spread already holds.
        freedom: Degrees of freedom, one less than there are annotators; 0 where it cannot be known.
    """

    variance: float
    freedom: int


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
    ratings: ArrayLike, item_weight: ArrayLike, centre: ArrayLike, *, aggregate: Aggregate = "mean"
) -> PanelVariance:
    """Variance between annotators of a linear estimate Σ cᵢ·truthᵢ.

    Two-way clustering: V(items) + V(annotators) - V(cells), Cameron, Gelbach and Miller (2011), JBES 29: 238-249, eq.
    2.9. V(items) is in the interval already. V(cells), what single ratings vary, is not taken off: the difference of
    two noisy terms is often 0 where few annotators do differ, and limits made of it hold .90 with three annotators.
    With two it is, for V(annotators) alone then has one degree of freedom and would make every interval useless; how
    far others would have moved the figure is hardly known there (.85 to .95, benchmarks/coverage.py). With a majority
    the annotator's part is the delete-one jackknife of the estimate.

    Args:
        ratings: On 0 to 1, shape (items, annotators), NaN where missing.
        item_weight: Weight cᵢ of each item in the estimate, shape (items,).
        centre: What the item's truth is compared to (its stratum's mean), shape (items,).
        aggregate: How an item's truth is made.

    Returns:
        The variance, 0 with no degrees of freedom where fewer than two annotators are known.
    """
    table = np.asarray(ratings, dtype=np.float64)
    weight, middle = np.asarray(item_weight, dtype=np.float64), np.asarray(centre, dtype=np.float64)
    table = table[:, ~np.isnan(table).all(axis=0)]
    annotators = table.shape[1]
    if annotators < 2:  # noqa: PLR2004 - two annotators are the least that can differ
        return PanelVariance(0.0, 0)
    if aggregate == "majority":
        return PanelVariance(_jackknife(table, weight), annotators - 1)
    seen = ~np.isnan(table)
    cells = np.where(seen, table - middle[:, None], 0) * (weight / seen.sum(axis=1))[:, None]
    between = annotators / (annotators - 1) * float(np.sum(cells.sum(axis=0) ** 2))
    within = float(np.sum(cells**2)) if annotators == 2 else 0.0  # noqa: PLR2004 - see above
    return PanelVariance(max(0.0, between - within), annotators - 1)


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

    Pooled degrees of freedom (Satterthwaite 1946) would make it shorter, but cover .84 where two annotators differ by
    chance less than annotators do; t with the panel's own few degrees of freedom holds better.

    Args:
        value: The estimate.
        low: Lower limit without the panel.
        high: Upper limit without the panel.
        panel: The panel's variance.
        level: Confidence level.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - keeps the module light

    if panel.variance <= 0 or panel.freedom < 1:
        return low, high
    reach = float(stdtrit(panel.freedom, (1 + level) / 2)) * math.sqrt(panel.variance)
    return value - math.hypot(value - low, reach), value + math.hypot(high - value, reach)
