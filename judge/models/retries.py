"""Retries: how long to wait before the next attempt, and how many retries a run can afford."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff with full jitter (Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015).

    Attributes:
        base: Seconds; the n-th wait is drawn evenly from 0 to base * 2^n.
        longest: Upper bound of that range in seconds.
    """

    base: float = 0.5
    longest: float = 20.0

    def wait(self, attempt: int, retry_after: float | None, random: Random) -> float:
        """Seconds to wait after the n-th attempt, counted from 1.

        What the provider asks for is waited in full, and up to a tenth (at most a second) longer, lest all come back
        at once.
        """
        if retry_after:
            return retry_after + random.uniform(0, min(1.0, retry_after / 10))
        return random.uniform(0, min(self.longest, self.base * 2.0**attempt))


class RetryBudget:
    """Retries as a share of first attempts, so that a struggling provider is not buried under repetitions.

    Args:
        share: Retries allowed per first attempt.
        reserve: Retries allowed in any case, and the most that can be saved up.
    """

    def __init__(self, share: float = 0.5, reserve: float = 100) -> None:
        self.share = share
        self.reserve = reserve
        self._left = reserve

    def earn(self) -> None:
        """A first attempt is made."""
        self._left = min(self.reserve, self._left + self.share)

    def spend(self) -> bool:
        """Take one retry, if there is one left."""
        if self._left < 1:
            return False
        self._left -= 1
        return True
