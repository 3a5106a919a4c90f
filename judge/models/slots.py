"""Slots: how many calls may be in flight, found by trying, and lowered when the provider pushes back."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from judge.models.waits import wake

if TYPE_CHECKING:
    from judge.models.waits import Waits

_SHORTEST_ROUND: Final = 20
"""Calls in a round at least: the share of pushed-back calls among fewer is mostly chance."""
_NOISE: Final = 0.05
"""Up to this share of pushed-back calls is borne without slowing down."""
_WALL: Final = 10
"""So many of the last `_SHORTEST_ROUND` calls told to come back later are no strays: it holds for all."""
_LONGEST_PAUSE: Final = 60.0


class Slots:
    """A number of calls in flight that grows by additive increase and shrinks by multiplicative decrease.

    The first call goes alone: it finds a wrong key, a wrong name or a parameter the model refuses before others repeat
    the mistake. After the first answer the limit is `start` and doubles each round until the provider first pushes
    back; from then on it grows by one a round. A round in which more than 5 % of the calls were pushed back multiplies
    it by one minus half that share (the decrease of data-centre TCP, Alizadeh et al. 2010, section 3.1), so that stray
    refusals cost little and a wall of them halves it.

    Where most of the last calls were told when to come back, the minute's quota is used up rather than the number of
    calls too high: nothing is sent until then, or the limit would fall to one for what no limit would have prevented.

    Args:
        most: Upper bound.
        waits: Where to wait.
        start: Limit after the first answer.
    """

    def __init__(self, most: int, waits: Waits, *, start: int = 32) -> None:
        self.most = most
        self.in_use = 0
        self.limit = 1.0
        self._start = start
        self._waits = waits
        self._queue: deque[asyncio.Future[Any]] = deque()
        self._proved = False
        self._doubling = True
        self._settled = 0
        self._pushed_back = 0
        self._round = _SHORTEST_ROUND
        self._recent: deque[bool] = deque(maxlen=_SHORTEST_ROUND)
        self._pause: asyncio.TimerHandle | None = None

    async def take(self) -> None:
        """Wait for a slot, first come first served.

        Raises:
            ModelError: There was a fatal error meanwhile.
        """
        while self._queue and self._queue[0].done():
            self._queue.popleft()
        if self._free() and not self._queue:
            self._waits.check()
            self.in_use += 1
            return
        future = self._waits.future()
        self._queue.append(future)
        try:
            await future
        except BaseException:
            if future.done() and not future.cancelled() and future.exception() is None:
                self._hand_back()
            raise

    def give(self, *, answered: bool, pushed_back: bool = False, retry_after: float | None = None) -> None:
        """Give a slot back.

        Args:
            answered: Whether the provider took the request, so that others may follow.
            pushed_back: Whether it said, or showed, that it is asked too much.
            retry_after: Seconds after which it then asked to come back.
        """
        if self._proved and (answered or pushed_back):
            self._settle(pushed_back=pushed_back)
            self._look_for_a_wall(retry_after if pushed_back else None)
        elif answered:
            self._proved = True
            self.limit = float(min(self.most, self._start))
        self._hand_back()

    def _free(self) -> bool:
        return self.in_use < int(self.limit) and self._pause is None

    def _hand_back(self) -> None:
        self.in_use -= 1
        self._serve()

    def _serve(self) -> None:
        while self._queue and self._free():
            future = self._queue.popleft()
            if not future.done():
                self.in_use += 1
                wake(future)

    def _look_for_a_wall(self, retry_after: float | None) -> None:
        self._recent.append(bool(retry_after))
        if retry_after and sum(self._recent) >= _WALL:
            self._recent.clear()
            if self._pause is not None:
                self._pause.cancel()
            self._pause = asyncio.get_running_loop().call_later(min(_LONGEST_PAUSE, retry_after), self._resume)

    def _resume(self) -> None:
        self._pause = None
        self._serve()

    def _settle(self, *, pushed_back: bool) -> None:
        self._settled += 1
        self._pushed_back += pushed_back
        if self._doubling and not pushed_back:
            self.limit = min(float(self.most), self.limit + 1)
        if self._settled >= self._round:
            self._finish_round()

    def _finish_round(self) -> None:
        share = self._pushed_back / self._settled
        if share > _NOISE:
            self._doubling = False
            self.limit = max(1.0, self.limit * (1 - share / 2))
        elif not self._doubling:
            self.limit = min(float(self.most), self.limit + 1)
        self._settled = self._pushed_back = 0
        self._round = max(_SHORTEST_ROUND, int(self.limit))
