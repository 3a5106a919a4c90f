import asyncio

import pytest

from judge.errors import ModelError
from judge.models.slots import Slots
from judge.models.waits import Waits
from provider.virtual_time import now, run


def opened(limit, most=None):
    """Slots that have found a limit already."""
    slots = Slots(most or limit, Waits(), start=limit)
    slots.in_use = 1
    slots.give(answered=True)
    assert slots.limit == limit
    return slots


async def play_round(slots, pushed_back, calls=20):
    """Settle a round of calls, so many of them pushed back."""
    for number in range(calls):
        await slots.take()
        slots.give(answered=number >= pushed_back, pushed_back=number < pushed_back)


def test_no_more_calls_than_slots():
    """However many ask, never more than the limit are under way, and all get their turn in order."""

    async def main():
        slots = opened(4)
        order, most = [], 0

        async def call(number):
            nonlocal most
            await slots.take()
            most = max(most, slots.in_use)
            order.append(number)
            await asyncio.sleep(1)
            slots.give(answered=True)

        await asyncio.gather(*(call(number) for number in range(20)))
        return most, order, now(), slots.in_use

    assert run(main()) == (4, list(range(20)), pytest.approx(5), 0)


def test_one_slot_until_the_first_answer():
    """Failures before the first answer open no second slot; the answer opens them all."""

    async def main():
        slots = Slots(64, Waits(), start=32)
        for _ in range(50):
            await slots.take()
            slots.give(answered=False, pushed_back=True)
        before = slots.limit
        await slots.take()
        slots.give(answered=True)
        return before, slots.limit

    assert run(main()) == (1, 32)


def test_the_limit_doubles_until_pushed_back():
    """Without any push-back the limit doubles every round, up to the most allowed."""

    async def main():
        slots = opened(32, most=100)
        await play_round(slots, 0, calls=32)
        doubled = slots.limit
        await play_round(slots, 0, calls=64)
        return doubled, slots.limit

    assert run(main()) == (64, 100)


def test_a_wall_halves_the_limit():
    """A round in which every call is pushed back halves the limit, down to 1."""

    async def main():
        slots = opened(16)
        limits = []
        for _ in range(6):
            await play_round(slots, 20)
            limits.append(slots.limit)
        return limits

    assert run(main()) == [8, 4, 2, 1, 1, 1]


def test_strays_are_borne():
    """One call pushed back in twenty is noise; the limit does not fall for it."""

    async def main():
        slots = opened(16)
        for _ in range(10):
            await play_round(slots, 1)
        return slots.limit

    assert run(main()) == 16


def test_after_the_first_decrease_it_grows_by_one():
    """Additive increase: one more a round."""

    async def main():
        slots = opened(16)
        await play_round(slots, 20)
        limits = []
        for _ in range(3):
            await play_round(slots, 0)
            limits.append(slots.limit)
        return limits

    assert run(main()) == [9, 10, 11]


@pytest.mark.parametrize(("told", "waited"), [(30, 30), (500, 60)])
def test_a_wall_that_says_until_when_is_waited_for(told, waited):
    """Where half of the last calls were told when to come back, nothing starts until then, a minute at most."""

    async def main():
        slots = opened(64)
        for number in range(19):
            await slots.take()
            slots.give(answered=bool(number % 2), pushed_back=not number % 2, retry_after=told)
        before = now()
        await slots.take()
        return before, now()

    assert run(main()) == (0, waited)


def test_strays_that_say_until_when_hold_up_nobody():
    """A few calls that are told to come back much later wait alone."""

    async def main():
        slots = opened(64)
        for number in range(200):
            await slots.take()
            slots.give(answered=number % 5 > 0, pushed_back=number % 5 == 0, retry_after=500)
        return now()

    assert run(main()) == 0


def test_cancelled_waiters_leave_no_hole():
    """Those who stop waiting, even just as their turn comes, take no slot with them."""

    async def main():
        slots = opened(1)
        await slots.take()
        tasks = [asyncio.create_task(slots.take()) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        slots.give(answered=True)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert tasks[2].done()
        assert slots.in_use == 1
        slots.give(answered=True)
        await slots.take()
        return slots.in_use

    assert run(main()) == 1


def test_a_fatal_error_wakes_the_queue():
    """Those who wait for a slot end with the fatal error, and none is given any more."""

    async def main():
        waits = Waits()
        slots = Slots(1, waits)
        await slots.take()
        task = asyncio.create_task(slots.take())
        await asyncio.sleep(0)
        waits.stop(ModelError("quota used up"))
        with pytest.raises(ModelError, match="quota used up"):
            await task
        slots.give(answered=False)
        with pytest.raises(ModelError, match="quota used up"):
            await slots.take()
        return slots.in_use

    assert run(main()) == 0
