"""The database: one engine, read and write transactions, and its own secret."""

from __future__ import annotations

import re
import secrets
import sqlite3
import threading
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Self

import orjson
from sqlalchemy import create_engine, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError, SQLAlchemyError

from judge.errors import StoreError, UsageError
from judge.store.migrate import bring_up_to_date
from judge.store.patience import Patience
from judge.store.tables import META

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Engine, Table

BUSY_TIMEOUT_MS = 30_000
LOOK_UP_MS = 100
"""Of which so many pass before whoever waits to write looks up whether there is still time to wait."""

KEPT = 5
CONNECTIONS = 64
"""Connections to a SQLite file that the threads of a process may have open at once, and how many are kept open."""


class Database:
    """An open database whose tables are up to date.

    Args:
        url: Name of a SQLite file, whatever characters it has, or SQLAlchemy URL of such a file or a Postgres database.
        upgrade: Bring its tables up to date; else whoever uses it looks after that.

    Raises:
        UsageError: The URL is none.
        StoreError: The database cannot be opened, read or written, or is newer than this program.
    """

    def __init__(self, url: str, *, upgrade: bool = True) -> None:
        try:
            self.url = make_url(url) if "://" in url else URL.create("sqlite", database=url)
            self.engine = _engine(self.url)
        except (ArgumentError, NoSuchModuleError) as error:
            raise UsageError(
                f"{_masked(url)!r} is no database URL",
                where="--db",
                hint="write a file name, sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME",
            ) from error
        except ModuleNotFoundError as error:
            raise UsageError(
                f"the driver {error.name} is not installed", where="--db", hint="pip install 'evenhand[postgres]'"
            ) from error
        self._patience = Patience()
        self._turn = _Turn() if self.url.get_backend_name() == "sqlite" else nullcontext()
        if not upgrade:
            return
        with self.explained():
            bring_up_to_date(self.engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the data."""
        with self.explained(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its start, so that what it reads is still so when it writes."""
        with self.explained(), self._turn:
            writer = self.engine.connect().execution_options(evenhand_write=self._patience)
            with writer as connection, connection.begin():
                yield connection

    def hurry(self, seconds: float) -> None:
        """Wait for others that hold the database for no more than so many seconds in all, until `calm`."""
        self._patience.hurry(seconds)

    def calm(self) -> None:
        """Wait for each of them as long as ever again."""
        self._patience.calm()

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Tell what the driver reports within the block in one clear line.

        Raises:
            StoreError: The driver reported something.
        """
        try:
            yield
        except SQLAlchemyError as error:
            raise explain(error, self.url) from error

    def secret(self) -> bytes:
        """This database's own 256-bit secret: nonces made with it cannot be foreseen by who writes a record."""
        query = select(META.c.value).where(META.c.key == "secret")
        with self.read() as connection:
            found = connection.scalar(query)
        if found is None:
            with self.write() as connection:
                fresh = {"key": "secret", "value": secrets.token_hex(32)}
                connection.execute(insert_new(connection, META), fresh)
                found = connection.scalar(query)
        return bytes.fromhex(str(found))


class _Turn:
    """Threads of one process write to SQLite in turn: its own waiting sleeps, and lets the patient starve."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise OperationalError("BEGIN IMMEDIATE", None, TimeoutError("the database is locked by this process"))

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def insert_new(connection: Connection, table: Table) -> Any:
    """An INSERT that leaves rows alone which a unique constraint already knows."""
    return _insert(connection)(table).on_conflict_do_nothing()


def upsert(
    connection: Connection, table: Table, *, key: Sequence[str], renewed: Sequence[str], unless: Any = None
) -> Any:
    """An INSERT that renews columns of a row which is there already, unless a condition on that row holds."""
    statement = _insert(connection)(table)
    new = {name: statement.excluded[name] for name in renewed}
    where = None if unless is None else ~unless
    return statement.on_conflict_do_update(index_elements=list(key), set_=new, where=where)


def _insert(connection: Connection) -> Any:
    # Both dialects speak the same ON CONFLICT; only the one in use is imported.
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert  # noqa: PLC0415
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]  # noqa: PLC0415
    return insert


def _engine(url: URL) -> Engine:
    options: dict[str, Any] = {"json_serializer": _dump, "json_deserializer": orjson.loads}
    if url.get_backend_name() == "postgresql":
        # Days are those of UTC, as in SQLite.
        return create_engine(url, connect_args={"options": "-c timezone=utc"}, **options)
    if url.get_backend_name() != "sqlite":
        raise ArgumentError(url.get_backend_name())
    if url.database in {None, "", ":memory:"}:
        # The writer has a thread and a connection of its own; a database in memory belongs to one connection.
        raise ArgumentError("a database in memory")
    engine = create_engine(url, **options, pool_size=KEPT, max_overflow=CONNECTIONS - KEPT)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _dump(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transaction handling begins too late for a read-then-write; ours begins where we say.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    patience = connection.get_execution_options().get("evenhand_write")
    if patience is None:
        connection.exec_driver_sql("BEGIN")
    else:
        _begin_to_write(connection.connection.driver_connection, patience)


def _begin_to_write(driver: Any, patience: Patience) -> None:
    """Take SQLite's write lock; its own waiting is not to be interrupted, so it waits in short turns."""
    busy: list[sqlite3.OperationalError] = []

    def begin() -> bool:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise OperationalError("BEGIN IMMEDIATE", None, error) from error
            busy[:] = [error]
            return False
        return True

    driver.execute(f"PRAGMA busy_timeout = {min(LOOK_UP_MS, BUSY_TIMEOUT_MS)}")
    try:
        begun = patience.wait(BUSY_TIMEOUT_MS / 1000, begin)
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    if not begun:
        raise OperationalError("BEGIN IMMEDIATE", None, busy[0])


def explain(error: SQLAlchemyError, url: URL) -> StoreError:
    """The one clear line for what a database driver reports."""
    where = url.render_as_string(hide_password=True)
    text = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    known = {
        "readonly": ("the database is read-only", "give write permission, or choose another with --db"),
        "locked": ("another process holds the database", "wait until it has finished, then run the same command"),
        "full": ("the disk is full; what was committed is safe", "free some space, then run the same command"),
        "unable to open": ("the database file cannot be opened", "check the folder exists and may be written"),
        "disk I/O": ("the disk does not take what is written; what was committed is safe", "free space, or look at it"),
        "not a database": ("the file is not a database", "choose another file with --db"),
        "malformed": ("the database file is damaged", "restore a backup, or choose another file with --db"),
    }
    for sign, (message, hint) in known.items():
        if sign in text:
            return StoreError(message, where=where, hint=hint)
    return StoreError(f"the database answered: {text.splitlines()[0]}", where=where)


def _masked(url: str) -> str:
    """A URL that cannot be read, without the password that may stand in it."""
    return re.sub(r"://.*@", "://***@", url, flags=re.DOTALL)
