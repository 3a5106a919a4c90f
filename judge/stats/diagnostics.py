"""Diagnostics: how often the judge is right where people say yes, where they say no, and where it says so itself."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from judge.stats.clusters import inflation, influence, too_few_clusters
from judge.stats.intervals import Estimate, Refused, z_value
from judge.stats.mover import difference_limits, part_limits, rate_limits, ratio_limits
from judge.stats.panel import item_truth, unit_scale
from judge.stats.strata import MIN_RATINGS, NEGLIGIBLE, Rows, Strata, Target, split_rows

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import ArrayLike, NDArray

Triple = tuple[float, float, float]
"""A value with its lower and upper limit."""


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """The judge against people, as if every item of the pool had been rated.

    Attributes:
        tpr: True positive rate: of what people call positive, the share that the judge calls so.
        tnr: True negative rate.
        ppv: Positive predictive value: of what the judge calls positive, the share that people call so.
        false_omission: Of what the judge calls negative, the share that people call positive.
        balanced_accuracy: Mean of `tpr` and `tnr`.
        f1: Harmonic mean of `tpr` and `ppv`.
    """

    tpr: Estimate | Refused
    tnr: Estimate | Refused
    ppv: Estimate | Refused
    false_omission: Estimate | Refused
    balanced_accuracy: Estimate | Refused
    f1: Estimate | Refused


def diagnose(
    pool: ArrayLike,
    score: ArrayLike,
    truth: ArrayLike,
    positive: Collection[object],
    *,
    inclusion: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    pool_clusters: ArrayLike | None = None,
    level: float = 0.95,
    target: Target = "process",
) -> Diagnostics:
    """The judge's error rates over the pool, whatever chose the items for rating.

    Rates read off the rated items alone are biased when the judge's score decided what is rated (true .90/.80 read as
    .96/.60). Here the joint table of judge and people is rebuilt from what people say within each score: TPR = Σ₊ P·m /
    Σ P·m over the judge's scores (Begg and Greenes 1983, Biometrics 39: 207-215, eq. 2). Limits: MOVER-R on the odds of
    each rate (Donner and Zou 2012), with mid-P limits of the parts. Where the judge gave no item of the pool a score on
    one side, that side's share is 0 with Wilson's upper limit, z² / (N + z²).

    Args:
        pool: The judge's score of every item of the pool; leave abstentions out, they are neither right nor wrong.
        score: The judge's score of the rated items, shape (n,).
        truth: 1 where people call the item positive, 0 where not, or the share of them who do, shape (n,) or (n,
            annotators).
        positive: The scores that count as positive.
        inclusion: How likely each rated item was to be chosen, shape (n,).
        clusters: Conversation of each rated item, shape (n,).
        pool_clusters: Conversation of each item of the pool, shape (N,).
        level: Confidence level.
        target: Whose rates: of the process that wrote the pool, or in this pool alone.

    Returns:
        Estimates, each refused on its own where the ratings cannot tell it, all where they come from under five
        conversations. They hold what other items would have given; the annotators are taken as they are.

    Raises:
        ValueError: Arrays that do not belong together.
    """
    y = item_truth(unit_scale(truth, (0.0, 1.0)))
    rows = split_rows(pool, score, y, inclusion=inclusion, target=target)
    strata = rows.strata
    refused = None if clusters is None else too_few_clusters(clusters, "rates by the truth")
    if refused is not None:
        return Diagnostics(*[refused] * 6)
    if clusters is not None:
        stretch = inflation(influence(rows, clusters, pool_clusters, target=target), clusters, level)
        strata = replace(strata, effective=strata.effective / stretch**2)
    names = {str(value) for value in positive}
    flags = np.array([name in names for name in strata.names])
    return of_strata(strata, flags, _rated_truth(rows), level=level, finite=target == "pool")


def of_strata(
    strata: Strata,
    positive: NDArray[np.bool_],
    rated: tuple[float, float],
    *,
    level: float = 0.95,
    finite: bool = False,
) -> Diagnostics:
    """The rates from strata; see `diagnose`.

    Args:
        strata: The pool by the judge's score.
        positive: Which strata the judge calls positive, shape (K,).
        rated: How many rated items are truly positive and truly negative.
        level: Confidence level.
        finite: Whether this pool alone is meant.
    """
    table = _Table(strata, positive, level, finite=finite)
    n_pos, n_neg = rated
    tpr, tnr, f1 = table.tpr(), _mirrored(strata, positive, level, finite=finite).tpr(), table.f1()
    both = difference_limits(tpr, (-tnr[0], -tnr[2], -tnr[1]), -table.correlation(tpr[0], tnr[0]))
    balanced = ((tpr[0] + tnr[0]) / 2, both[0] / 2, both[1] / 2)
    n = int(strata.rated.sum())
    of_positive = _needs(n_pos, "positive") or _unseen(strata, strata.value, "positive")
    of_negative = _needs(n_neg, "negative") or _unseen(strata, 1 - strata.value, "negative")
    return Diagnostics(
        tpr=of_positive or _estimate(tpr, level, round(n_pos), "TPR"),
        tnr=of_negative or _estimate(tnr, level, round(n_neg), "TNR"),
        ppv=_predictive(strata, positive, level, finite=finite, name="PPV"),
        false_omission=_predictive(strata, ~positive, level, finite=finite, name="FOR"),
        balanced_accuracy=of_positive or of_negative or _estimate(balanced, level, n, "balanced accuracy"),
        f1=of_positive or _estimate(f1, level, n, "F1"),
    )


class _Table:
    """The joint table of judge and people: truly positive mass inside (a) and outside (b) the positive scores."""

    def __init__(self, strata: Strata, positive: NDArray[np.bool_], level: float, *, finite: bool) -> None:
        self.strata, self.positive, self.level = strata, positive, level
        low, high = part_limits(strata.mean, strata.effective, level)
        share, mean = strata.share, strata.mean

        seen = strata.rated > 0
        count = float(strata.pool.sum())

        def mass(chosen: NDArray[np.bool_]) -> Triple:
            if not share[chosen].any():
                # A score that the judge gave to none of the pool it may give to some of what the process writes next.
                return 0.0, 0.0, 0.0 if finite else z_value(level) ** 2 / (count + z_value(level) ** 2)
            value = float((share * mean)[chosen].sum())
            down, up = share * (mean - low), share * (high - mean)
            # What nobody rated may be anything, so its worst case is added in full.
            reaches = [
                float(np.sum(part[chosen & seen] ** 2)) ** 0.5 + float(part[chosen & ~seen].sum())
                for part in (down, up)
            ]
            return value, max(0.0, value - reaches[0]), value + reaches[1]

        self.inside, self.outside = mass(positive), mass(~positive)
        self.flagged = float(share[positive].sum())
        odds = count * self.flagged * (1 - self.flagged)
        self.pool_reach = 0.0 if finite or odds <= 0 else z_value(level) / math.sqrt(odds)

    def tpr(self) -> Triple:
        """A / (a + b)."""
        (a, _, _), (b, _, _) = self.inside, self.outside
        if a + b <= 0:
            return 0.5, 0.0, 1.0
        if a >= b:
            low, high = self._odds(self.outside, self.inside)
            return a / (a + b), 1 / (1 + high), 1 / (1 + low)
        low, high = self._odds(self.inside, self.outside)
        return a / (a + b), low / (1 + low), 1 - 1 / (1 + high)

    def f1(self) -> Triple:
        """The ratio 2a / (a + b + P), P the share that the judge calls positive."""
        a, (b, b_low, b_high), flagged = self.inside, self.outside, self.flagged
        if a[0] <= 0:
            high = 2 * a[2] / (a[2] + b_low + flagged) if a[2] > 0 else 0.0
            return 0.0, 0.0, high
        above = (b + flagged, b_low + flagged, b_high + flagged)
        # The share of positive scores stands above and below; d log(ratio) / d logit(P) = -b / (b + P) is left of it.
        low, high = self._odds(above, a, b / (b + flagged))
        return 2 * a[0] / (a[0] + b + flagged), 2 / (1 + high), min(1.0, 2 / (1 + low))

    def correlation(self, tpr: float, tnr: float) -> float:
        """Correlation of TPR and TNR through the strata's means, by the delta method."""
        mean = (self.strata.mean * self.strata.rated + 0.5) / (self.strata.rated + 1)
        inside = np.where(self.positive, 1 - tpr, -tpr)
        outside = np.where(self.positive, tnr, tnr - 1)
        variance = self.strata.share**2 * mean * (1 - mean) / np.maximum(self.strata.rated, 1)
        both = float(np.sum(inside * outside * variance))
        alone = float(np.sum(inside**2 * variance) * np.sum(outside**2 * variance)) ** 0.5
        return both / alone if alone > 0 else 0.0

    def _odds(self, above: Triple, below: Triple, follows: float = 1.0) -> tuple[float, float]:
        """Limits of a ratio of masses, with the pool's own share of positive scores as far as the ratio follows it."""
        low, high = ratio_limits(above, below)
        ratio, pool_reach = above[0] / below[0], follows * self.pool_reach

        def further(limit: float) -> float:
            if not 0 < limit < math.inf or ratio <= 0:
                return limit
            return math.hypot(math.log(limit / ratio), pool_reach)

        if ratio <= 0:
            return low, high * math.exp(pool_reach)
        return (ratio * math.exp(-further(low)) if low > 0 else 0.0), (
            ratio * math.exp(further(high)) if high < math.inf else math.inf
        )


