"""Annotators: each beside the others, by agreement, severity, a model of their errors, and their repeats."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from judge.calibration.agreement import gold_values, metric_of
from judge.calibration.figures import truth_table
from judge.scales import Level
from judge.stats.chance import percent
from judge.stats.dawid_skene import DawidSkene, dawid_skene
from judge.stats.intervals import Estimate, Refused
from judge.stats.ratings import MISSING, read_ratings
from judge.stats.severity import Consistency, consistency, severity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from judge.calibration.panel import Panel
    from judge.scales import Scale, Score

LEAST_FOR_MODEL: Final = 3
"""Annotators below which nobody can tell whose error a difference is."""


@dataclass(frozen=True, slots=True)
class Annotator:
    """One annotator beside the others.

    Attributes:
        name: Their name.
        rated: Items they rated.
        others: How often their value is that of another annotator of the same item; None on interval scales.
        severity: How much oftener they give a positive value (or how much higher they rate) than the others on the same
            items; None on scales without either.
        model: How often they give the right value by Dawid and Skene's model; None without a model.
        repeats: How often they repeat themselves; None where nothing was shown to them again.
    """

    name: str
    rated: int
    others: Estimate | Refused | None
    severity: Estimate | Refused | None
    model: float | None
    repeats: Consistency | None


@dataclass(frozen=True, slots=True)
class Annotators:
    """All annotators of a criterion.

    Attributes:
        each: One by one.
        differing: Items of which Dawid and Skene's model says other than most people; None without a model.
    """

    each: tuple[Annotator, ...]
    differing: int | None


def annotators(panel: Panel, scale: Scale, *, clusters: NDArray[Any] | None, level: float) -> Annotators:
    """Each annotator beside the others.

    Adjudicated items count like the others: whoever decided, the annotators' own ratings stand beside one another.
    """
    model = _model(panel, scale)
    severities = _severities(panel, scale, clusters, level)
    codes = None if scale.level is Level.INTERVAL else read_ratings(panel.ratings, scale.names or None).codes
    each = tuple(
        Annotator(
            name=name,
            rated=sum(value is not None for value in panel.ratings[:, place]),
            others=None if codes is None else _others(codes, place, clusters, level),
            severity=severities[place],
            model=None if model is None else _right(model, place),
            repeats=_repeats(panel, scale, place, level),
        )
        for place, name in enumerate(panel.annotators)
    )
    return Annotators(each, None if model is None else _differing(model, panel, scale))


def _severities(
    panel: Panel, scale: Scale, clusters: NDArray[Any] | None, level: float
) -> tuple[Estimate | Refused | None, ...]:
    if not panel.size or not (scale.positive or scale.level in {Level.ORDINAL, Level.INTERVAL}):
        return (None,) * len(panel.annotators)

    def positive(score: Score) -> float:
        return float(score in scale.positive)

    table = truth_table(_unsettled(panel), positive if scale.positive else scale.number)
    return severity(table, level=level, clusters=clusters)


def _unsettled(panel: Panel) -> Panel:
    return replace(panel, gold=np.full(panel.size, None, dtype=np.object_))


def _others(codes: NDArray[np.intp], place: int, clusters: NDArray[Any] | None, level: float) -> Estimate | Refused:
    """Equal ratings among an annotator's pairs with each of the others; the pairs of an item belong together."""
    if codes.shape[1] == 1:
        return Refused("there is no other annotator", "have a second person rate some of these items", "percent")
    both = codes != MISSING
    both &= both[:, [place]]
    both[:, place] = False
    items, others = np.nonzero(both)
    units = np.arange(len(codes)) if clusters is None else clusters
    return percent(np.column_stack([codes[items, place], codes[items, others]]), level=level, clusters=units[items])


def _model(panel: Panel, scale: Scale) -> DawidSkene | None:
    if scale.level is Level.INTERVAL or len(panel.annotators) < LEAST_FOR_MODEL:
        return None
    found = dawid_skene(panel.ratings, values=scale.names)
    return found if isinstance(found, DawidSkene) else None


def _right(model: DawidSkene, place: int) -> float:
    """The share of items on which the model holds an annotator right, over the values they met."""
    own = np.diagonal(model.confusion[place])
    met = ~np.isnan(own)
    return float(model.prevalence[met] @ own[met] / model.prevalence[met].sum())


def _differing(model: DawidSkene, panel: Panel, scale: Scale) -> int:
    most = gold_values(_unsettled(panel), scale)
    likeliest = [None if code == MISSING else model.values[code] for code in model.codes]
    return sum(
        one is not None and other is not None and one != other for one, other in zip(most, likeliest, strict=True)
    )


def _repeats(panel: Panel, scale: Scale, place: int, level: float) -> Consistency | None:
    twice = np.column_stack([panel.ratings[:, place], panel.again[:, place]])
    shown = np.array([all(value is not None for value in row) for row in twice], dtype=bool)
    if not shown.any():
        return None
    return consistency(twice[shown], metric_of(scale), values=scale.names or None, level=level)
