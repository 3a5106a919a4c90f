"""Virtual time: runs a coroutine in a loop whose clock jumps to the next timer instead of waiting for it."""

from __future__ import annotations

import asyncio
import selectors
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")

_PATIENCE = 10.0
"""Seconds of real time that another thread has to wake a loop without a timer."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that starts at 0 s and never sleeps."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(_Selector(self))
        self.set_default_executor(_AtOnce())

    def time(self) -> float:
        """Seconds since the loop began."""
        return self._now

    def jump(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds


class _AtOnce(ThreadPoolExecutor):
    """Does what it is given on the spot: while a thread is at work, time must not jump."""

    def submit(self, call: Callable[..., T], /, *arguments: Any, **named: Any) -> Future[T]:
        """Call it."""
        future: Future[T] = Future()
        try:
            future.set_result(call(*arguments, **named))
        except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it
            future.set_exception(error)
        return future


class _Selector(selectors.SelectSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        """What has happened; if nothing has, time jumps."""
        events = super().select(0)
        if not events and timeout is None and threading.active_count() > 1:
            events = super().select(_PATIENCE)
        if not events:
            if timeout is None:
                raise RuntimeError("everything waits and nothing will ever happen")
            self._loop.jump(max(timeout, 0.0))
        return events


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run to the end; its clock starts at 0 s."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(coroutine)


def now() -> float:
    """Seconds on the running loop's clock."""
    return asyncio.get_running_loop().time()
