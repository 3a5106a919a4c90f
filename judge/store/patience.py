"""Patience: how long this process waits for others that hold the database, and that it has less once it must end."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Patience:
    """Seconds to wait for each lock, which a moment when all waiting ends can cut short.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = math.inf

    def hurry(self, seconds: float) -> None:
        """Let all waiting, also what has begun, be over in so many seconds; a second call can only bring it forward."""
        self._end = min(self._end, self._clock() + seconds)

    def calm(self) -> None:
        """Have as much patience as before again."""
        self._end = math.inf

    def wait(self, seconds: float, attempt: Callable[[], bool]) -> bool:
        """Try until it succeeds or so many seconds are over, and at least once.

        Args:
            seconds: The most to wait where nobody hurries.
            attempt: Waits a little by itself; whether it succeeded.

        Returns:
            Whether it did.
        """
        end = self._clock() + seconds
        while not attempt():
            if self._clock() >= min(end, self._end):
                return False
        return True
