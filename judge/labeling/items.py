"""Items of a study: how many there are, and with what probability they were drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from judge.store.labeling_tables import ITEM

if TYPE_CHECKING:
    from judge.labeling.study import Study
    from judge.store.database import Database


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """The items of a study in figures.

    Attributes:
        items: Records to rate.
        overlapping: Those that more than one annotator rates.
        training: Records for training.
        slots: Ratings wanted in all.
        least: Least inclusion probability.
        greatest: Greatest inclusion probability.
    """

    items: int
    overlapping: int
    training: int
    slots: int
    least: float
    greatest: float


def counts(db: Database, study: Study) -> ItemCounts:
    """The items of a study in figures."""
    rated = ITEM.c.training.is_(False)
    query = select(
        func.sum(case((rated, 1), else_=0)),
        func.sum(case((ITEM.c.raters > 1, 1), else_=0)),
        func.sum(case((rated, 0), else_=1)),
        func.sum(ITEM.c.raters),
        func.min(ITEM.c.inclusion_probability),
        func.max(ITEM.c.inclusion_probability),
    ).where(ITEM.c.study_id == study.id)
    with db.read() as connection:
        row = connection.execute(query).one()
    return ItemCounts(*(int(value or 0) for value in row[:4]), *(float(value or 0) for value in row[4:]))
