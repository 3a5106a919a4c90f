"""Watches in the store: how far each has come, its windows, its detectors and its alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select, update

from judge.errors import NotFoundError
from judge.store.database import upsert
from judge.store.tables import now
from judge.store.watch_tables import ALERT, DETECTOR, WATCH, WINDOW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from judge.store.database import Database
    from judge.store.datasets import Dataset

ALL: Final = "*"
"""Stands for every version or every segment."""

Place = tuple[int, str, str]
"""Window number, version, segment."""


@dataclass(slots=True)
class Kept:
    """A watch as the store has it.

    Attributes:
        id: Its number in this database.
        name: Its name.
        dataset_id: The data set's number.
        shape: How its windows are folded, as a hash.
        state: Where it stands: cursors, file marks, the judges seen.
    """

    id: int
    name: str
    dataset_id: int
    shape: str
    state: dict[str, Any]


def ensure(db: Database, name: str, dataset: Dataset, *, shape: str, config: Mapping[str, Any]) -> Kept:
    """The watch of that name, made if it is not there; its newest configuration is kept with it."""
    with db.write() as connection:
        row = connection.execute(select(WATCH).where(WATCH.c.name == name)).mappings().first()
        if row is None:
            fresh = {"name": name, "dataset_id": dataset.id, "shape": shape, "config": dict(config), "state": {}}
            connection.execute(insert(WATCH), fresh | {"created": now(), "updated": now()})
        else:
            changed = update(WATCH).where(WATCH.c.id == row["id"]).values(config=dict(config), updated=now())
            connection.execute(changed)
    return find(db, name)


def find(db: Database, name: str) -> Kept:
    """The watch of that name.

    Raises:
        NotFoundError: There is none; the message names those there are.
    """
    with db.read() as connection:
        row = connection.execute(select(WATCH).where(WATCH.c.name == name)).mappings().first()
        known = list(connection.scalars(select(WATCH.c.name).order_by(WATCH.c.name)))
    if row is None:
        there = f"there are: {', '.join(known)}" if known else "there is none yet: judge watch CONFIG.yaml"
        raise NotFoundError(f"there is no watch {name!r}", hint=there)
    return Kept(row["id"], row["name"], row["dataset_id"], row["shape"], dict(row["state"]))


def names(db: Database) -> list[str]:
    """The names of all watches, the one that looked last first."""
    with db.read() as connection:
        return list(connection.scalars(select(WATCH.c.name).order_by(WATCH.c.updated.desc())))


def save_state(connection: Connection, watch: Kept) -> None:
    """Keep where a watch stands, in the transaction of what brought it there."""
    values = {"state": watch.state, "updated": now()}
    connection.execute(update(WATCH).where(WATCH.c.id == watch.id).values(values))


def windows(
    connection: Connection,
    watch: Kept,
    *,
    numbers: Sequence[int] | None = None,
    pooled: bool = False,
    versions: bool = False,
) -> Iterator[dict[str, Any]]:
    """Rows of windows in the order of time.

    Args:
        connection: An open transaction.
        watch: The watch.
        numbers: Only these windows.
        pooled: Only the rows of all versions and segments together.
        versions: Only the rows of each version, its segments together.
    """
    query = select(WINDOW).where(WINDOW.c.watch_id == watch.id)
    if numbers is not None:
        query = query.where(WINDOW.c.number.in_(numbers))
    if pooled:
        query = query.where(WINDOW.c.version == ALL, WINDOW.c.segment == ALL)
    if versions:
        query = query.where(WINDOW.c.version != ALL, WINDOW.c.segment == ALL)
    for row in connection.execute(query.order_by(WINDOW.c.number, WINDOW.c.version, WINDOW.c.segment)).mappings():
        yield dict(row)


def write_windows(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Enter windows, or renew them."""
    if rows:
        key = ("watch_id", "number", "version", "segment")
        renewed = ("start", "end", "records", "late", "series", "draw", "judged", "analysed")
        connection.execute(upsert(connection, WINDOW, key=key, renewed=renewed), list(rows))


def detectors(connection: Connection, watch: Kept) -> dict[str, dict[str, Any]]:
    """Series -> the state of its detector."""
    query = select(DETECTOR.c.series, DETECTOR.c.state).where(DETECTOR.c.watch_id == watch.id)
    return {str(series): dict(state) for series, state in connection.execute(query)}


def write_detectors(connection: Connection, watch: Kept, states: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep the states of detectors."""
    if states:
        rows = [{"watch_id": watch.id, "series": name, "state": dict(state)} for name, state in states.items()]
        connection.execute(upsert(connection, DETECTOR, key=("watch_id", "series"), renewed=("state",)), rows)


def alerts(connection: Connection, watch: Kept, *, states: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Rows of alerts, the oldest first."""
    query = select(ALERT).where(ALERT.c.watch_id == watch.id)
    if states is not None:
        query = query.where(ALERT.c.state.in_(states))
    return [dict(row) for row in connection.execute(query.order_by(ALERT.c.id)).mappings()]


def write_alert(connection: Connection, row: Mapping[str, Any]) -> int:
    """Enter an alert, or renew the one whose ``id`` the row has.

    Returns:
        Its number.
    """
    values = {name: value for name, value in row.items() if name != "id"}
    if row.get("id") is not None:
        connection.execute(update(ALERT).where(ALERT.c.id == row["id"]).values(values))
        return int(row["id"])
    return int(connection.execute(insert(ALERT), values).inserted_primary_key[0])  # type: ignore[index]
