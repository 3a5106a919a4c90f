"""Failure: a notice that a channel did not take."""

from __future__ import annotations


class FailedError(Exception):
    """A notice was not taken; it stays in the outbox, or is given up.

    Args:
        reason: Why, in words without secrets.
        again: Whether it may be taken later.
    """

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