def _mirrored(strata: Strata, positive: NDArray[np.bool_], level: float, *, finite: bool) -> _Table:
    return _Table(replace(strata, mean=1 - strata.mean), ~positive, level, finite=finite)


def _predictive(
    strata: Strata, chosen: NDArray[np.bool_], level: float, *, finite: bool, name: str
) -> Estimate | Refused:
    rated, pool = strata.rated[chosen], strata.pool[chosen]
    method = f"{name}, mid-P"
    if pool.sum() == 0:
        return Refused("the judge never gave such a score", "judge a pool in which it does", method)
    lacking = int(min(MIN_RATINGS, pool.sum()) - rated.sum())
    if lacking > 0:
        names = " or ".join(repr(strata.names[i]) for i in np.flatnonzero(chosen))
        reason = f"people rated only {int(rated.sum())} of the items that the judge scored {names}"
        return Refused(reason, f"rate {lacking} more of the items that the judge scored {names}", method, lacking)
    low, high = rate_limits(strata.mean[chosen], strata.effective[chosen], pool, level=level, finite=finite)
    value = float(strata.mean[chosen] @ pool / pool.sum())
    return Estimate(value, min(value, float(low)), max(value, float(high)), level, int(rated.sum()), method)


def _needs(count: float, kind: str) -> Refused | None:
    if count > 0:
        return None
    reason = f"people call none of the rated items {kind}"
    return Refused(reason, f"rate more items, until some are truly {kind}", "rates by the truth")


