"""Tables: a study's ratings of one criterion as arrays of records by annotators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import select

from judge.labeling.people import ADJUDICATED
from judge.scales import Level
from judge.store import ratings
from judge.store.datasets import Dataset
from judge.store.labeling_tables import ITEM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from judge.labeling.study import Study
    from judge.rubric.schema import Criterion
    from judge.scores import Rating
    from judge.stats.alpha import Metric
    from judge.store.database import Database

METRICS: dict[Level, Metric] = {
    Level.BINARY: "nominal",
    Level.NOMINAL: "nominal",
    Level.ORDINAL: "ordinal",
    Level.INTERVAL: "interval",
}
"""How far two values are apart, by the scale's level of measurement."""


@dataclass(frozen=True, slots=True)
class Table:
    """The ratings in force of one criterion of a study.

    Attributes:
        criterion: The criterion.
        keys: Row keys of the records that have a rating, ascending, shape (n,).
        names: Their ids in the log, shape (n,).
        annotators: Names, shape (A,).
        values: Scores, None where there is none, shape (n, A).
        again: Scores given when the item was shown a second time, shape (n, A).
        seconds: Time on the item when it was first seen, NaN where unknown, shape (n, A).
        inclusion: Inclusion probability of each record, shape (n,).
        gold: Adjudicated scores, None where there is none, shape (n,).
    """

    criterion: Criterion
    keys: NDArray[np.int64]
    names: NDArray[np.object_]
    annotators: tuple[str, ...]
    values: NDArray[np.object_]
    again: NDArray[np.object_]
    seconds: NDArray[np.float64]
    inclusion: NDArray[np.float64]
    gold: NDArray[np.object_]

    @property
    def metric(self) -> Metric:
        """The metric of the scale."""
        return METRICS[self.criterion.scale.level]

    @property
    def domain(self) -> list[Any] | None:
        """The values of the scale in order; None on an interval scale, where any number may occur."""
        return list(self.criterion.scale.names) or None

    def numbers(self) -> NDArray[np.float64]:
        """The scores as numbers, 0 and 1 for a rate, NaN where there is none, shape (n, A)."""
        scale = self.criterion.scale
        if scale.level is Level.NOMINAL:
            number = {name: float(name in scale.positive) for name in scale.names}.__getitem__
        else:
            number = scale.number
        flat = [np.nan if value is None else number(value) for value in self.values.ravel()]
        return np.array(flat, dtype=np.float64).reshape(self.values.shape)


def read_tables(db: Database, study: Study) -> dict[str, Table]:
    """Every criterion's table, by name."""
    given: dict[str, list[tuple[int, Rating]]] = {criterion.name: [] for criterion in study.rubric.criteria}
    dataset = Dataset(study.dataset_id, study.dataset)
    for key, _, rating in ratings.stream(db, dataset, study.rubric, source=study.name, repeats=True):
        given[rating.criterion].append((key, rating))
    query = select(ITEM.c.record_id, ITEM.c.inclusion_probability).where(ITEM.c.study_id == study.id)
    with db.read() as connection:
        inclusion = {row[0]: row[1] for row in connection.execute(query)}
    return {name: _table(study.rubric.criterion(name), rows, inclusion) for name, rows in given.items()}


def _table(criterion: Criterion, rows: list[tuple[int, Rating]], inclusion: dict[int, float | None]) -> Table:
    keys = sorted({key for key, _ in rows})
    names = sorted({rating.annotator for _, rating in rows if rating.annotator != ADJUDICATED and not rating.gold})
    place, column = {key: n for n, key in enumerate(keys)}, {name: n for n, name in enumerate(names)}
    shape = (len(keys), len(names))
    ids = np.full(len(keys), None, dtype=np.object_)
    gold = np.full(len(keys), None, dtype=np.object_)
    values = (np.full(shape, None, dtype=np.object_), np.full(shape, None, dtype=np.object_))
    seconds = np.full(shape, np.nan)
    for key, rating in rows:
        row = place[key]
        ids[row] = rating.record_id
        if rating.gold:
            gold[row] = rating.score
            continue
        spot = (row, column[rating.annotator])
        values[min(rating.repeat, 1)][spot] = rating.score
        if not rating.repeat and rating.seconds is not None:
            seconds[spot] = rating.seconds
    chance = [inclusion.get(key) for key in keys]
    return Table(
        criterion=criterion,
        keys=np.array(keys, dtype=np.int64),
        names=ids,
        annotators=tuple(names),
        values=values[0],
        again=values[1],
        seconds=seconds,
        inclusion=np.array([1.0 if one is None else one for one in chance], dtype=np.float64),
        gold=gold,
    )
