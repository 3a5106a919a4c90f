"""Patience of a process with others, by a clock that only the attempts move."""

import pytest

from judge.store.patience import Patience


class Clock:
    """A clock that each attempt moves on by a second; the database is free after so many of them."""

    def __init__(self, free_after=None):
        self.now = 0.0
        self.free_after = free_after
        self.on = {}

    def __call__(self):
        """Seconds by now."""
        return self.now

    def attempt(self):
        """Waits a second, in which something may happen; whether the database was free."""
        self.now += 1
        self.on.get(self.now, lambda: None)()
        return self.free_after is not None and self.now > self.free_after


@pytest.mark.parametrize(("free_after", "begun", "waited"), [(0, True, 1), (5, True, 6), (None, False, 30)])
def test_a_lock_is_awaited_for_so_many_seconds(free_after, begun, waited):
    """It is taken as soon as it is free, and given up when the time is over."""
    clock = Clock(free_after)
    assert Patience(clock).wait(30, clock.attempt) is begun
    assert clock.now == waited


def test_whoever_hurries_ends_waiting_that_has_begun():
    """In the middle of waiting: it is over when the hurry says; a later, more patient one changes nothing."""
    clock = Clock()
    patience = Patience(clock)
    clock.on = {10.0: lambda: patience.hurry(4), 11.0: lambda: patience.hurry(60)}
    assert not patience.wait(30, clock.attempt)
    assert clock.now == 14


def test_in_a_hurry_a_free_lock_is_still_taken_and_calm_brings_patience_back():
    """Once time is over each lock is tried once; after `calm` it is awaited as before."""
    clock = Clock(free_after=0)
    patience = Patience(clock)
    patience.hurry(0)
    assert patience.wait(30, clock.attempt)
    clock.free_after = None
    assert not patience.wait(30, clock.attempt)
    assert clock.now == 2
    patience.calm()
    assert not patience.wait(30, clock.attempt)
    assert clock.now == 32
