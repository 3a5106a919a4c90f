"""Measures in the store: a metric's value for a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from judge.store.database import upsert
from judge.store.tables import MEASURE

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from judge.store.database import Database
    from judge.store.runs import Run


@dataclass(frozen=True, slots=True)
class MeasureSummary:
    """A metric over the records of a run.

    Attributes:
        metric: Its name.
        measured: Records with a value.
        mean: Mean of the values; None without any.
        low: Least value; None without any.
        high: Greatest value; None without any.
        abstained: Reason -> records without a value.
    """

    metric: str
    measured: int
    mean: float | None
    low: float | None
    high: float | None
    abstained: dict[str, int]


def write(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Enter measures; a newer one of the same record and metric replaces the older."""
    key, renewed = ("run_id", "record_id", "metric"), ("value", "reason", "detail")
    connection.execute(upsert(connection, MEASURE, key=key, renewed=renewed), rows)


def summaries(db: Database, run: Run) -> list[MeasureSummary]:
    """Every metric of a run."""
    value = MEASURE.c.value
    columns = (func.count(value), func.avg(value), func.min(value), func.max(value))
    figures = select(MEASURE.c.metric, *columns).where(MEASURE.c.run_id == run.id).group_by(MEASURE.c.metric)
    reasons = (
        select(MEASURE.c.metric, MEASURE.c.reason, func.count())
        .where(MEASURE.c.run_id == run.id, MEASURE.c.reason.is_not(None))
        .group_by(MEASURE.c.metric, MEASURE.c.reason)
    )
    with db.read() as connection:
        abstained: dict[str, dict[str, int]] = {}
        for metric, reason, count in connection.execute(reasons):
            abstained.setdefault(metric, {})[reason] = count
        return [
            MeasureSummary(name, count, mean, low, high, abstained.get(name, {}))
            for name, count, mean, low, high in connection.execute(figures.order_by(MEASURE.c.metric))
        ]
