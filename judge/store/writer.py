"""The writer: one thread that commits everybody's changes together."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Self

from judge.errors import EvenhandError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from judge.store.database import Database

    Statement = Callable[[Connection, list[dict[str, Any]]], "Sequence[bool] | None"]

MOST_IN_ONE_COMMIT = 2000


class Writer:
    """Commits changes in groups: what waits while one commit is made is the next commit.

    Args:
        db: The database.
        statements: Kind of change -> how a list of rows of it is written, and which of them were taken (all, where it
            does not say). Within one commit, kinds are written in this order, so a kind that refers to another comes
            after it.

    A failed commit fails every change in it and every later one: the run must stop rather than lose a paid answer.
    """

    def __init__(self, db: Database, statements: Mapping[str, Statement]) -> None:
        self._db = db
        self._statements = statements
        self._queue: SimpleQueue[_Change | None] = SimpleQueue()
        self._failure: EvenhandError | None = None
        self.lost: list[tuple[str, dict[str, Any]]] = []
        """The changes that could not be written, each with its kind; after the first such nothing more is sent."""
        self._thread = threading.Thread(target=self._work, name="evenhand-writer", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._queue.put(None)
        self._thread.join()
        if self._failure is not None and _[0] is None:
            raise self._failure

    def put(self, kind: str, row: dict[str, Any]) -> None:
        """Write a change with the next commit.

        Raises:
            StoreError: An earlier commit failed.
        """
        if self._failure is not None:
            self.lost.append((kind, row))
            raise self._failure
        self._queue.put(_Change(kind, row, None))

    async def commit(self, kind: str, row: dict[str, Any]) -> bool:
        """Write a change and wait until it is committed.

        Returns:
            Whether it was taken.

        Raises:
            StoreError: This or an earlier commit failed.
        """
        if self._failure is not None:
            raise self._failure
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._queue.put(_Change(kind, row, done))
        return await done

    async def barrier(self) -> None:
        """Wait until everything put so far is committed: what is waiting stays bounded.

        Raises:
            StoreError: A commit failed.
        """
        await self.commit("", {})

    def _work(self) -> None:
        open_ = True
        while open_:
            batch, open_ = self._take()
            if batch and self._failure is None:
                self._write(batch)
            if self._failure is not None:
                self.lost += ((change.kind, change.row) for change in batch)
            _answer(batch, self._failure)

    def _take(self) -> tuple[list[_Change], bool]:
        batch: list[_Change] = []
        change = self._queue.get()
        while change is not None:
            batch.append(change)
            if self._queue.empty() or len(batch) >= MOST_IN_ONE_COMMIT:
                return batch, True
            change = self._queue.get()
        return batch, False

    def _write(self, batch: list[_Change]) -> None:
        changes: dict[str, list[_Change]] = defaultdict(list)
        for change in batch:
            changes[change.kind].append(change)
        try:
            with self._db.write() as connection:
                for kind, statement in self._statements.items():
                    for change, taken in _taken(statement, connection, changes.get(kind, [])):
                        change.taken = taken
        except EvenhandError as error:
            self._failure = error
        except Exception as error:  # noqa: BLE001 - a bug here must reach the waiting tasks, not kill the thread
            self._failure = EvenhandError(f"the writer failed: {error!r}")
            self._failure.__cause__ = error


class _Change:
    __slots__ = ("done", "kind", "row", "taken")

    def __init__(self, kind: str, row: dict[str, Any], done: asyncio.Future[bool] | None) -> None:
        self.kind = kind
        self.row = row
        self.done = done
        self.taken = True


def _taken(statement: Statement, connection: Connection, changes: list[_Change]) -> Iterable[tuple[_Change, bool]]:
    """The changes that a statement gave an answer for, each with its answer."""
    answers = statement(connection, [change.row for change in changes]) if changes else None
    return zip(changes, answers, strict=True) if answers is not None else ()


def _answer(batch: list[_Change], failure: EvenhandError | None) -> None:
    waiting: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[bool], bool]]] = defaultdict(list)
    for change in batch:
        if change.done is not None:
            waiting[change.done.get_loop()].append((change.done, change.taken))
    for loop, futures in waiting.items():
        # A loop that was closed meanwhile has nobody left to tell.
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, futures, failure)


def _resolve(futures: list[tuple[asyncio.Future[bool], bool]], failure: EvenhandError | None) -> None:
    for future, taken in futures:
        if future.done():
            continue
        if failure is None:
            future.set_result(taken)
        else:
            future.set_exception(failure)
