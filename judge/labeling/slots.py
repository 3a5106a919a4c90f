"""Slots: as many as an item is to have raters, each held by one annotator at most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from judge.labeling import events
from judge.store.labeling_tables import CLAIM, ITEM

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from judge.labeling.people import Seat
    from judge.labeling.study import Study


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot of an item that can be had, with the claim that ran out on it where there is one."""

    number: int
    ran_out: RowMapping | None = None


def open_slot(raters: int, claims: Sequence[RowMapping], now: datetime) -> Slot | None:
    """The slot of an item that is to be taken next; None where every slot is rated or held.

    Args:
        raters: Slots of the item.
        claims: All claims of the item.
        now: The present moment.
    """
    by_slot = {claim["slot"]: claim for claim in claims if claim["slot"] is not None}
    free = next((slot for slot in range(raters) if slot not in by_slot), None)
    if free is not None:
        return Slot(free)
    ran_out = [claim for claim in by_slot.values() if claim["done"] is None and claim["expires"] <= now]
    if not ran_out:
        return None
    oldest = min(ran_out, key=lambda claim: (claim["expires"], claim["slot"]))
    return Slot(int(oldest["slot"]), oldest)


def lock_items(connection: Connection, items: Sequence[int], *, wait: bool) -> dict[int, RowMapping]:
    """Items by row key, locked until the transaction ends, in one order for all; without waiting, those that can be.

    On SQLite the write transaction has locked everything already.
    """
    query = select(ITEM).where(ITEM.c.id.in_(items)).order_by(ITEM.c.id)
    rows = connection.execute(query.with_for_update(skip_locked=not wait)).mappings()
    return {int(row["id"]): row for row in rows}


def claims_of(connection: Connection, items: Sequence[int]) -> dict[int, list[RowMapping]]:
    """All claims of items, by item."""
    found: dict[int, list[RowMapping]] = {}
    for row in connection.execute(select(CLAIM).where(CLAIM.c.item_id.in_(items))).mappings():
        found.setdefault(int(row["item_id"]), []).append(row)
    return found


def take_over(connection: Connection, claim: RowMapping, values: dict[str, Any], now: datetime) -> None:
    """Give a claim that ran out to somebody else; who held it is entered in the audit trail."""
    connection.execute(update(CLAIM).where(CLAIM.c.id == claim["id"]).values(**values))
    events.add(
        connection, "lapsed", now, study=claim["study_id"], annotator=claim["annotator_id"], item=claim["item_id"]
    )


def next_shown(connection: Connection, study: Study, seat: Seat) -> int:
    """The next place in what an annotator is shown."""
    query = select(func.max(CLAIM.c.shown)).where(CLAIM.c.study_id == study.id, CLAIM.c.annotator_id == seat.annotator)
    return int(connection.scalar(query) or 0) + 1
