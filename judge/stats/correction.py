"""The corrected mean: the judge's scores over the whole pool, adjusted by what people say of the rated part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from judge.stats.clusters import inflation, influence, too_few_clusters
from judge.stats.intervals import Estimate, Refused
from judge.stats.mover import PartKind, rate_limits
from judge.stats.panel import Aggregate, Annotators, item_truth, panel_variance, unit_scale, with_panel
from judge.stats.poststratification import as_estimate, method_name
from judge.stats.strata import MIN_RATINGS, Rows, Small, Target, is_thin, split_rows, too_few

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


def corrected_mean(
    pool: ArrayLike,
    score: ArrayLike,
    truth: ArrayLike,
    *,
    scale: tuple[float, float] = (0.0, 1.0),
    inclusion: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    pool_clusters: ArrayLike | None = None,
    pool_weights: ArrayLike | None = None,
    aggregate: Aggregate = "mean",
    annotators: Annotators = "enough",
    settled: ArrayLike | None = None,
    level: float = 0.95,
    limits: PartKind = "mid-p",
    target: Target = "process",
    small: Small = "refuse",
) -> Estimate | Refused:
    """The mean that people would give to the whole pool: θ = Σ Pₛ·mₛ over the judge's scores s.

    mₛ is the mean truth of the rated items with score s (weighted by inverse inclusion probability, where stored), Pₛ
    the score's share of the pool. With a truth of 0 and 1 this is the corrected rate. The judge's score only sorts the
    items: it may be a name, a number, an abstention, or any cross of such things.

    Args:
        pool: The judge's score of every item of the pool, rated ones included, shape (N,).
        score: The judge's score of the rated items, shape (n,).
        truth: What people say of them, on `scale`, shape (n,); or shape (n, annotators) with NaN for missing ratings,
            see `annotators`.
        scale: Lowest and highest possible truth.
        inclusion: How likely each rated item was to be chosen, shape (n,); left out where items of one score were all
            equally likely.
        clusters: Conversation of each rated item, shape (n,), for a cluster-robust interval.
        pool_clusters: Conversation of each item of the pool, shape (N,).
        pool_weights: As in `judge.stats.strata.split_rows`; the rated items' own are for `inclusion` to say.
        aggregate: How an item's truth is made of several ratings.
        annotators: Whether the interval also holds how others in their place would have moved the mean. Two cannot
            tell: unless ``"drawn"`` is asked for, the interval is then of these two alone, and the method says so.
        settled: Which rated items are adjudicated, shape (n,): other annotators would not have moved those.
        level: Confidence level.
        limits: Limits of each stratum's mean, see `judge.stats.mover`.
        target: Whose mean: of the process that wrote the pool, or of this pool alone.
        small: What becomes of scores with under 5 ratings that hold more than a twentieth of the pool: refuse, or bound
            them by the limits of what ratings they have, unrated ones by the ends of the scale.

    Returns:
        The estimate on `scale`, one-sided where all rated items stand at one end of it; or a refusal.

    Raises:
        ValueError: Arrays that do not belong together, or values off the scale.
    """
    table = unit_scale(truth, scale)
    y = item_truth(table, aggregate)
    rows = split_rows(pool, score, y, inclusion=inclusion, pool_weights=pool_weights, target=target)
    method = method_name(limits, target, weighted=inclusion is not None, clustered=clusters is not None)
    refused = too_few(rows.strata, method, small)
    if refused is None and clusters is not None:
        refused = too_few_clusters(clusters, method)
    if refused:
        return refused
    if is_thin(rows.strata).any():
        method = f"{method}, thin scores bounded"
    low, high = _limits(rows, level, limits, target)
    if clusters is not None:
        stretch = inflation(influence(rows, clusters, pool_clusters, target=target), clusters, level)
        low, high = _stretch(rows.strata.value, low, high, stretch)
    panel = panel_variance(
        table, _item_weight(rows), rows.strata.mean[rows.stratum], aggregate=aggregate, settled=settled
    )
    (low, high), whose = with_panel(rows.strata.value, (low, high), panel, annotators, level=level)
    method += whose
    return as_estimate(rows.strata, max(0.0, low), min(1.0, high), level=level, method=method, scale=scale)


def plain_mean(
    values: ArrayLike,
    *,
    scale: tuple[float, float] = (0.0, 1.0),
    inclusion: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    pool_size: int | None = None,
    aggregate: Aggregate = "mean",
    annotators: Annotators = "enough",
    settled: ArrayLike | None = None,
    level: float = 0.95,
    limits: PartKind = "mid-p",
) -> Estimate | Refused:
    """A mean without any judge: what people say of the rated items alone, or the raw mean of the judge's scores.

    Args:
        values: On `scale`, shape (n,), or (n, annotators) with NaN for missing ratings.
        scale: Lowest and highest possible value.
        inclusion: How likely each item was to be chosen, shape (n,).
        clusters: Conversation of each item, shape (n,).
        pool_size: Size of the pool, where this pool alone is meant (finite population).
        aggregate: How an item's value is made of several ratings.
        annotators: As in `corrected_mean`.
        settled: As in `corrected_mean`.
        level: Confidence level.
        limits: Limits of the mean.

    Returns:
        The estimate, refused under 5 items.
    """
    n = np.shape(np.asarray(values))[0]
    found = corrected_mean(
        np.zeros(max(pool_size or MIN_RATINGS, n)),
        np.zeros(n),
        values,
        scale=scale,
        inclusion=inclusion,
        clusters=clusters,
        aggregate=aggregate,
        annotators=annotators,
        settled=settled,
        level=level,
        limits=limits,
        target="pool" if pool_size else "process",
    )
    method = "mean of the ratings" if inclusion is None else "weighted mean of the ratings"
    if isinstance(found, Refused):
        return Refused(found.reason, found.needed, method, found.more)
    method += found.method.partition(")")[2]  # after the brackets stands whose ratings these are, if not all
    return Estimate(found.value, found.low, found.high, found.level, found.n, method, found.sides)


def corrected_distribution(
    pool: ArrayLike,
    score: ArrayLike,
    truth: ArrayLike,
    values: Sequence[str | float],
    *,
    inclusion: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    pool_clusters: ArrayLike | None = None,
    level: float = 0.95,
    simultaneous: bool = False,
    target: Target = "process",
    small: Small = "refuse",
) -> dict[str | float, Estimate | Refused]:
    """The corrected share of every value of a scale.

    Args:
        pool: As in `corrected_mean`.
        score: As in `corrected_mean`.
        truth: The value that people give to each rated item, shape (n,) or (n, annotators), None or NaN where missing.
        values: The values of the scale.
        inclusion: As in `corrected_mean`.
        clusters: As in `corrected_mean`.
        pool_clusters: As in `corrected_mean`.
        level: Confidence level.
        simultaneous: Whether all intervals hold together at `level` (Bonferroni) instead of each on its own.
        target: As in `corrected_mean`.
        small: As in `corrected_mean`.

    Returns:
        An estimate (or refusal) for each value; the shares of the estimates sum to 1.

    Raises:
        ValueError: A rated item has a value that is not among `values`.
    """
    codes = _codes(truth, values)
    each = 1 - (1 - level) / len(values) if simultaneous else level
    return {
        value: corrected_mean(
            pool,
            score,
            np.where(codes < 0, np.nan, codes == place),
            inclusion=inclusion,
            clusters=clusters,
            pool_clusters=pool_clusters,
            level=each,
            target=target,
            small=small,
        )
        for place, value in enumerate(values)
    }


def worst_case(
    value: float, judged: int, abstained: int, scale: tuple[float, float] = (0.0, 1.0)
) -> tuple[float, float]:
    """Bounds of the judge's own mean over everything, had every abstention been the lowest or the highest score.

    Args:
        value: Mean score of the judged items.
        judged: How many were judged.
        abstained: How many were not.
        scale: Lowest and highest possible score.

    Raises:
        ValueError: There are no items at all.
    """
    total = judged + abstained
    if total == 0:
        raise ValueError("there is nothing to bound: no item was judged and none abstained from")
    known = value * judged if judged else 0.0
    return (known + scale[0] * abstained) / total, (known + scale[1] * abstained) / total


def _codes(truth: ArrayLike, values: Sequence[str | float]) -> NDArray[np.intp]:
    """Place of each rating among the values; -1 where it is None or NaN."""
    given = np.asarray(truth, dtype=object)
    place: dict[object, int] = {value: index for index, value in enumerate(values)}
    place[None] = -1
    codes = [-1 if one != one else place.get(one, len(values)) for one in given.ravel()]  # noqa: PLR0124 - NaN
    if len(values) in codes:
        raise ValueError(f"{given.ravel()[codes.index(len(values))]!r} is not among the values {list(values)}")
    return np.array(codes, dtype=np.intp).reshape(given.shape)


def _limits(rows: Rows, level: float, limits: PartKind, target: Target) -> tuple[float, float]:
    strata = rows.strata
    low, high = rate_limits(
        strata.mean, strata.effective, strata.pool, level=level, kind=limits, finite=target == "pool"
    )
    return float(low), float(high)


def _stretch(value: float, low: float, high: float, factor: float) -> tuple[float, float]:
    return value - factor * (value - low), value + factor * (high - value)


def _item_weight(rows: Rows) -> Floats:
    """What each rated item counts in the corrected mean, shape (n,)."""
    share, stratum = rows.strata.share, rows.stratum
    totals = np.bincount(stratum, weights=rows.weight, minlength=share.size)
    weight: Floats = share[stratum] * rows.weight / totals[stratum]
    return weight
