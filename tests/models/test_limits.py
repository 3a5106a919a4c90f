import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import ModelError
from judge.models.limits import Bucket, Limits
from judge.models.waits import Waits
from provider.virtual_time import now, run


@settings(deadline=None, max_examples=25)
@given(per_minute=st.integers(1, 300), count=st.integers(1, 200))
def test_no_minute_holds_more_than_the_limit(per_minute, count):
    """Whatever the limit, no window of 60 s passes more than it, and nobody waits longer than needed."""
    times = []

    async def main():
        limits = Limits(per_minute, None, Waits())

        async def one():
            await limits.take(0)
            times.append(now())

        await asyncio.gather(*(one() for _ in range(count)))

    run(main())
    assert len(times) == count
    for start in times:
        assert sum(start <= time < start + 60 - 1e-6 for time in times) <= per_minute
    assert times[-1] <= 60 * count / per_minute * 1.05 + 1e-6


def test_a_demand_larger_than_the_bucket_passes_alone():
    """A request that needs more tokens than fit waits for a full bucket and leaves a debt, instead of for ever."""

    async def main():
        bucket = Bucket(600, 100, Waits())
        await bucket.take(1000)
        first = now()
        await bucket.take(1)
        return first, now()

    first, second = run(main())
    assert first == 0
    assert second == pytest.approx(901 / (501 / 60))


def test_what_was_not_used_comes_back():
    """Units given back let the next one pass at once."""

    async def main():
        bucket = Bucket(60, 10, Waits())
        await bucket.take(10)
        bucket.give(10)
        await bucket.take(10)
        return now()

    assert run(main()) == 0


def test_first_come_first_served():
    """A small demand does not overtake a large one."""
    order = []

    async def main():
        bucket = Bucket(60, 10, Waits())
        await bucket.take(10)

        async def one(units):
            await bucket.take(units)
            order.append(units)

        await asyncio.gather(one(9), one(1))

    run(main())
    assert order == [9, 1]


def test_cancelled_waiters_give_their_units_back():
    """Someone who stops waiting does not use up the limit."""

    async def main():
        bucket = Bucket(60, 1, Waits())
        await bucket.take(1)
        task = asyncio.create_task(bucket.take(1))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await bucket.take(1)
        return now()

    assert run(main()) == pytest.approx(1)


def test_a_request_that_is_not_sent_uses_nothing():
    """A request that waits for its tokens in vain gives its request back too."""

    async def main():
        waits = Waits()
        limits = Limits(60, 60, waits)
        await limits.take(60)
        limits.give(0)
        task = asyncio.create_task(limits.take(10))
        await asyncio.sleep(0)
        waits.stop(ModelError("quota used up"))
        with pytest.raises(ModelError, match="quota used up"):
            await task
        return limits._requests._level

    assert run(main()) == 1


def test_without_limits_nothing_waits():
    """No limit, no waiting."""

    async def main():
        limits = Limits(None, None, Waits())
        for _ in range(1000):
            await limits.take(1e9)
        limits.settle(1e9, 0)
        return now(), limits.tokens_limited

    assert run(main()) == (0, False)
