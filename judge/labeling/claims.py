"""Claims: who holds which item for how long; no more annotators hold one than it is to have raters."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, insert, or_, select, update

from judge.labeling.slots import claims_of, lock_items, next_shown, open_slot, take_over
from judge.labeling.study import State
from judge.store.labeling_tables import ASSIGNMENT, CLAIM, ITEM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, RowMapping

    from judge.labeling.people import Seat
    from judge.labeling.study import Study
    from judge.store.database import Database

REPEAT_GAP: Final = 20
"""Items an annotator is shown between an item and its repeat, so that it is not simply remembered."""

LAST_GAP: Final = 5
"""The same where nothing else is left to show; what was rated after that is not repeated."""

FRESH: Final = 0.8
"""A claim with more than this share of its lease left is not renewed: most calls then write nothing."""


@dataclass(frozen=True, slots=True)
class Held:
    """An item an annotator holds.

    Attributes:
        claim: Row key of the claim.
        item: Row key of the item.
        record: Row key of the record.
        code: What the browser knows it by.
        repeat: 0, or 1 where it is shown a second time.
        shown: Its place in what the annotator is shown, from 1.
        expires: When the claim ends.
    """

    claim: int
    item: int
    record: int
    code: str
    repeat: int
    shown: int
    expires: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item an annotator may be given: its row key, and where it stands in their own order."""

    item: int
    repeat: int
    rank: tuple[bytes, int]


def lease(db: Database, study: Study, seat: Seat, n: int, now: datetime) -> list[Held]:
    """The items the annotator holds and has not rated, in order, topped up to at most n.

    Nothing is written while the claims are fresh and at least half of n is held. All claims of an item change only
    under a lock on the item (on SQLite: on the database), and the unique constraints are the last line.
    """
    if study.state is not State.OPEN:
        return []
    until = now + timedelta(seconds=study.lease_seconds)
    with db.read() as connection:
        mine = held(connection, study, seat)
        short = len(mine) <= n // 2
        found = candidates(connection, study, seat, now) if short else []
        wanted = min(n - len(mine), _fair(connection, study, seat, len(found), now)) if found else 0
    stale = now + timedelta(seconds=study.lease_seconds * FRESH)
    if wanted <= 0 and all(each.expires > stale for each in mine):
        return mine[:n]
    with db.write() as connection:
        _renew(connection, [each for each in mine if each.expires <= stale], seat, until)
        # One annotator in two tabs takes turns; others are not held up.
        place = (ASSIGNMENT.c.study_id == study.id, ASSIGNMENT.c.annotator_id == seat.annotator)
        connection.execute(select(ASSIGNMENT.c.study_id).where(*place).with_for_update())
        wanted = min(wanted, n - len(held(connection, study, seat)))
        if wanted > 0:
            _take(connection, study, seat, found, wanted, now=now, until=until)
        return held(connection, study, seat)[:n]


def held(connection: Connection, study: Study, seat: Seat) -> list[Held]:
    """The items the annotator holds and has not rated, in the order they are shown."""
    query = (
        select(CLAIM, ITEM.c.record_id, ITEM.c.code, ITEM.c.again)
        .join(ITEM, CLAIM.c.item_id == ITEM.c.id)
        .where(CLAIM.c.annotator_id == seat.annotator, CLAIM.c.study_id == study.id, CLAIM.c.done.is_(None))
        .order_by(CLAIM.c.shown)
    )
    return [_to_held(row) for row in connection.execute(query).mappings()]


def candidates(connection: Connection, study: Study, seat: Seat, now: datetime) -> list[Candidate]:
    """What the annotator may be given, in their own order: repeats that are due, then items with an open slot."""
    taken = (
        select(CLAIM.c.item_id, func.count().label("taken"))
        .where(
            CLAIM.c.study_id == study.id,
            CLAIM.c.slot.is_not(None),
            or_(CLAIM.c.done.is_not(None), CLAIM.c.expires > now),
        )
        .group_by(CLAIM.c.item_id)
        .subquery()
    )
    mine = select(CLAIM.c.item_id).where(CLAIM.c.study_id == study.id, CLAIM.c.annotator_id == seat.annotator)
    query = (
        select(ITEM.c.id, ITEM.c.record_id, ITEM.c.cluster)
        .outerjoin(taken, taken.c.item_id == ITEM.c.id)
        .where(
            ITEM.c.study_id == study.id,
            ITEM.c.training.is_(False),
            func.coalesce(taken.c.taken, 0) < ITEM.c.raters,
            ITEM.c.id.not_in(mine),
        )
    )
    rows = connection.execute(query).all()
    fresh = sorted((Candidate(row[0], 0, rank(study, seat, row[2], row[1])) for row in rows), key=lambda c: c.rank)
    return _repeats(connection, study, seat, last=not fresh) + fresh