def _unseen(strata: Strata, mass: float, kind: str) -> Refused | None:
    """Refuses where scores that nobody rated could hold a noticeable part of what is truly so."""
    unseen = (strata.rated == 0) & (strata.pool > 0)
    if strata.share[unseen].sum() <= NEGLIGIBLE * mass:
        return None
    asks = [
        f"{int(min(MIN_RATINGS, strata.pool[i]))} of the items that the judge scored {strata.names[i]!r}"
        for i in np.flatnonzero(unseen)
    ]
    lacking = int(np.minimum(MIN_RATINGS, strata.pool[unseen]).sum())
    names = " or ".join(repr(strata.names[i]) for i in np.flatnonzero(unseen))
    reason = f"nobody rated what the judge scored {names}, where much of what is truly {kind} may be"
    return Refused(reason, f"rate {' and '.join(asks)}", "rates by the truth", lacking)


def _estimate(figures: Triple, level: float, n: int, name: str) -> Estimate:
    value, low, high = figures
    low, high = max(0.0, min(low, value)), min(1.0, max(high, value))
    return Estimate(value, low, high, level, n, f"{name} over the pool, MOVER-R")


def _rated_truth(rows: Rows) -> tuple[float, float]:
    positives = float(rows.truth.sum())
    return positives, float(rows.truth.size) - positives
