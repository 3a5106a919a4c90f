"""Waits: everything that waits in one place, so that a fatal error, or a stop, ends all waiting at once."""

from __future__ import annotations

import asyncio
from typing import Any

from judge.errors import EvenhandError


class StoppedError(EvenhandError):
    """The run was stopped on purpose: nothing more is sent. Ends what waits; never shown to a user."""


class Waits:
    """The futures that requests of one transport wait for."""

    def __init__(self) -> None:
        self._futures: set[asyncio.Future[Any]] = set()
        self._fatal: EvenhandError | None = None

    def check(self) -> None:
        """Raise the fatal error if there has been one.

        Raises:
            ModelError: No request to this model will succeed.
            StoppedError: The run was stopped.
        """
        if self._fatal is not None:
            raise _again(self._fatal)

    def future(self) -> asyncio.Future[Any]:
        """A future to wait for, which the fatal error also ends.

        Raises:
            ModelError: There has been a fatal error already.
        """
        self.check()
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        return future

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of the loop's clock.

        Raises:
            ModelError: There is a fatal error before they are over.
        """
        future = self.future()
        timer = future.get_loop().call_later(seconds, wake, future)
        try:
            await future
        finally:
            timer.cancel()

    def stop(self, error: EvenhandError) -> None:
        """End all waiting, now and from now on, with this error."""
        if self._fatal is None:
            self._fatal = error
        for future in list(self._futures):
            if not future.done():
                future.set_exception(_again(self._fatal))


def wake(future: asyncio.Future[Any]) -> None:
    """Let whoever waits for this future go on, unless it has gone already."""
    if not future.done():
        future.set_result(None)


def _again(error: EvenhandError) -> EvenhandError:
    """A fresh copy: an exception raised in many tasks would gather all their tracebacks."""
    return type(error)(error.message, where=error.where, hint=error.hint)
