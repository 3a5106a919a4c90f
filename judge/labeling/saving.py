"""Saving: what an annotator pressed becomes a rating, once, in one transaction with the end of the claim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, insert, or_, select, update

from judge.labeling.desk import Ack
from judge.labeling.passages import passages_of, quotes_of
from judge.labeling.slots import claims_of, lock_items, next_shown, open_slot, take_over
from judge.labeling.study import State
from judge.scores import Rating, Reason
from judge.store import ratings
from judge.store.datasets import to_record
from judge.store.labeling_tables import CLAIM, EVENT, ITEM, PRESS
from judge.store.tables import RATING, RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from judge.labeling.desk import Answer, Entry
    from judge.labeling.people import Seat
    from judge.labeling.study import Study
    from judge.records import Record
    from judge.store.database import Database

UNKNOWN: Final = "this study has no such item"
TAKEN: Final = "somebody else has rated this item meanwhile, and it needs no more ratings"
NEVER_HELD: Final = "this item was not given to you"
CLOSED: Final = "the study is closed: ratings can no longer be corrected"


@dataclass(frozen=True, slots=True)
class _Place:
    """What an entry is for: an item, shown for the first or the second time."""

    item: RowMapping
    repeat: int
    record: Record


def save(db: Database, study: Study, seat: Seat, entries: Sequence[Entry], now: datetime) -> list[Ack]:
    """Commit entries in their order; see `judge.labeling.desk.Desk.save`."""
    with db.write() as connection:
        places = _places(connection, study, {entry.item for entry in entries})
        known = _known(connection, study, seat, [entry.key for entry in entries])
        saving = _Saving(connection, study, seat, now=now, places=places, known=known)
        return [saving.save(entry) for entry in entries]


def _places(connection: Connection, study: Study, codes: set[str]) -> dict[str, _Place]:
    """The items that codes name, all locked before anything is read of their claims."""
    mine = (ITEM.c.study_id == study.id, ITEM.c.training.is_(False))
    named = select(ITEM.c.id).where(*mine, or_(ITEM.c.code.in_(codes), ITEM.c.again.in_(codes)))
    items = lock_items(connection, [int(key) for key in connection.scalars(named)], wait=True)
    keys = [item["record_id"] for item in items.values()]
    rows = connection.execute(select(RECORD).where(RECORD.c.id.in_(keys))).mappings()
    records = {row["id"]: to_record(row) for row in rows}
    found = {item["code"]: _Place(item, 0, records[item["record_id"]]) for item in items.values()}
    return found | {item["again"]: _Place(item, 1, records[item["record_id"]]) for item in items.values()}


def _known(connection: Connection, study: Study, seat: Seat, keys: Sequence[str]) -> dict[str, int]:
    query = select(PRESS.c.key, PRESS.c.version).where(
        PRESS.c.study_id == study.id, PRESS.c.annotator_id == seat.annotator, PRESS.c.key.in_(keys)
    )
    return {row.key: row.version for row in connection.execute(query)}


class _Saving:
    """The entries of one transaction."""

    def __init__(
        self,
        connection: Connection,
        study: Study,
        seat: Seat,
        *,
        now: datetime,
        places: dict[str, _Place],
        known: dict[str, int],
    ) -> None:
        self._connection = connection
        self._study = study
        self._seat = seat
        self._now = now
        self._places = places
        self._known = known

    def save(self, entry: Entry) -> Ack:
        if entry.key in self._known:
            return Ack(entry.key, saved=True, version=self._known[entry.key])
        place = self._places.get(entry.item)
        if place is None:
            return Ack(entry.key, saved=False, reason=UNKNOWN)
        claims = claims_of(self._connection, [place.item["id"]]).get(place.item["id"], [])
        claim = self._claim(place, claims)
        if isinstance(claim, str):
            return Ack(entry.key, saved=False, reason=claim)
        if claim["done"] is not None and self._study.state is State.CLOSED:
            return Ack(entry.key, saved=False, reason=CLOSED)
        version = self._write(entry, place, claim)
        self._fulfil(entry, place, claim, claims)
        self._known[entry.key] = version
        return Ack(entry.key, saved=True, version=version)

    def _claim(self, place: _Place, claims: Sequence[RowMapping]) -> RowMapping | str:
        """The annotator's claim, taken again where it ran out and the item still needs a rating; else why not."""
        me = (self._seat.annotator, place.repeat)
        mine = next((claim for claim in claims if (claim["annotator_id"], claim["repeat"]) == me), None)
        if mine is not None:
            return mine
        if place.repeat or not self._held_before(place):
            return NEVER_HELD
        slot = open_slot(place.item["raters"], claims, self._now)
        if slot is None:
            return TAKEN
        until = self._now + timedelta(seconds=self._study.lease_seconds)
        shown = next_shown(self._connection, self._study, self._seat)
        values = {"annotator_id": self._seat.annotator, "shown": shown, "taken": self._now, "expires": until}
        if slot.ran_out is not None:
            take_over(self._connection, slot.ran_out, values, self._now)
        else:
            row = values | {"study_id": self._study.id, "item_id": place.item["id"], "slot": slot.number, "repeat": 0}
            self._connection.execute(insert(CLAIM), row)
        mine_now = (CLAIM.c.item_id == place.item["id"], CLAIM.c.annotator_id == me[0], CLAIM.c.repeat == 0)
        return self._connection.execute(select(CLAIM).where(*mine_now)).mappings().one()

    def _held_before(self, place: _Place) -> bool:
        mine = (
            EVENT.c.study_id == self._study.id,
            EVENT.c.kind == "lapsed",
            EVENT.c.annotator_id == self._seat.annotator,
            EVENT.c.item_id == place.item["id"],
        )
        return self._connection.scalar(select(EVENT.c.id).where(*mine).limit(1)) is not None

    def _write(self, entry: Entry, place: _Place, claim: RowMapping) -> int:
        shown = passages_of(place.record, self._study.rubric)
        rows = []
        for answer in entry.answers:
            quotes = quotes_of(answer.marks, shown, self._study.rubric.criterion(answer.criterion))
            rating = Rating(
                record_id=place.record.id,
                rubric=self._study.rubric.name,
                criterion=answer.criterion,
                annotator=self._seat.name,
                score=answer.score,
                abstention=answer.abstention,
                evidence=quotes,
                note=entry.note,
                seconds=entry.seconds,
                inclusion_probability=place.item["inclusion_probability"],
                time=self._now,
                repeat=place.repeat,
            )
            rows.append(ratings.to_row(place.item["record_id"], rating, self._study.rubric, self._study.name))
        version = 1 + self._newest(place, claim)
        self._connection.execute(insert(RATING), [row | {"version": version} for row in rows])
        press: dict[str, Any] = {
            "study_id": self._study.id,
            "annotator_id": self._seat.annotator,
            "claim_id": claim["id"],
            "key": entry.key,
            "version": version,
            "flagged": entry.flagged,
            "rushed": entry.seconds < self._study.least_seconds,
            "skipped": is_skipped(entry.answers),
            "seconds": entry.seconds,
            "pressed": entry.pressed,
            "saved": self._now,
        }
        self._connection.execute(insert(PRESS), press)
        return version

    def _newest(self, place: _Place, claim: RowMapping) -> int:
        pressed = self._connection.scalar(select(func.max(PRESS.c.version)).where(PRESS.c.claim_id == claim["id"]))
        mine = (
            RATING.c.record_id == place.item["record_id"],
            RATING.c.rubric_hash == self._study.rubric.hash,
            RATING.c.annotator == self._seat.name,
            RATING.c.source == self._study.name,
            RATING.c.repeat == place.repeat,
        )
        rated = self._connection.scalar(select(func.max(RATING.c.version)).where(*mine))
        return max(int(pressed or 0), int(rated or 0))

    def _fulfil(self, entry: Entry, place: _Place, claim: RowMapping, claims: Sequence[RowMapping]) -> None:
        """End the claim. A skipped item gives its slot back, so that somebody else is asked."""
        slot = claim["slot"]
        if place.repeat or is_skipped(entry.answers):
            slot = None
        elif slot is None:
            others = [other for other in claims if other["id"] != claim["id"]]
            used = {other["slot"] for other in others}
            slot = next((number for number in range(place.item["raters"]) if number not in used), None)
        values = {"slot": slot, "done": claim["done"] or self._now}
        self._connection.execute(update(CLAIM).where(CLAIM.c.id == claim["id"]).values(**values))


def is_skipped(answers: Sequence[Answer]) -> bool:
    """Whether an item was skipped as a whole."""
    return all(a.abstention is not None and a.abstention.reason is Reason.SKIPPED for a in answers)
