"""Places: how many requests are worked on at once, those that only wait for their next attempt not counted."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, Self

from judge.models.waits import wake

if TYPE_CHECKING:
    import asyncio
    from types import TracebackType

    from judge.models.waits import Waits

_MOST_PARKED: Final = 2000
"""Requests waiting for their next attempt without a place; beyond, they keep theirs: memory stays bounded."""


class Place:
    """One place; given back at the end of its ``with`` block, if not before."""

    __slots__ = ("_held", "_parked", "_places")

    def __init__(self, places: Places) -> None:
        self._places = places
        self._held = True
        self._parked = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._unpark()
        if self._held:
            self._held = False
            self._places.hand_back()

    def give(self) -> None:
        """Let another request have it for as long as this one waits."""
        if self._held and self._places.parked < _MOST_PARKED:
            self._held = False
            self._parked = True
            self._places.parked += 1
            self._places.hand_back()

    async def take_again(self) -> None:
        """Wait for a place, if it was given away.

        Raises:
            ModelError: There was a fatal error meanwhile.
        """
        self._unpark()
        if not self._held:
            await self._places.wait(first=True)
            self._held = True

    def _unpark(self) -> None:
        if self._parked:
            self._parked = False
            self._places.parked -= 1


class Places:
    """A fixed number of places.

    Args:
        most: How many.
        waits: Where to wait.
    """

    def __init__(self, most: int, waits: Waits) -> None:
        self.most = most
        self.taken = 0
        self.parked = 0
        self._waits = waits
        self._queue: deque[asyncio.Future[Any]] = deque()

    async def take(self) -> Place:
        """Wait for a place.

        Raises:
            ModelError: There was a fatal error meanwhile.
        """
        await self.wait()
        return Place(self)

    async def wait(self, *, first: bool = False) -> None:
        """Wait until a place is free and count it as taken; `first` goes before those who only begin.

        Raises:
            ModelError: There was a fatal error meanwhile.
        """
        self._waits.check()
        while self._queue and self._queue[0].done():
            self._queue.popleft()
        if self.taken < self.most and not self._queue:
            self.taken += 1
            return
        future = self._waits.future()
        if first:
            self._queue.appendleft(future)
        else:
            self._queue.append(future)
        try:
            await future
        except BaseException:
            if future.done() and not future.cancelled() and future.exception() is None:
                self.hand_back()
            raise

    def hand_back(self) -> None:
        """A place is free again."""
        self.taken -= 1
        while self._queue and self.taken < self.most:
            future = self._queue.popleft()
            if not future.done():
                self.taken += 1
                wake(future)
