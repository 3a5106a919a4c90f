"""Agreement: people among themselves, and the judge with them, on the same items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from judge.rubric.pairs import ORDERS_DIFFER
from judge.scales import Level
from judge.scores import Reason
from judge.stats.alpha import alpha
from judge.stats.ceiling import Ceiling, ceiling
from judge.stats.chance import percent
from judge.stats.gwet import gwet
from judge.stats.intervals import Refused
from judge.stats.kappa import Kappa, cohen
from judge.stats.majority import gold
from judge.stats.ratings import MISSING, read_ratings
from judge.stats.strata import ABSTAINED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from judge.calibration.panel import Panel
    from judge.calibration.pool import Pool
    from judge.scales import Scale
    from judge.stats.alpha import Metric
    from judge.stats.intervals import Estimate


UNEQUAL: Final = Refused("no two numbers of an interval scale need be equal", "read alpha", "equal ratings")
"""Why there is no share of equal ratings where ratings are numbers."""

PAIRED_UP_TO: Final = 5
"""Annotators up to whom each two have a kappa of their own: a crowd has thousands of pairs, joined by few items."""


@dataclass(frozen=True, slots=True)
class People:
    """How alike annotators rate.

    Attributes:
        annotators: How many there are.
        items: How many items have a rating.
        overlap: How many items have two or more.
        alpha: Krippendorff's alpha at the scale's level of measurement.
        percent: Percent agreement.
        ac1: Gwet's AC1, which must be read beside the prevalence.
        prevalence: Value -> share of all ratings.
        pairs: (annotator, annotator) -> Cohen's kappa of the two; none beyond `PAIRED_UP_TO` annotators, of whom
            each is held against all others together (`judge.calibration.annotators`).
    """

    annotators: tuple[str, ...]
    items: int
    overlap: int
    alpha: Estimate | Refused
    percent: Estimate | Refused
    ac1: Estimate | Refused
    prevalence: dict[str, float]
    pairs: dict[tuple[str, str], Estimate | Refused]


@dataclass(frozen=True, slots=True)
class WithPeople:
    """How alike the judge and people score.

    Attributes:
        kappa: Cohen's kappa of the judge with the gold (adjudicated or majority) value; None on interval scales.
        alpha: Krippendorff's alpha of the two at the scale's level of measurement.
        ceiling: People against people and judge against people, on items with two ratings or more.
        confusion: People's value -> judge's value (or ``orders differ``, or ``abstained``) -> items.
        tied: Items without a majority, which are in no comparison with a gold value.
    """

    kappa: Kappa | None
    alpha: Estimate | Refused
    ceiling: Ceiling
    confusion: dict[str, dict[str, int]]
    tied: int


def metric_of(scale: Scale) -> Metric:
    """The distance that fits a scale's level of measurement."""
    metrics: dict[Level, Metric] = {Level.ORDINAL: "ordinal", Level.INTERVAL: "interval"}
    return metrics.get(scale.level, "nominal")


def people(panel: Panel, scale: Scale, *, clusters: NDArray[Any] | None, level: float) -> People:
    """Agreement of annotators among themselves; no judge is needed for it."""
    values = scale.names or None
    numbers = _numbers(panel.ratings, scale)
    table = read_ratings(numbers, values)
    options: dict[str, Any] = {"clusters": clusters, "level": level}
    named = scale.level is not Level.INTERVAL
    return People(
        annotators=panel.annotators,
        items=panel.size,
        overlap=int(table.pairable.sum()),
        alpha=alpha(numbers, metric_of(scale), values=values, **options),
        percent=percent(numbers, values=values, **options) if named else UNEQUAL,
        ac1=gwet(numbers, values=values, **options) if named else UNEQUAL,
        prevalence={str(v): float(share) for v, share in zip(table.values, table.shares, strict=True)} if named else {},
        pairs=_pairs(panel, numbers, values, options) if named else {},
    )


def _numbers(ratings: NDArray[np.object_], scale: Scale) -> NDArray[Any]:
    if scale.level is not Level.INTERVAL:
        return ratings
    return np.array([[np.nan if each is None else float(each) for each in row] for row in ratings], dtype=np.float64)


def _pairs(
    panel: Panel, ratings: NDArray[Any], values: tuple[str, ...] | None, options: dict[str, Any]
) -> dict[tuple[str, str], Estimate | Refused]:
    found: dict[tuple[str, str], Estimate | Refused] = {}
    if len(panel.annotators) > PAIRED_UP_TO:
        return found
    for one, first in enumerate(panel.annotators):
        for other, second in enumerate(panel.annotators[:one]):
            found[second, first] = cohen(ratings[:, other], ratings[:, one], values=values, **options).estimate
    return found


def with_people(pool: Pool, panel: Panel, scale: Scale, *, level: float) -> WithPeople:
    """Agreement of the judge with people."""
    clusters = pool.clusters[panel.items] if pool.has_conversations else None
    said = pool.scores[panel.items]
    values = scale.names or None
    options: dict[str, Any] = {"clusters": clusters, "level": level}
    if scale.level is Level.INTERVAL:
        numbers = _numbers(panel.ratings, scale)
        judged = pool.numbers[panel.items]
        pair = np.column_stack([judged, _means(numbers)])
        return WithPeople(
            kappa=None,
            alpha=alpha(pair, "interval", **options),
            ceiling=ceiling(judged, numbers, "interval", **options),
            confusion={},
            tied=0,
        )
    truth = gold_values(panel, scale)
    judged = np.array([None if score == ABSTAINED else score for score in said], dtype=np.object_)
    return WithPeople(
        kappa=cohen(truth, judged, values=values, **options),
        alpha=alpha(np.column_stack([truth, judged]), metric_of(scale), values=values, **options),
        ceiling=ceiling(judged, panel.ratings, metric_of(scale), values=values, **options),
        confusion=_confusion(truth, _outcomes(pool)[panel.items], scale),
        tied=int(sum(each is None for each in truth)),
    )


def _means(numbers: NDArray[Any]) -> NDArray[Any]:
    seen = ~np.isnan(numbers)
    count = seen.sum(axis=1)
    return np.where(count > 0, np.where(seen, numbers, 0).sum(axis=1) / np.maximum(count, 1), np.nan)


def gold_values(panel: Panel, scale: Scale) -> NDArray[np.object_]:
    """The adjudicated value of each item, else the majority's; None on a tie. Shape (n,)."""
    if not panel.size:
        return np.empty(0, dtype=np.object_)
    found = gold(panel.ratings, panel.gold, values=scale.names)
    return np.array([None if code == MISSING else found.values[code] for code in found.codes], dtype=np.object_)


def _outcomes(pool: Pool) -> NDArray[np.object_]:
    """The judge's scores, a mind that changed with the order of a pair being an outcome of its own."""
    found: NDArray[np.object_] = np.where(pool.reasons == Reason.ORDERS_DIFFER, ORDERS_DIFFER, pool.scores)
    return found


def _confusion(truth: NDArray[Any], said: NDArray[Any], scale: Scale) -> dict[str, dict[str, int]]:
    differ = [ORDERS_DIFFER] if (said == ORDERS_DIFFER).any() else []
    table = {value: dict.fromkeys((*scale.names, *differ, ABSTAINED), 0) for value in scale.names}
    for value, score in zip(truth, said, strict=True):
        if value is not None:
            table[str(value)][str(score)] += 1
    return table