def rank(study: Study, seat: Seat, cluster: str | None, record: int) -> tuple[bytes, int]:
    """Where a record stands in an annotator's own random order; a conversation stays together, in the log's order."""
    text = f"{study.seed}/{study.name}/{seat.name}/{record if cluster is None else f'c{cluster}'}"
    return hashlib.blake2b(text.encode(), digest_size=8).digest(), record


def is_repeated(study: Study, seat: Seat, record: int) -> bool:
    """Whether an annotator is to be shown a record twice: decided by the seed before anybody has rated it."""
    text = f"{study.seed}/{study.name}/{seat.name}/repeat/{record}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) < study.repeats * 2**64


def _fair(connection: Connection, study: Study, seat: Seat, free: int, now: datetime) -> int:
    """How many an annotator may take at once: near the end, no more than their share of what is left."""
    alive = select(func.count(CLAIM.c.annotator_id.distinct())).where(
        CLAIM.c.study_id == study.id,
        CLAIM.c.annotator_id != seat.annotator,
        CLAIM.c.done.is_(None),
        CLAIM.c.expires > now,
    )
    share = math.ceil(free / (1 + int(connection.scalar(alive) or 0)))
    if seat.most is None:
        return share
    mine = (CLAIM.c.study_id == study.id, CLAIM.c.annotator_id == seat.annotator, CLAIM.c.repeat == 0)
    return min(share, seat.most - int(connection.scalar(select(func.count()).select_from(CLAIM).where(*mine)) or 0))


def _repeats(connection: Connection, study: Study, seat: Seat, *, last: bool) -> list[Candidate]:
    if not study.repeats:
        return []
    query = (
        select(CLAIM.c.item_id, CLAIM.c.shown, CLAIM.c.repeat, CLAIM.c.done, CLAIM.c.slot, ITEM.c.record_id)
        .join(ITEM, CLAIM.c.item_id == ITEM.c.id)
        .where(CLAIM.c.annotator_id == seat.annotator, CLAIM.c.study_id == study.id)
    )
    rows = connection.execute(query).all()
    again = {row.item_id for row in rows if row.repeat}
    newest = max((row.shown for row in rows), default=0)
    gap = LAST_GAP if last else REPEAT_GAP
    due = [
        row
        for row in rows
        if row.done is not None
        and row.slot is not None
        and row.item_id not in again
        and newest - row.shown >= gap
        and is_repeated(study, seat, row.record_id)
    ]
    return [Candidate(row.item_id, 1, (b"", row.shown)) for row in sorted(due, key=lambda row: row.shown)]


def _renew(connection: Connection, some: Sequence[Held], seat: Seat, until: datetime) -> None:
    if not some:
        return
    # An item that somebody has locked is renewed at the next sign of life: waiting here could wait in a circle.
    locked = lock_items(connection, [each.item for each in some], wait=False)
    keys = [each.claim for each in some if each.item in locked]
    mine = (CLAIM.c.id.in_(keys), CLAIM.c.annotator_id == seat.annotator, CLAIM.c.done.is_(None))
    connection.execute(update(CLAIM).where(*mine).values(expires=until))


def _take(
    connection: Connection,
    study: Study,
    seat: Seat,
    found: Sequence[Candidate],
    wanted: int,
    *,
    now: datetime,
    until: datetime,
) -> None:
    shown = next_shown(connection, study, seat)
    size = 2 * wanted + 8
    for start in range(0, len(found), size):
        some = found[start : start + size]
        items = lock_items(connection, [each.item for each in some], wait=False)
        claims = claims_of(connection, list(items))
        for each in some:
            values = {"annotator_id": seat.annotator, "shown": shown, "taken": now, "expires": until}
            known = items.get(each.item)
            if known is None or not _claim(connection, known, each.repeat, claims.get(each.item, []), values):
                continue
            shown += 1
            wanted -= 1
            if not wanted:
                return


def _claim(
    connection: Connection, item: RowMapping, repeat: int, claims: Sequence[RowMapping], values: dict[str, Any]
) -> bool:
    if any((claim["annotator_id"], claim["repeat"]) == (values["annotator_id"], repeat) for claim in claims):
        return False
    row = values | {"study_id": item["study_id"], "item_id": item["id"], "repeat": repeat}
    if repeat:
        connection.execute(insert(CLAIM), row | {"slot": None})
        return True
    slot = open_slot(item["raters"], claims, values["taken"])
    if slot is None:
        return False
    if slot.ran_out is None:
        connection.execute(insert(CLAIM), row | {"slot": slot.number})
    else:
        take_over(connection, slot.ran_out, values, values["taken"])
    return True


def _to_held(row: RowMapping) -> Held:
    return Held(
        claim=row["id"],
        item=row["item_id"],
        record=row["record_id"],
        code=row["again"] if row["repeat"] else row["code"],
        repeat=row["repeat"],
        shown=row["shown"],
        expires=row["expires"],
    )
