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


class Witness:
    """When a request was sent, by which its failures are weighed.

    Attributes:
        first: Number of its first attempt among all that were sent, or of the first since the circuit last opened.
        last: Number of its last attempt.
        openings: How often the circuit had opened at `first`.
    """

    __slots__ = ("first", "last", "openings")

    def __init__(self, number: int, openings: int) -> None:
        self.first = self.last = number
        self.openings = openings


class Circuit:
    """Closed while calls are answered; open after `threshold` requests in a row fail; then one probe after each pause.

    A request that fails although one sent after it was answered says nothing about the provider and is not counted, nor
    is any request counted twice in a row: records that always fail, the last that a run is left with, do not open it.

    Pauses are 1, 2, 4 ... 60 s, and longer up to 60 s where the provider asked for it.

    Args:
        waits: Where to wait.
        threshold: Requests that fail in a row, without an answer to any other, that open it.
        patience: Seconds without any answer, counted from the first of those failures, after which it has `tripped`.
        first_patience: The same for a provider that has never answered.
    """

    def __init__(self, waits: Waits, *, threshold: int = 10, patience: float = 300, first_patience: float = 30) -> None:
        self.threshold = threshold
        self.patience = patience
        self.first_patience = min(first_patience, patience)
        self._waits = waits
        self._queue: deque[asyncio.Future[Any]] = deque()
        self._failing: set[Witness] = set()
        self._failing_since = 0.0
        self._sent = 0
        self._last_answered = 0
        self._openings = 0
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
        return asyncio.get_running_loop().time() - self._failing_since if self._failing else 0.0

    @property
    def tripped(self) -> bool:
        """Whether the provider has been silent for longer than can be waited for."""
        return self.is_open and self.silent_for >= (self.patience if self._last_answered else self.first_patience)

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

    def sending(self, witness: Witness | None) -> Witness:
        """A request is about to be sent.

        Args:
            witness: What this gave at the request's last attempt; None at its first.
        """
        self._sent += 1
        if witness is None or witness.openings != self._openings:
            return Witness(self._sent, self._openings)
        witness.last = self._sent
        return witness

    def answered(self, witness: Witness) -> None:
        """A call was answered, well or not: the provider is there.

        Args:
            witness: What `sending` gave.
        """
        self._failing.clear()
        first_of_all = not self._last_answered
        self._last_answered = max(self._last_answered, witness.last)
        if first_of_all or self._resume_at is not None:
            self._close()

    def failed(self, witness: Witness, *, probe: bool, retry_after: float | None = None) -> None:
        """A call was not answered.

        Args:
            witness: What `sending` gave.
            probe: Whether it was the probe.
            retry_after: Seconds the provider asked to wait.
        """
        now = asyncio.get_running_loop().time()
        if probe or witness.first > self._last_answered:
            if not self._failing:
                self._failing_since = now
            self._failing.add(witness)
        if probe or (self._resume_at is None and len(self._failing) >= self.threshold):
            self._openings += not probe
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
