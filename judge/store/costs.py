"""Costs: what calls came to, by run, judge, rubric or day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String, cast, func, select

from judge.store.ledger import Totals, askings, sums
from judge.store.tables import JUDGE, RUBRIC, RUN

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Subquery

    from judge.store.database import Database

BY: Final = ("run", "judge", "rubric", "day")
"""What costs can be told by."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run, judge, rubric or day came to.

    Attributes:
        name: The run's number, the judge model's spelling, the rubric's name, or the day (UTC, ISO 8601).
        totals: Its figures.
        prices: Date of the shipped price table that was in force, for a run; else None.
    """

    name: str
    totals: Totals
    prices: str | None = None


def costs(db: Database, by: str) -> list[Cost]:
    """What all calls of a database came to, in the order of their names; answers found on the ledger cost nothing."""
    asking = askings()
    name = _name(asking, by)
    query = (
        select(name, *sums(asking))
        .select_from(asking)
        .join(RUN, asking.c.run_id == RUN.c.id)
        .join(JUDGE, asking.c.fingerprint == JUDGE.c.fingerprint)
        .join(RUBRIC, JUDGE.c.rubric_hash == RUBRIC.c.hash)
        .group_by(name)
        .order_by(name)
    )
    with db.read() as connection:
        rows = connection.execute(query).all()
        tables = {
            run: settings.get("price_table") for run, settings in connection.execute(select(RUN.c.id, RUN.c.settings))
        }
    return [Cost(str(row[0]), Totals(*row[1:]), tables.get(row[0])) for row in rows]


def _name(asking: Subquery, by: str) -> ColumnElement[Any]:
    # The first ten characters of a time are its day, in both databases, whose sessions are in UTC.
    columns: dict[str, ColumnElement[Any]] = {
        "run": RUN.c.id,
        "judge": JUDGE.c.model,
        "rubric": RUBRIC.c.name,
        "day": func.substr(cast(asking.c.sent, String), 1, 10),
    }
    return columns[by]
