"""Upkeep: whether a database is whole, a copy of it, and its newest tables."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from judge.errors import StoreError, UsageError
from judge.store import workers
from judge.store.ledger import ANSWERED, SENT
from judge.store.migrate import HEAD, bring_up_to_date, revision_of
from judge.store.tables import CALL, JUDGEMENT

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from judge.store.database import Database


@dataclass(frozen=True, slots=True)
class Health:
    """What a check found.

    Attributes:
        revision: Of the tables; None where there are none.
        newest: The revision that this program writes.
        problems: What is wrong with the file or its content; empty where it is whole.
        orphans: Calls that were sent and never settled, by workers that are gone.
    """

    revision: str | None
    newest: str
    problems: tuple[str, ...]
    orphans: int


def check(db: Database) -> Health:
    """Look at every page, every reference and the ledger's promises; changes nothing."""
    with db.explained():
        revision = revision_of(db.engine)
    with db.read() as connection:
        problems = _of_the_file(connection)
        if revision != HEAD or problems:
            return Health(revision, HEAD, tuple(problems), 0)
        unsupported = _scores_without_an_answer(connection)
        if unsupported:
            problems.append(f"{unsupported:,} scores whose call has no answer")
        return Health(revision, HEAD, tuple(problems), _orphans(connection))


def _of_the_file(connection: Connection) -> list[str]:
    if connection.dialect.name != "sqlite":  # Postgres checks its own pages
        return []
    said = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    problems = [] if said == ["ok"] else said
    return problems + ([f"{len(broken):,} rows refer to rows that are not there"] if broken else [])


def _scores_without_an_answer(connection: Connection) -> int:
    query = select(func.count()).select_from(JUDGEMENT).join(CALL, JUDGEMENT.c.call_key == CALL.c.key)
    return int(connection.scalar(query.where(JUDGEMENT.c.score.is_not(None), CALL.c.state != ANSWERED)) or 0)


def _orphans(connection: Connection) -> int:
    sent = connection.execute(
        select(CALL.c.worker, func.count()).where(CALL.c.state == SENT).group_by(CALL.c.worker)
    ).all()
    alive = workers.living(connection, [worker for worker, _ in sent if worker])
    return sum(int(count) for worker, count in sent if worker not in alive)


def backup(db: Database, target: Path) -> None:
    """Copy a SQLite database to a new file while others may be writing; the copy is of one moment, and checked.

    Raises:
        UsageError: The target is there already, or the database is on Postgres.
        StoreError: The copy could not be written, or is not whole.
    """
    if db.engine.dialect.name != "sqlite":
        raise UsageError("a database on Postgres is copied with its own tools", hint="pg_dump --format=custom")
    if target.exists():
        raise UsageError("the file is there already", where=str(target), hint="name a new file")
    part = target.with_name(f"{target.name}.part")
    with db.explained(), db.engine.connect() as connection:
        source = connection.connection.driver_connection
        if not isinstance(source, sqlite3.Connection):
            raise TypeError("SQLite speaks through Python's own driver")
        whole = _copy(source, part, target)
    if not whole:
        part.unlink()
        raise StoreError("the copy is damaged as the database is", where=str(target), hint="judge db check")
    part.rename(target)


def _copy(source: sqlite3.Connection, part: Path, target: Path) -> bool:
    """Whether the copy is whole."""
    try:
        with closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
            whole = copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise StoreError(f"the copy cannot be written: {error}", where=str(target)) from error
    return whole


def upgrade(db: Database) -> tuple[str | None, Path | None]:
    """Bring the tables to the newest revision, after a copy beside a SQLite file that has tables already.

    Returns:
        The revision before, and where the copy is; None where none was needed.

    Raises:
        StoreError: The database was written by a newer program, or the copy could not be made.
    """
    with db.explained():
        before, copy = revision_of(db.engine), None
    if before not in {None, HEAD} and db.engine.dialect.name == "sqlite" and db.url.database:
        file = Path(db.url.database)
        copy = file.with_name(f"{file.name}.{before}.bak")
        if not copy.exists():
            backup(db, copy)
    with db.explained():
        bring_up_to_date(db.engine)
    return before, copy
