"""Severity and self-consistency: what sets one annotator apart from the others, and from themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from judge.errors import UsageError
from judge.stats.agreement import LEAST_UNITS, t_value, unseen
from judge.stats.alpha import Metric, alpha
from judge.stats.chance import percent
from judge.stats.intervals import Estimate, Refused
from judge.stats.resampling import group_sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Consistency:
    """How far an annotator repeats themselves on the same items.

    Attributes:
        percent: Share of repeats with the same value.
        alpha: Krippendorff's alpha of the repeats, as if two raters had given them.
    """

    percent: Estimate | Refused
    alpha: Estimate | Refused


def severity(
    ratings: ArrayLike, *, level: float = 0.95, clusters: ArrayLike | None = None
) -> tuple[Estimate | Refused, ...]:
    """Each rater's mean difference to the mean of the others on the same items, in units of the scale.

    d̄ ± t·√(G/(G-1) Σ_g (Σ_{i∈g} (d_i - d̄))²)/n over the n items the rater shares with others, in G clusters: paired, so
    easy and hard items cancel. Where a rater's differences never vary, the limits are as if the share of items that
    could have gone unseen differed by the whole range of the ratings. For nominal values, pass 1 where a value was
    given and 0 where another was, one value at a time: the difference is then in shares.

    Args:
        ratings: Numbers, shape (units, raters), NaN where missing: scores, or 0 and 1 for the positive value.
        level: Confidence level of each interval; they are not adjusted for looking at several raters.
        clusters: Conversation of each unit, shape (units,).

    Returns:
        One estimate a rater, in the order of the columns; above 0 the rater gives more than the others. Refused where
        a rater shares fewer than ten items (or conversations) with anybody.

    Raises:
        UsageError: The ratings are no table.
    """
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2:  # noqa: PLR2004 - units by raters
        raise UsageError(f"ratings are a table of units by raters, found {table.ndim} dimensions")
    given = ~np.isnan(table)
    filled = np.where(given, table, 0)
    others = given.sum(axis=1, keepdims=True) - given
    with np.errstate(invalid="ignore"):
        gap = filled - (filled.sum(axis=1, keepdims=True) - filled) / np.where(others > 0, others, 1)
    shared = given & (others > 0)
    reach = float(np.ptp(table[given])) if given.any() else 0.0
    groups = np.arange(len(table)) if clusters is None else np.asarray(clusters)
    what = "items" if clusters is None else "conversations"
    return tuple(_mean_difference(gap[rows, j], groups[rows], level, reach, what) for j, rows in enumerate(shared.T))


def consistency(
    repeats: ArrayLike,
    metric: Metric = "nominal",
    *,
    values: Sequence[Any] | NDArray[Any] | None = None,
    level: float = 0.95,
    clusters: ArrayLike | None = None,
) -> Consistency:
    """How far one annotator gives the same item the same value again.

    Args:
        repeats: The annotator's values of items they rated more than once, shape (items, repeats), missing where NaN,
            None or empty. For several annotators stack their rows and pass the item of each row as `clusters`.
        metric: Level of measurement of the values.
        values: The values in order.
        level: Confidence level.
        clusters: Item (or conversation) of each row, shape (items,).
    """
    return Consistency(
        percent=percent(repeats, values=values, level=level, clusters=clusters),
        alpha=alpha(repeats, metric, values=values, level=level, clusters=clusters),
    )


def _mean_difference(gaps: Floats, groups: NDArray[Any], level: float, reach: float, what: str) -> Estimate | Refused:
    method = "mean difference to the other raters"
    clusters = np.unique(groups).size
    if clusters < LEAST_UNITS:
        more = LEAST_UNITS - clusters
        return Refused(
            f"too few units: the rater shares {clusters} {what} with others",
            f"have others rate {more} more {what} of this rater's",
            method,
            more=more,
        )
    value = float(gaps.mean())
    sums = group_sums(gaps - value, groups)
    error = float(np.sqrt(clusters / (clusters - 1) * (sums @ sums))) / gaps.size
    half = t_value(level, clusters - 1) * error if error > 0 else unseen(clusters, level) * reach
    over = "units" if what == "items" else "clusters"
    return Estimate(value, value - half, value + half, level, gaps.size, f"{method}; t over {over}")
