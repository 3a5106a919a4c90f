"""Workers: the processes that are at work on runs, so that no two ask the same question at once."""

from __future__ import annotations

import os
import platform
import secrets
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, func, insert, select, update

from judge.errors import StoreError
from judge.store.tables import WORKER, now

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, RowMapping

    from judge.store.database import Database
    from judge.store.runs import Run

BEAT: Final = 10.0
"""Seconds between two signs of life."""

LEASE: Final = 60.0
"""Seconds after the last sign of life when a worker counts as dead; at once where its process is seen to be gone."""

_OWN: Final[set[str]] = set()
"""The workers of this very process."""


def enter(db: Database, run: Run) -> str:
    """Begin to work on a run.

    Returns:
        The worker's token, under which it claims calls.

    Raises:
        StoreError: A living worker is at it already: two would spend two budgets on it.
    """
    token = secrets.token_hex(8)
    with db.write() as connection:
        others = connection.execute(select(WORKER).with_for_update()).mappings().all()
        moment = _clock(connection)
        living = [row for row in others if _lives(row, moment)]
        for row in living:
            if row["run_id"] == run.id:
                raise StoreError(
                    f"process {row['process']} on {_host(row)} is at work on run {run.id}",
                    hint="wait until it has ended, or stop it: what it has judged is kept",
                )
        dead = {row["token"] for row in others} - {row["token"] for row in living}
        connection.execute(delete(WORKER).where(WORKER.c.token.in_(dead)))
        mine = {"token": token, "run_id": run.id, "machine": _machine(), "process": os.getpid()}
        connection.execute(insert(WORKER), mine | {"begun": moment, "beat": moment})
    _OWN.add(token)
    return token


def leave(db: Database, token: str) -> None:
    """Work no more; what the worker has not settled is an orphan from now on."""
    _OWN.discard(token)
    with db.write() as connection:
        connection.execute(delete(WORKER).where(WORKER.c.token == token))


@contextmanager
def at_work(db: Database, run: Run) -> Iterator[str]:
    """`enter`, and `leave` at the end of the block; for work that is over within `LEASE` or beats for itself."""
    token = enter(db, run)
    try:
        yield token
    finally:
        leave(db, token)


def write_beats(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Enter signs of life: rows of ``worker``, a token."""
    moment = _clock(connection)
    connection.execute(
        update(WORKER).where(WORKER.c.token == bindparam("worker")).values(beat=bindparam("moment")),
        [row | {"moment": moment} for row in rows],
    )


def check(connection: Connection, token: str) -> None:
    """Hold a worker back that was taken for dead while it slept: what it would send is another's to send now.

    Raises:
        StoreError: It was.
    """
    if connection.scalar(select(WORKER.c.token).where(WORKER.c.token == token)) is None:
        raise StoreError(
            f"this process showed no sign of life for more than {LEASE:.0f} s, and another has taken its run over",
            hint="wait until that has ended, then run the same command: what was judged is kept",
        )


def living(connection: Connection, tokens: Iterable[str]) -> set[str]:
    """The workers among these that are alive."""
    rows = connection.execute(select(WORKER).where(WORKER.c.token.in_(set(tokens)))).mappings()
    moment = _clock(connection)
    return {row["token"] for row in rows if _lives(row, moment)}


def busy(connection: Connection) -> set[int]:
    """The runs that a living worker is at."""
    rows = connection.execute(select(WORKER)).mappings().all()
    moment = _clock(connection)
    return {row["run_id"] for row in rows if _lives(row, moment)}


def _lives(row: RowMapping, moment: datetime) -> bool:
    if row["token"] in _OWN:
        return True
    if moment - row["beat"] > timedelta(seconds=LEASE):
        return False
    return row["machine"] != _machine() or (row["process"] != os.getpid() and _is_there(row["process"]))


def _is_there(process: int) -> bool:
    if os.name != "posix":  # elsewhere a signal 0 is no mere question
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _machine() -> str:
    """The host's name, and what tells two containers or two boots of that name apart: process numbers mean nothing."""
    parts = [platform.node()]
    boot, processes = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
    if boot.exists() and processes.is_symlink():
        parts += [boot.read_text(encoding="ascii").strip(), str(processes.readlink())]
    return "|".join(parts)


def _host(row: RowMapping) -> str:
    return "this machine" if row["machine"] == _machine() else str(row["machine"].partition("|")[0])


def _clock(connection: Connection) -> datetime:
    """The database's clock where many machines share it, else this machine's."""
    if connection.dialect.name == "sqlite":
        return now()
    moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment
