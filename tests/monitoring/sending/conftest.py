"""A notice, and a clock that tests move."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from judge.monitoring.sending.notice import Notice


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.time = datetime(2026, 3, 2, 8, tzinfo=UTC)

    def __call__(self):
        """The time it shows."""
        return self.time

    def move(self, **by):
        """Let time pass."""
        self.time += timedelta(**by)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def notice(clock):
    return Notice(
        key="support/hallucination/2026-W10/alert",
        level="alert",
        title="unsupported is at 9 % <!channel> \r\nBcc: all@example.org",
        time=clock(),
        watch="support",
        lines=("corrected 9.1 % [6.0 %, 12.9 %]",),
        advice=("roll back to v1",),
        payload={"value": 0.091},
    )
