"""Logbook: what an application calls to have its responses logged, without being slowed or broken by it."""

from __future__ import annotations

import atexit
import json
import logging
import os
import secrets
import threading
import weakref
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from judge.log_file import LogFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

BACKLOG: Final = 10_000
"""Most lines that wait to be written; past that new ones are counted as lost rather than kept waiting."""

LEAVING: Final = 2.0
"""Most seconds for which the end of the program waits for what is not written yet."""

_RETRY: Final = 1.0
_told = logging.getLogger(__name__)
_books: weakref.WeakSet[Logbook] = weakref.WeakSet()


class Logbook:
    """A folder of JSON lines that `judge watch` and `judge import` read.

    Calling it puts one response down: that costs the caller one encoding and one append to a queue; a thread of its own
    writes. No call ever raises or waits. What could not be written is counted in `lost`, and said once by the logger
    ``judge.logbook``. Every process writes files of its own, a new one each hour.

    Args:
        folder: Where the files go; made when the first line is written.
        backlog: Most lines that wait for the disk.

    Example:
        >>> import judge, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> log = judge.Logbook(folder)
        >>> name = log(question="Do you ship to Norway?", response="Yes, in four to six days.", model_version="v2")
        >>> log.feedback(name, 1)
        >>> log.close()
    """

    def __init__(self, folder: str | os.PathLike[str], *, backlog: int = BACKLOG) -> None:
        self._folder = Path(folder)
        self._backlog = backlog
        self.lost = 0
        self._told = False
        self._begin()
        _books.add(self)
        # A weak reference: the end of the program is no reason to keep a logbook that nobody uses.
        atexit.register(_close, weakref.ref(self))

    def _begin(self) -> None:
        # Also what a forked child does: the thread and the file belong to its parent.
        self._waiting: deque[bytes] = deque()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._file: LogFile | None = None
        self._closing = False
        self._pending = 0

    def __call__(self, *, response: str | None, id: str | None = None, **fields: Any) -> str:  # noqa: A002 - a record's own word
        """Log one response.

        Args:
            response: What the model answered.
            id: The record's id, unique in the log; made if left out.
            **fields: Any other field of `judge.Record` (``question``, ``documents``, ``model_version``, ``latency``,
                ``conversation``, ...); anything else becomes metadata.

        Returns:
            The record's id, to give feedback on it later.
        """
        name = id if id is not None else secrets.token_hex(12)
        self._put({"id": name, "time": datetime.now(UTC).isoformat(), "response": response} | fields)
        return name

    def feedback(self, id: str, value: float | bool) -> None:  # noqa: A002, FBT001 - a record's own word; thumbs are up or down
        """Log what a user signalled of a response that was logged before.

        Args:
            id: The record's id.
            value: 1 or True for thumbs up, 0 or False for thumbs down, or a number of your own.
        """
        self._put({"feedback_for": id, "feedback": float(value), "time": datetime.now(UTC).isoformat()})

    def _put(self, row: Mapping[str, Any]) -> None:
        try:
            line = _encoded(row)
        except (TypeError, ValueError, RecursionError) as error:
            self._lose(f"a line cannot be written as JSON: {error}")
            return
        with self._wake:
            if self._closing or len(self._waiting) >= self._backlog:
                full = "the logbook is closed" if self._closing else f"{self._backlog} lines wait for the disk"
                self._lose(full)
                return
            self._waiting.append(line)
            self._pending += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="evenhand-logbook", daemon=True)
                self._thread.start()
            self._wake.notify_all()

    def _lose(self, why: str) -> None:
        self.lost += 1
        if not self._told:
            self._told = True
            _told.warning("a response is not in the log: %s (said once; Logbook.lost counts them)", why)

    def _write(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._waiting or self._closing)
                lines = list(self._waiting)
                if not lines:
                    break
            try:
                self._append(b"".join(lines))
            except OSError as error:
                self._complain(error)
                with self._wake:
                    if self._closing:
                        break
                    self._wake.wait_for(lambda: self._closing, timeout=_RETRY)
                continue
            with self._wake:
                for _ in lines:
                    self._waiting.popleft()
                self._pending -= len(lines)
                self._wake.notify_all()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _append(self, data: bytes) -> None:
        if self._file is None or not self._file.fits(len(data)):
            if self._file is not None:
                self._file.close()
                self._file = None
            self._file = LogFile(self._folder)
        self._file.append(data)

    def _complain(self, error: OSError) -> None:
        if not self._told:
            self._told = True
            _told.warning("the log at %s cannot be written and is tried again: %s", self._folder, error)

    def flush(self, timeout: float = LEAVING) -> bool:
        """Wait until all that was logged is written.

        Args:
            timeout: Most seconds to wait.

        Returns:
            Whether all is written.
        """
        with self._wake:
            return self._wake.wait_for(lambda: self._pending == 0, timeout=timeout)

    def close(self, timeout: float = LEAVING) -> None:
        """Write what waits, and take no more.

        Args:
            timeout: Most seconds to wait; what is not written by then is lost, and counted.
        """
        self.flush(timeout)
        with self._wake:
            self._closing = True
            self.lost += self._pending
            self._pending = 0
            self._wake.notify_all()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _encoded(row: Mapping[str, Any]) -> bytes:
    import orjson  # noqa: PLC0415 - importing the package stays free of what only an application that logs needs

    try:
        return orjson.dumps(row, default=str, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS)
    except (TypeError, ValueError):
        # Half a surrogate pair, say: the line is kept as it is, and the import will name it.
        return json.dumps(row, default=str).encode("ascii") + b"\n"


def _close(book: weakref.ref[Logbook]) -> None:
    alive = book()
    if alive is not None:
        alive.close()


def _after_fork() -> None:
    for book in list(_books):
        book._begin()  # noqa: SLF001 - the module's own class


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
