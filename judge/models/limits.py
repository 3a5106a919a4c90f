"""Limits: requests and tokens per minute, as the operator was granted them."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from judge.models.waits import wake

if TYPE_CHECKING:
    from judge.models.waits import Waits

_MINUTE: Final = 60.0


class Bucket:
    """A token bucket whose minutes never hold more than the limit.

    It is full with `burst` units and refills with what is left of the limit over a minute, so that no window of
    60 s passes more than `per_minute` units, a single larger demand excepted: that one waits for a full bucket and
    leaves a debt.

    Args:
        per_minute: The limit.
        burst: Units that may pass at once.
        waits: Where to wait.
    """

    def __init__(self, per_minute: float, burst: float, waits: Waits) -> None:
        self.burst = burst
        self.rate = max(per_minute - burst + min(1.0, burst), per_minute / 2) / _MINUTE
        self._waits = waits
        self._level = burst
        self._time = asyncio.get_running_loop().time()
        self._queue: deque[tuple[asyncio.Future[Any], float]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def take(self, units: float) -> None:
        """Wait until so many units may pass, first come first served.

        Raises:
            ModelError: There was a fatal error meanwhile.
        """
        self._serve()
        if not self._queue and self._fits(units):
            self._waits.check()
            self._level -= units
            return
        future = self._waits.future()
        self._queue.append((future, units))
        self._serve()
        try:
            await future
        except BaseException:
            if future.done() and not future.cancelled() and future.exception() is None:
                self.give(units)
            raise

    def give(self, units: float) -> None:
        """Put back units that were taken and not used; a negative number takes what was used beyond."""
        self._refill()
        self._level = min(self.burst, self._level + units)
        self._serve()

    def _refill(self) -> None:
        now = asyncio.get_running_loop().time()
        self._level = min(self.burst, self._level + (now - self._time) * self.rate)
        self._time = now

    def _fits(self, units: float) -> bool:
        return self._level >= min(units, self.burst) - 1e-9  # a refill computed to the moment may miss by a rounding

    def _serve(self) -> None:
        self._refill()
        while self._queue and (self._queue[0][0].done() or self._fits(self._queue[0][1])):
            future, units = self._queue.popleft()
            if not future.done():
                self._level -= units
                wake(future)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._queue:
            missing = min(self._queue[0][1], self.burst) - self._level
            self._timer = asyncio.get_running_loop().call_later(missing / self.rate, self._serve)


class Limits:
    """Requests and tokens per minute together; either may be unlimited."""

    def __init__(self, requests_per_minute: int | None, tokens_per_minute: int | None, waits: Waits) -> None:
        self._requests = _bucket(requests_per_minute, 1 / 60, waits)
        self._tokens = _bucket(tokens_per_minute, 1 / 6, waits)

    @property
    def tokens_limited(self) -> bool:
        """Whether it matters how many tokens a request has."""
        return self._tokens is not None

    async def take(self, tokens: float) -> None:
        """Wait until one request of about so many tokens may pass.

        Raises:
            ModelError: There was a fatal error meanwhile.
        """
        if self._requests is not None:
            await self._requests.take(1)
        if self._tokens is not None:
            try:
                await self._tokens.take(tokens)
            except BaseException:
                if self._requests is not None:
                    self._requests.give(1)
                raise

    def give(self, tokens: float) -> None:
        """Put back a request that was not sent."""
        if self._requests is not None:
            self._requests.give(1)
        self.settle(tokens, 0)

    def settle(self, taken: float, used: float) -> None:
        """Correct the tokens that were taken for a request to those it used."""
        if self._tokens is not None:
            self._tokens.give(taken - used)


def _bucket(per_minute: int | None, share: float, waits: Waits) -> Bucket | None:
    return None if per_minute is None else Bucket(per_minute, max(1.0, per_minute * share), waits)
