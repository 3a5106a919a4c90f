"""Ranking curves: whether a judge's number is higher where people say yes (AUROC, AUPRC)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judge.stats.intervals import Estimate, Refused, mid_p_limits
from judge.stats.resampling import group_sums
from judge.stats.strata import MIN_RATINGS, rating_weights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Classes:
    """Rated items that have a number, apart by truth, with their weights."""

    score: Floats
    positive: NDArray[np.bool_]
    weight: Floats
    clusters: NDArray[np.generic]


def auroc(
    score: ArrayLike,
    truth: ArrayLike,
    *,
    inclusion: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate | Refused:
    """The chance that the judge's number is higher for a positive item than for a negative one, ties at half.

    Mann and Whitney's statistic, weighted by inverse inclusion probability so that the choice of items does not bias it
    (Alonzo and Pepe 2005, Applied Statistics 54: 173-190). Variance by placements (DeLong, DeLong and Clarke-Pearson
    1988, Biometrics 44: 837-845, eqs. 4 to 6), summed over clusters, drawn by one rating's weight towards Birnbaum's
    bound A(1-A)/min(n₊, n₋), and turned into the mid-P limits of a proportion of that effective size.

    Args:
        score: The judge's numbers, NaN where it abstained (left out), shape (n,).
        truth: 1 where people say yes, else 0, shape (n,).
        inclusion: How likely each item was to be chosen, shape (n,).
        clusters: Conversation of each item, shape (n,).
        level: Confidence level.

    Returns:
        The estimate; refused with fewer than 5 items of either kind.

    Raises:
        ValueError: Arrays that do not belong together.
    """
    method = "AUROC, DeLong placements, mid-P"
    items = _classes(score, truth, inclusion, clusters)
    refused = _refusal(items, method)
    if refused:
        return refused
    sign = items.positive
    up, down = items.weight[sign] / items.weight[sign].sum(), items.weight[~sign] / items.weight[~sign].sum()
    placed = np.empty(items.score.size)
    placed[sign] = _share_below(items.score[sign], items.score[~sign], down)
    placed[~sign] = 1 - _share_below(items.score[~sign], items.score[sign], up)
    area = round(float(up @ placed[sign]), 12)  # a perfect ranking is 1, not 1 - float noise
    share = np.where(sign, items.weight / items.weight[sign].sum(), items.weight / items.weight[~sign].sum())
    sums = group_sums(share * (placed - area), items.clusters)
    least = min(1 / float(np.sum(up**2)), 1 / float(np.sum(down**2)))
    seen, fourth = float(np.sum(sums**2)), float(np.sum(sums**4))
    carriers = seen**2 / fourth if fourth > 0 else 0.0
    widest = area * (1 - area)
    size = least if widest <= 0 else widest / ((carriers * seen + widest / least) / (carriers + 1))
    low, high = mid_p_limits(area * size, size, level)
    return Estimate(area, min(area, float(low)), max(area, float(high)), level, int(items.score.size), method)


def auprc(
    score: ArrayLike,
    truth: ArrayLike,
    *,
    inclusion: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate | Refused:
    """Area under precision over recall (average precision), to be read beside the rate, which is its chance level.

    Limits of a proportion with as many trials as there are positive items, or clusters that hold one: the binomial
    interval of Boyd, Eng and Page (2013), "Area under the Precision-Recall Curve", section 4, with mid-P limits.

    Args:
        score: The judge's numbers, NaN where it abstained (left out), shape (n,).
        truth: 1 where people say yes, else 0, shape (n,).
        inclusion: How likely each item was to be chosen, shape (n,).
        clusters: Conversation of each item, shape (n,).
        level: Confidence level.

    Returns:
        The estimate; refused with fewer than 5 items of either kind.

    Raises:
        ValueError: Arrays that do not belong together.
    """
    method = "AUPRC, mid-P over the positive items"
    items = _classes(score, truth, inclusion, clusters)
    refused = _refusal(items, method)
    if refused:
        return refused
    order = np.argsort(-items.score, kind="stable")
    ranked, weight, sign = items.score[order], items.weight[order], items.positive[order]
    hits, every = np.cumsum(weight * sign), np.cumsum(weight)
    last = np.append(np.diff(ranked) != 0, [True])
    recall = hits[last] / hits[-1]
    area = round(float(np.sum(np.diff(recall, prepend=0.0) * hits[last] / every[last])), 12)
    positives = weight[sign]
    kish = float(positives.sum() ** 2 / np.sum(positives**2))
    size = min(kish, float(np.unique(items.clusters[items.positive]).size))
    low, high = mid_p_limits(area * size, size, level)
    return Estimate(area, min(area, float(low)), max(area, float(high)), level, int(items.score.size), method)


def _classes(score: ArrayLike, truth: ArrayLike, inclusion: ArrayLike | None, clusters: ArrayLike | None) -> _Classes:
    f, y = np.asarray(score, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    if f.shape != y.shape or f.ndim != 1:
        raise ValueError(f"one truth for each number is needed, found shapes {f.shape} and {y.shape}")
    if not np.isin(y, (0, 1)).all():
        raise ValueError("the truth must be 0 or 1: take the majority of several raters")
    names = np.arange(f.size) if clusters is None else np.asarray(clusters)
    if names.shape != f.shape:
        raise ValueError(f"one cluster for each item is needed, found shape {names.shape}")
    known = ~np.isnan(f)
    return _Classes(f[known], y[known] == 1, rating_weights(inclusion, f.size)[known], names[known])


def _refusal(items: _Classes, method: str) -> Refused | None:
    for kind, count in (("positive", int(items.positive.sum())), ("negative", int((~items.positive).sum()))):
        if count < MIN_RATINGS:
            more = MIN_RATINGS - count
            reason = f"{count} of the rated items are truly {kind}; {MIN_RATINGS} are needed"
            return Refused(reason, f"rate until {more} more truly {kind} items are found", method, more)
    return None


def _share_below(at: Floats, others: Floats, weight: Floats) -> Floats:
    """Weighted share of the others below each point, ties at half."""
    order = np.argsort(others)
    total = np.append(0.0, np.cumsum(weight[order]))
    ranked = others[order]
    below, upto = np.searchsorted(ranked, at, side="left"), np.searchsorted(ranked, at, side="right")
    share: Floats = (total[below] + total[upto]) / 2
    return share
