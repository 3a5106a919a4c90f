"""Stopping: Ctrl-C and SIGTERM end a command in good order, and within seconds whatever it waits for."""

from __future__ import annotations

import math
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final

import typer

from judge.cli.console import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STOPPED_BY_HAND: Final = 130

SECONDS: Final = (4.5, 1.5)
"""After the first signal and after a second one: whatever still goes on then is ended where it stands."""


@contextmanager
def interruptible(stop: Callable[[], None], seconds: tuple[float, float] = SECONDS) -> Iterator[None]:
    """Let Ctrl-C stop the running loop's work in good order; a second one gives up what is in flight.

    From the first signal on, the process has so many seconds to its end, what comes after the block included. What
    the database did not take in that time is told in one line.

    Args:
        stop: Called in the loop at each signal.
        seconds: To the process's end, after the first signal and after a second one.

    Raises:
        typer.Exit: With `STOPPED_BY_HAND`, where work that was stopped could not be stored.
    """
    import asyncio

    from judge.errors import StoreError

    loop = asyncio.get_running_loop()
    end = _End()
    heard = []

    def hear(*_: object) -> None:
        # A plain handler is also heard while the loop stands still; the rest is done where talking is safe.
        heard.append(True)
        end.within(seconds[min(len(heard), len(seconds)) - 1])
        loop.call_soon_threadsafe(interrupt)

    def interrupt() -> None:
        say("Stopping: what is in flight is awaited for a few seconds and kept. Again to stop at once.")
        stop()

    before: dict[signal.Signals, Any] = {each: signal.signal(each, hear) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except StoreError as error:
        if not heard:
            raise
        say(f"Stopped: {error}")
        raise typer.Exit(STOPPED_BY_HAND) from None
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        if not heard:
            end.never()


class _End:
    """Ends the process at a moment, from a thread of its own, whatever the others do."""

    def __init__(self) -> None:
        # The one queue that a signal handler may use whatever it has interrupted.
        self._seconds: SimpleQueue[float] = SimpleQueue()
        threading.Thread(target=self._wait, name="evenhand-end", daemon=True).start()

    def within(self, seconds: float) -> None:
        """Let it be in so many seconds, if it was not to be sooner."""
        self._seconds.put(seconds)

    def never(self) -> None:
        """Let it not be."""
        self._seconds.put(math.inf)

    def _wait(self) -> None:
        moment = math.inf
        seconds = self._seconds.get()
        while seconds < math.inf:
            moment = min(moment, time.monotonic() + seconds)
            try:
                seconds = self._seconds.get(timeout=max(0.0, moment - time.monotonic()))
            except Empty:
                _end_here()


def _end_here() -> None:
    # Written past Python's buffers: whatever is stuck may hold them.
    os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, _LAST_WORDS.encode())
    os._exit(STOPPED_BY_HAND)


_LAST_WORDS: Final = (
    "Stopped without waiting any longer. What is stored is safe; calls that were in flight stand as orphans.\n"
    "  → the same command goes on\n"
)
