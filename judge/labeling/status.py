"""Status: how far a study is, who has done what, and how many ratings are still needed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import case, func, select

from judge.labeling import items
from judge.labeling.needed import Need, records_needed
from judge.labeling.tables import read_tables
from judge.scales import Level
from judge.store.labeling_tables import ANNOTATOR, ASSIGNMENT, CLAIM, ITEM, PRESS
from judge.store.tables import RECORD

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from judge.labeling.study import Study
    from judge.labeling.tables import Table
    from judge.store.database import Database


@dataclass(frozen=True, slots=True)
class Worker:
    """How far one annotator is.

    Attributes:
        name: Who.
        active: Whether they still take part.
        done: Items rated or skipped, repeats among them.
        skipped: Items skipped.
        held: Items they hold now.
        stale: Items they hold whose lease ran out; anybody may take them over.
        flagged: Ratings they flagged for the owner.
        rushed: Ratings given in less than the study's least time.
        seconds: Median time on an item; None before the first.
        last: When they last saved; None before the first time.
    """

    name: str
    active: bool
    done: int
    skipped: int
    held: int
    stale: int
    flagged: int
    rushed: int
    seconds: float | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Flag:
    """An item an annotator asks the owner to look at."""

    record: str
    annotator: str
    code: str


@dataclass(frozen=True, slots=True)
class Status:
    """How far a study is.

    Attributes:
        items: Records to rate.
        slots: Ratings wanted in all.
        filled: Ratings given.
        held: Slots in somebody's hands.
        stale: Slots whose lease ran out.
        complete: Records with all their ratings.
        workers: One for each annotator.
        needs: Criterion -> what the interval that was asked for takes.
        flags: What annotators flagged.
    """

    items: int
    slots: int
    filled: int
    held: int
    stale: int
    complete: int
    workers: tuple[Worker, ...]
    needs: dict[str, Need]
    flags: tuple[Flag, ...]

    @property
    def more(self) -> int:
        """Records still to be rated until every criterion has the interval that was asked for."""
        return max((need.more for need in self.needs.values()), default=0)

    def to_json(self) -> dict[str, Any]:
        """The status for machines."""
        needs = {name: asdict(need) | {"more": need.more} for name, need in self.needs.items()}
        return asdict(self) | {"needs": needs, "more": self.more}


def read_status(db: Database, study: Study, now: datetime) -> Status:
    """How far a study is."""
    counted = items.counts(db, study)
    with db.read() as connection:
        filled, held, stale = _slots(connection, study, now)
        workers = _workers(connection, study, now)
        complete = _complete(connection, study)
        flags = _flags(connection, study)
    tables = read_tables(db, study)
    return Status(
        items=counted.items,
        slots=counted.slots,
        filled=filled,
        held=held,
        stale=stale,
        complete=complete,
        workers=workers,
        needs={name: _need(study, table) for name, table in tables.items()},
        flags=flags,
    )


def _need(study: Study, table: Table) -> Need:
    numbers = table.numbers()
    rated = ~np.isnan(numbers).all(axis=1)
    scale = table.criterion.scale
    spread = 1.0
    if scale.level is Level.INTERVAL:
        spread = float(scale.high or 0) - float(scale.low or 0)
    elif scale.level is Level.ORDINAL:
        ends = [scale.number(name) for name in scale.names]
        spread = max(ends) - min(ends)
    means = np.nanmean(numbers[rated], axis=1) if rated.any() else np.zeros(0)
    return records_needed(
        means, table.inclusion[rated], study.population, half_width=study.half_width, level=study.level, spread=spread
    )


def _slots(connection: Connection, study: Study, now: datetime) -> tuple[int, int, int]:
    open_ = CLAIM.c.done.is_(None)
    query = select(
        func.sum(case((open_, 0), else_=1)),
        func.sum(case((open_ & (CLAIM.c.expires > now), 1), else_=0)),
        func.sum(case((open_ & (CLAIM.c.expires <= now), 1), else_=0)),
    ).where(CLAIM.c.study_id == study.id, CLAIM.c.slot.is_not(None))
    filled, held, stale = (int(value or 0) for value in connection.execute(query).one())
    return filled, held, stale


def _complete(connection: Connection, study: Study) -> int:
    filled = (
        select(ITEM.c.id)
        .join(CLAIM, CLAIM.c.item_id == ITEM.c.id)
        .where(ITEM.c.study_id == study.id, CLAIM.c.slot.is_not(None), CLAIM.c.done.is_not(None))
        .group_by(ITEM.c.id, ITEM.c.raters)
        .having(func.count() >= ITEM.c.raters)
        .subquery()
    )
    return int(connection.scalar(select(func.count()).select_from(filled)) or 0)


def _workers(connection: Connection, study: Study, now: datetime) -> tuple[Worker, ...]:
    people = (
        select(ANNOTATOR.c.id, ANNOTATOR.c.name, ASSIGNMENT.c.active & ANNOTATOR.c.active)
        .join(ASSIGNMENT, ASSIGNMENT.c.annotator_id == ANNOTATOR.c.id)
        .where(ASSIGNMENT.c.study_id == study.id)
        .order_by(ANNOTATOR.c.name)
    )
    claims = select(CLAIM.c.annotator_id, CLAIM.c.done, CLAIM.c.expires).where(CLAIM.c.study_id == study.id)
    presses = select(PRESS).where(PRESS.c.study_id == study.id).order_by(PRESS.c.id)
    held: dict[int, list[Any]] = {}
    for row in connection.execute(claims):
        held.setdefault(row.annotator_id, []).append(row)
    pressed: dict[int, dict[int, list[Any]]] = {}
    for press in connection.execute(presses):
        pressed.setdefault(press.annotator_id, {}).setdefault(press.claim_id, []).append(press)
    return tuple(
        _worker(name, bool(active), held.get(key, []), pressed.get(key, {}), now)
        for key, name, active in connection.execute(people).all()
    )


def _worker(name: str, active: bool, claims: list[Any], presses: dict[int, list[Any]], now: datetime) -> Worker:  # noqa: FBT001 - one column each
    newest = [versions[-1] for versions in presses.values()]
    first = [versions[0] for versions in presses.values()]
    waiting = [claim.expires for claim in claims if claim.done is None]
    return Worker(
        name=name,
        active=active,
        done=sum(claim.done is not None for claim in claims),
        skipped=sum(press.skipped for press in newest),
        held=sum(expires > now for expires in waiting),
        stale=sum(expires <= now for expires in waiting),
        flagged=sum(press.flagged for press in newest),
        rushed=sum(press.rushed for press in first),
        seconds=median(press.seconds for press in first) if first else None,
        last=max((press.saved for press in newest), default=None),
    )


def _flags(connection: Connection, study: Study) -> tuple[Flag, ...]:
    newest = select(func.max(PRESS.c.id)).where(PRESS.c.study_id == study.id).group_by(PRESS.c.claim_id)
    query = (
        select(RECORD.c.record_id, ANNOTATOR.c.name, ITEM.c.code)
        .select_from(PRESS)
        .join(CLAIM, CLAIM.c.id == PRESS.c.claim_id)
        .join(ITEM, ITEM.c.id == CLAIM.c.item_id)
        .join(RECORD, RECORD.c.id == ITEM.c.record_id)
        .join(ANNOTATOR, ANNOTATOR.c.id == PRESS.c.annotator_id)
        .where(PRESS.c.id.in_(newest), PRESS.c.flagged.is_(True))
        .order_by(PRESS.c.id)
    )
    return tuple(Flag(*row) for row in connection.execute(query).all())
