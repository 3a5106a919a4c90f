"""Leases: what annotators have in their hands, and how an owner gives it back to the pool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from judge.labeling import events, people
from judge.labeling.people import Role
from judge.labeling.slots import lock_items
from judge.store.labeling_tables import ANNOTATOR, CLAIM, ITEM
from judge.store.tables import RECORD

if TYPE_CHECKING:
    from datetime import datetime

    from judge.labeling.study import Study
    from judge.store.database import Database


@dataclass(frozen=True, slots=True)
class Lease:
    """An item in somebody's hands.

    Attributes:
        record: The record's id in the log.
        annotator: Who holds it.
        taken: Since when.
        expires: When anybody else may take it.
    """

    record: str
    annotator: str
    taken: datetime
    expires: datetime


def listing(db: Database, study: Study) -> list[Lease]:
    """Every item that is held and not rated, the oldest lease first."""
    query = (
        select(RECORD.c.record_id, ANNOTATOR.c.name, CLAIM.c.taken, CLAIM.c.expires)
        .select_from(CLAIM)
        .join(ITEM, ITEM.c.id == CLAIM.c.item_id)
        .join(RECORD, RECORD.c.id == ITEM.c.record_id)
        .join(ANNOTATOR, ANNOTATOR.c.id == CLAIM.c.annotator_id)
        .where(CLAIM.c.study_id == study.id, CLAIM.c.done.is_(None))
        .order_by(CLAIM.c.expires, CLAIM.c.id)
    )
    with db.read() as connection:
        return [Lease(*row) for row in connection.execute(query).all()]


def give_back(db: Database, study: Study, annotator: str, now: datetime, *, owner: str) -> int:
    """End what an annotator holds, so that whoever asks next is given it; gives how many leases ended.

    The claims stay: a rating that the annotator sends late is still kept while its place is free.

    Raises:
        UsageError: The person who asks is no owner.
    """
    with db.write() as connection:
        people.require(connection, owner, Role.OWNER)
        key = connection.scalar(select(ANNOTATOR.c.id).where(ANNOTATOR.c.name == annotator))
        mine = (
            CLAIM.c.study_id == study.id,
            CLAIM.c.annotator_id == key,
            CLAIM.c.done.is_(None),
            CLAIM.c.expires > now,
        )
        held = connection.execute(select(CLAIM.c.id, CLAIM.c.item_id).where(*mine)).all()
        lock_items(connection, [row.item_id for row in held], wait=True)
        ended = connection.execute(update(CLAIM).where(*mine).values(expires=now)).rowcount
        if ended:
            detail = {"by": owner, "leases": ended}
            events.add(connection, "given back", now, study=study.id, annotator=key, detail=detail)
    return ended
