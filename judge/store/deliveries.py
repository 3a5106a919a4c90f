"""Deliveries: which notice has reached which channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final

from sqlalchemy import JSON, Column, Index, Text, UniqueConstraint, select, update
from sqlmodel import Field, SQLModel

from judge.store.database import insert_new
from judge.store.tables import UtcTime

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from judge.store.database import Database

LEASE: Final = timedelta(minutes=5)
"""How long a claimed delivery is left alone: longer than any channel may take but a hook, which is not repeated."""

_CHUNK: Final = 500
WAITING: Final = "waiting"
SENDING: Final = "sending"
SENT: Final = "sent"
GIVEN_UP: Final = "given up"


class DeliveryRow(SQLModel, table=True):
    """One notice for one channel."""

    __tablename__: ClassVar[str] = "delivery"
    __table_args__ = (
        UniqueConstraint("watch", "channel", "notice_key", name="uq_delivery_notice"),
        Index("ix_delivery_due", "watch", "state", "due"),
    )
    id: int | None = Field(default=None, primary_key=True)
    watch: str
    channel: str
    notice_key: str
    notice: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    state: str
    attempts: int = 0
    due: datetime = Field(sa_column=Column(UtcTime(), nullable=False))
    problem: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    created: datetime = Field(sa_column=Column(UtcTime(), nullable=False))
    settled: datetime | None = Field(default=None, sa_column=Column(UtcTime(), nullable=True))


DELIVERY = SQLModel.metadata.tables["delivery"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed delivery.

    Attributes:
        id: Its row.
        channel: The channel's name.
        notice: What is to be sent.
        attempts: How many there were, this one included.
        created: When it was put into the outbox.
    """

    id: int
    channel: str
    notice: dict[str, Any]
    attempts: int
    created: datetime


def add(db: Database, wanted: Sequence[tuple[str, str, str, dict[str, Any]]], now: datetime) -> int:
    """Keep deliveries (watch, channel, notice key, notice) that are not known yet.

    Returns:
        How many are new.
    """
    rows = [
        {"watch": watch, "channel": channel, "notice_key": key, "notice": notice, "state": WAITING}
        | {"attempts": 0, "due": now, "created": now}
        for watch, channel, key, notice in wanted
    ]
    new = 0
    for start in range(0, len(rows), _CHUNK):
        with db.write() as connection:
            for row in rows[start : start + _CHUNK]:
                new += connection.execute(insert_new(connection, DELIVERY), row).rowcount
    return new


def claim(db: Database, watch: str, channels: Sequence[str], now: datetime) -> Delivery | None:
    """The oldest delivery that is due, claimed for `LEASE`; None where there is none."""
    is_open = DELIVERY.c.state.in_([WAITING, SENDING])
    query = (
        select(DELIVERY)
        .where(DELIVERY.c.watch == watch, DELIVERY.c.channel.in_(channels), is_open, DELIVERY.c.due <= now)
        .order_by(DELIVERY.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with db.write() as connection:
        row = connection.execute(query).mappings().first()
        if row is None:
            return None
        attempts = int(row["attempts"]) + 1
        news = {"state": SENDING, "attempts": attempts, "due": now + LEASE}
        connection.execute(update(DELIVERY).where(DELIVERY.c.id == row["id"]).values(news))
    return Delivery(row["id"], row["channel"], row["notice"], attempts, row["created"])


def note_sent(db: Database, delivery: Delivery, now: datetime) -> None:
    """The channel has it."""
    _settle(db, delivery, {"state": SENT, "settled": now, "problem": None})


def put_off(db: Database, delivery: Delivery, problem: str, due: datetime) -> None:
    """It was not taken and is tried again."""
    _settle(db, delivery, {"state": WAITING, "due": due, "problem": problem})


def give_up(db: Database, delivery: Delivery, problem: str, now: datetime) -> None:
    """It is not tried again."""
    _settle(db, delivery, {"state": GIVEN_UP, "settled": now, "problem": problem})


def _settle(db: Database, delivery: Delivery, news: dict[str, Any]) -> None:
    with db.write() as connection:
        connection.execute(update(DELIVERY).where(DELIVERY.c.id == delivery.id).values(news))


def listing(db: Database, watch: str, states: Iterable[str] = (WAITING, SENDING, GIVEN_UP)) -> list[dict[str, Any]]:
    """Deliveries in some states, oldest first: what waits and what was given up, unless said otherwise."""
    query = (
        select(DELIVERY).where(DELIVERY.c.watch == watch, DELIVERY.c.state.in_(list(states))).order_by(DELIVERY.c.id)
    )
    with db.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
