"""Differences: what people would say of A minus what they would say of B, on the same items or on different ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judge.stats.clusters import Influence, influence
from judge.stats.correction import corrected_mean
from judge.stats.intervals import Estimate, Refused
from judge.stats.mover import difference_limits
from judge.stats.panel import item_truth, unit_scale
from judge.stats.strata import Small, Target, split_rows

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from judge.stats.strata import Rows


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of a comparison: a model version, a segment, a week.

    Attributes:
        pool: The judge's score of every item, rated ones included, shape (N,).
        score: The judge's score of the rated items, shape (n,).
        truth: What people say of them, shape (n,) or (n, annotators) with NaN for missing ratings.
        inclusion: How likely each rated item was to be chosen, shape (n,).
        clusters: What each rated item shares with items of the other arm, or of its own: its question or conversation,
            shape (n,); left out, the arms are independent and every row is on its own.
        pool_clusters: The same for every item of the pool, shape (N,).
        pool_weights: How much each item of the pool counts, shape (N,), where it stands for another mix of items; the
            same weights divide the inclusion of the rated ones.
    """

    pool: ArrayLike
    score: ArrayLike
    truth: ArrayLike
    inclusion: ArrayLike | None = None
    clusters: ArrayLike | None = None
    pool_clusters: ArrayLike | None = None
    pool_weights: ArrayLike | None = None

    def rows(self, scale: tuple[float, float], target: Target = "process") -> Rows:
        """The arm split by the judge's score, its truth on 0 to 1."""
        truth = item_truth(unit_scale(self.truth, scale))
        return split_rows(
            self.pool,
            self.score,
            truth,
            inclusion=self.inclusion,
            pool_weights=self.pool_weights,
            target=target,
        )


def corrected_difference(
    a: Arm,
    b: Arm,
    *,
    scale: tuple[float, float] = (0.0, 1.0),
    level: float = 0.95,
    target: Target = "process",
    small: Small = "refuse",
) -> Estimate | Refused:
    """The corrected mean of A minus that of B.

    Each arm is corrected with its own ratings, since a judge may err differently on another model's responses. The
    limits join those of the arms (MOVER; Zou and Donner 2008) with the correlation of the arms over shared clusters,
    Newcombe's method 10 for paired proportions (Statistics in Medicine 1998, 17: 2635-2650). The correlation is that of
    the linearised contributions of each question or conversation to the two corrected means, so questions rated in both
    arms, in one, or in neither all count for what they tell. The annotators are taken as they are: where the same
    people rate both arms, how strict they happen to be falls out of the difference.

    Args:
        a: One side.
        b: The other, with ratings on the same scale.
        scale: Lowest and highest possible truth.
        level: Confidence level.
        target: Whose difference: of the processes that wrote the pools, or of these pools alone.
        small: As in `corrected_mean`.

    Returns:
        The estimate, `n` being the ratings of both arms; refused where either arm is.
    """
    method = "corrected A minus B, paired" if _shared(a, b) else "corrected A minus B"
    arms = [_estimate(arm, scale, level, target, small) for arm in (a, b)]
    for name, found in zip("AB", arms, strict=True):
        if isinstance(found, Refused):
            return Refused(f"{name}: {found.reason}", f"{name}: {found.needed}", method, found.more)
    first, second = (found for found in arms if isinstance(found, Estimate))
    correlation = _correlation(_influence(a, scale, target), _influence(b, scale, target)) if _shared(a, b) else 0.0
    low, high = difference_limits(
        (first.value, first.low, first.high), (second.value, second.low, second.high), correlation
    )
    widest = scale[1] - scale[0]
    value = first.value - second.value
    return Estimate(value, max(-widest, low), min(widest, high), level, first.n + second.n, method)


def mcnemar(b: int, c: int, *, exact: bool = True) -> float:
    """p-value of McNemar's test that two raters of the same items err equally often.

    McNemar (1947), Psychometrika 12: 153-157: the exact binomial test, or χ² = (|b-c| - 1)²/(b+c) with the continuity
    correction of Edwards (1948), Psychometrika 13: 185-187.

    Args:
        b: Items that only the first has right.
        c: Items that only the second has right.
        exact: Whether to use the binomial test instead of χ².

    Returns:
        The two-sided p-value; 1 where no item tells them apart.

    Raises:
        ValueError: A count is below 0.
    """
    if min(b, c) < 0:
        raise ValueError(f"counts are not negative, found {b} and {c}")
    n = b + c
    if n == 0:
        return 1.0
    if exact:
        return min(1.0, sum(math.comb(n, k) for k in range(min(b, c) + 1)) / (1 << n >> 1))
    return math.erfc(math.sqrt(max(0, abs(b - c) - 1) ** 2 / n / 2))


def _shared(a: Arm, b: Arm) -> bool:
    return a.clusters is not None and b.clusters is not None


def _estimate(arm: Arm, scale: tuple[float, float], level: float, target: Target, small: Small) -> Estimate | Refused:
    return corrected_mean(
        arm.pool,
        arm.score,
        arm.truth,
        scale=scale,
        inclusion=arm.inclusion,
        clusters=arm.clusters,
        pool_clusters=arm.pool_clusters,
        pool_weights=arm.pool_weights,
        annotators="fixed",
        level=level,
        target=target,
        small=small,
    )


def _influence(arm: Arm, scale: tuple[float, float], target: Target) -> Influence:
    return influence(arm.rows(scale, target), arm.clusters, arm.pool_clusters, target=target)


def _correlation(a: Influence, b: Influence) -> float:
    """Correlation of the arms' contributions over the clusters of either; 0 where one arm has no spread."""
    _, here, there = np.intersect1d(a.ids, b.ids, return_indices=True)
    together = float(np.sum(a.sums[here] * b.sums[there]))
    alone = float(np.sum(a.sums**2) * np.sum(b.sums**2)) ** 0.5
    return together / alone if alone > 1e-18 else 0.0  # noqa: PLR2004 - float noise
