"""Circuit: stops asking a provider that does not answer, and finds out with one call at a time when it does again."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from judge.models.waits import wake

if TYPE_CHECKING:
    from judge.models.waits import Waits

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0


class Circuit:
    """Closed while calls are answered; open after `threshold` failures in a row; then one probe after each pause.

    Pauses are 1, 2, 4 ... 60 s, and longer up to 60 s where the provider asked for it.

    Args:
        waits: Where to wait.
        threshold: Failures in a row that open it.
        patience: Seconds without any answer, counted from the first of those failures, after which it has `tripped`.
        first_patience: The same for a provider that has never answered.
    """

    def __init__(self, waits: Waits, *, threshold: int = 10, patience: float = 300, first_patience: float = 30) -> None:
        self.threshold = threshold
        self.patience = patience
        self.first_patience = min(first_patience, patience)
        self._waits = waits
        self._queue: deque[asyncio.Future[Any]] = deque()
        self._failures = 0
        self._failing_since = 0.0
        self._ever_answered = False
        self._pauses = 0
        self._resume_at: float | None = None
        self._probing = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """Whether calls are held back."""
        return self._resume_at is not None

    @property
    def silent_for(self) -> float:
        """Seconds since the first failure of the present row; 0 where the last call was answered."""
        return asyncio.get_running_loop().time() - self._failing_since if self._failures else 0.0

    @property
    def tripped(self) -> bool:
        """Whether the provider has been silent for longer than can be waited for."""
        return self.is_open and self.silent_for >= (self.patience if self._ever_answered else self.first_patience)

    async def enter(self) -> bool:
        """Wait until a call may be made; True for the probe, which must report how it ended.

        Raises:
            ModelError: There was a fatal error meanwhile.
        """
        while self._resume_at is not None:
            if not self._probing and asyncio.get_running_loop().time() >= self._resume_at:
                self._probing = True
                return True
            future = self._waits.future()
            self._queue.append(future)
            self._schedule()
            try:
                await future
            except BaseException:
                if future.done() and not future.cancelled() and future.exception() is None:
                    self._schedule()  # it was woken as the next probe: another has to be
                raise
        return False

    def answered(self) -> None:
        """A call was answered, well or not: the provider is there."""
        self._failures = 0
        if not self._ever_answered or self._resume_at is not None:
            self._ever_answered = True
            self._close()

    def failed(self, *, probe: bool, retry_after: float | None = None) -> None:
        """A call was not answered.

        Args:
            probe: Whether it was the probe.
            retry_after: Seconds the provider asked to wait.
        """
        now = asyncio.get_running_loop().time()
        if not self._failures:
            self._failing_since = now
        self._failures += 1
        if probe or (self._resume_at is None and self._failures >= self.threshold):
            pause = min(_LONGEST_PAUSE, max(_FIRST_PAUSE * 2**self._pauses, retry_after or 0.0))
            self._pauses = min(self._pauses + 1, 10)
            self._resume_at = now + pause
            self._probing = False
            self._schedule()

    def abandon(self) -> None:
        """The probe was not made after all: the next caller makes it."""
        self._probing = False
        self._schedule()

    def _close(self) -> None:
        self._resume_at = None
        self._probing = False
        self._pauses = 0
        while self._queue:
            wake(self._queue.popleft())
        self._schedule()

    def _schedule(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._resume_at is not None and not self._probing and self._queue:
            self._timer = asyncio.get_running_loop().call_at(self._resume_at, self._wake_one)

    def _wake_one(self) -> None:
        while self._queue:
            future = self._queue.popleft()
            if not future.done():
                wake(future)
                return
