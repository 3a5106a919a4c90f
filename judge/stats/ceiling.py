"""The human ceiling: how far a judge's agreement with people falls short of people's agreement with one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from judge.stats.agreement import LEAST_RARE, Coefficient, jackknife_error, t_value
from judge.stats.alpha import Metric, distances, numbers_of
from judge.stats.intervals import Estimate, Refused
from judge.stats.ratings import Ratings, side_by_side
from judge.stats.resampling import group_sums

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ceiling:
    """People against people and judge against people, on the same items.

    Attributes:
        human: Average pairwise agreement of people with one another: the ceiling.
        judge: Average agreement of the judge with those people.
        difference: judge - human, paired; below 0 the judge falls short of a person.
    """

    human: Estimate | Refused
    judge: Estimate | Refused
    difference: Estimate | Refused


def ceiling(
    judge: ArrayLike,
    humans: ArrayLike,
    metric: Metric = "nominal",
    *,
    measure: Literal["alpha", "percent"] = "alpha",
    values: Sequence[Any] | NDArray[Any] | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
    least: float = LEAST_RARE,
) -> Ceiling:
    """Both agreements and their paired difference, on items with a judge's score and two or more people's.

    For each item d_hh is the mean distance of all pairs of people, d_jh that of the judge to each person. "alpha" sets
    them against chance as Krippendorff's alpha does: 1 - d̄_hh/(π'Δπ) with π the people's prevalence, and
    1 - d̄_jh/(π̄'Δπ̄) with π̄ the mean of theirs and the judge's; items weigh alike however many rated them, which for two
    people is Scott's (1955) π. "percent" is 1 - d̄ over the largest distance. Each is a function of sums over items, so
    the difference has the jackknife error of both together (Efron and Tibshirani 1993, eq. 11.5), paired, over items or
    whole clusters, with a t quantile.

    Args:
        judge: The judge's values, shape (units,); missing where it abstained.
        humans: People's values, shape (units, annotators); missing where NaN, None or empty.
        metric: Level of measurement of the values; ordinal distances are those of the values seen here.
        measure: Agreement beyond chance, or plain.
        values: The values in order.
        clusters: Conversation of each unit, shape (units,).
        level: Confidence level.
        least: As in `IntervalOptions`.

    Raises:
        UsageError: There is not one judge's value (or a missing one) a unit, or a value is not allowed.
    """
    table = side_by_side(judge, humans, values)
    kept = (table.codes[:, 0] >= 0) & ((table.codes[:, 1:] >= 0).sum(axis=1) > 1)
    people = Ratings(table.codes[kept, 1:], table.values)
    method = f"{measure} ({metric}), judge against people and people against one another"
    if not people.pairable.any():
        refused = Refused(
            "no item has a judge's score and two people's ratings",
            "have two people rate the same judged items",
            method,
        )
        return Ceiling(refused, refused, refused)
    joint = Ratings(table.codes[kept], table.values)
    groups = None if clusters is None else np.asarray(clusters)[kept]
    distance = distances(metric, numbers_of(table, metric), joint.counts.sum(axis=0))
    rows, of_human, of_judge = _sums(joint.codes[:, 0], people, distance, chance=measure == "alpha")
    human = _coefficient("people against people", measure, people, rows, of_human)
    ours = _coefficient("judge against people", measure, joint, rows, of_judge)
    return Ceiling(
        human=_estimate(human, groups, level, least),
        judge=_estimate(ours, groups, level, least),
        difference=_difference(human, ours, groups, level, least),
    )


def _sums(
    judge: NDArray[np.intp], people: Ratings, distance: Floats, *, chance: bool
) -> tuple[Floats, Callable[[Floats], Floats], Callable[[Floats], Floats]]:
    counts, m = people.counts, people.per_unit
    between = ((counts @ distance) * counts).sum(axis=1) / (m * (m - 1))
    to_judge = (counts * distance[judge]).sum(axis=1) / m
    q = distance.shape[0]
    rows = np.column_stack([np.ones(m.size), between, to_judge, counts / m[:, None], np.eye(q)[judge]])
    worst = max(float(distance.max()), 1e-300)

    def expected(shares: Floats) -> Floats:
        return np.asarray(((shares @ distance) * shares).sum(axis=-1))

    def beyond(observed: Floats, shares: Floats) -> Floats:
        against = expected(shares) if chance else np.full(observed.shape, worst)
        return np.where(against > 0, 1 - observed / np.where(against > 0, against, 1), np.nan)

    def of_human(sums: Floats) -> Floats:
        mean = sums / sums[..., :1]
        return beyond(mean[..., 1], mean[..., 3 : 3 + q])

    def of_judge(sums: Floats) -> Floats:
        mean = sums / sums[..., :1]
        return beyond(mean[..., 2], (mean[..., 3 : 3 + q] + mean[..., 3 + q :]) / 2)

    return rows, of_human, of_judge


def _coefficient(who: str, measure: str, ratings: Ratings, rows: Floats, of: Callable[[Floats], Floats]) -> Coefficient:
    return Coefficient(
        name=f"{who} ({measure})",
        ratings=ratings,
        rows=rows,
        units=ratings.pairable,
        of=of,
        value=float(of(rows.sum(axis=0))),
        floor=-1.0 if measure == "alpha" else 0.0,
        # Two people may agree while the judge differs from both, so all of a unit's pairs can differ.
        split=1.0,
    )


def _estimate(coefficient: Coefficient, groups: NDArray[Any] | None, level: float, least: float) -> Estimate | Refused:
    undefined = coefficient.ratings.undefined(coefficient.name)
    if undefined and coefficient.floor < 0:
        return undefined
    return coefficient.estimate(level=level, clusters=groups, least=least)


def _difference(
    human: Coefficient, judge: Coefficient, groups: NDArray[Any] | None, level: float, least: float
) -> Estimate | Refused:
    ceiling_, ours = (_estimate(side, groups, level, least) for side in (human, judge))
    if isinstance(ceiling_, Refused):
        return ceiling_
    if isinstance(ours, Refused):
        return ours
    rows = human.rows if groups is None else group_sums(human.rows, groups)
    left = rows.sum(axis=0) - rows
    error = jackknife_error(judge.of(left) - human.of(left), np.ones(len(rows), dtype=np.intp))
    value = judge.value - human.value
    reach = t_value(level, len(rows) - 1) * error
    low, high = value - reach, value + reach
    if error == 0:
        # Neither ever disagreed, so what is known of each is its own lower limit.
        low, high = ours.low - 1, 1 - ceiling_.low
    over = "units" if groups is None else "clusters"
    return Estimate(value, low, high, level, ours.n, f"judge - people; paired jackknife over {over}")
