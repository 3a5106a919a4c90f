import asyncio

from judge.models.places import Places
from judge.models.waits import Waits
from provider.virtual_time import run


def test_places_are_few_and_come_back():
    """No more places are taken than there are; leaving the block gives one back."""

    async def main():
        places = Places(2, Waits())
        with await places.take(), await places.take():
            third = asyncio.create_task(places.take())
            await asyncio.sleep(0)
            assert not third.done()
        with await third:
            taken = places.taken
        return taken, places.taken

    assert run(main()) == (1, 0)


def test_a_place_given_away_is_taken_again_before_others_begin():
    """A request that was parked goes before those that have not begun."""

    async def main():
        places = Places(1, Waits())
        order = []

        async def begin():
            with await places.take():
                order.append("begun")

        first = await places.take()
        first.give()
        second = await places.take()
        newcomer = asyncio.create_task(begin())
        again = asyncio.create_task(first.take_again())
        await asyncio.sleep(0)
        with second:
            pass
        await again
        order.append("again")
        with first:
            pass
        await newcomer
        return order, places.taken, places.parked

    assert run(main()) == (["again", "begun"], 0, 0)


def test_a_parked_place_ends_well_when_cancelled():
    """A request that is cancelled while parked has nothing to give back."""

    async def main():
        places = Places(1, Waits())

        async def parked():
            with await places.take() as place:
                place.give()
                await asyncio.Event().wait()

        task = asyncio.create_task(parked())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return places.taken, places.parked

    assert run(main()) == (0, 0)


def test_parked_requests_are_bounded(monkeypatch):
    """Beyond the bound a request keeps its place while it waits, so that memory does not grow without end."""
    monkeypatch.setattr("judge.models.places._MOST_PARKED", 1)

    async def main():
        places = Places(2, Waits())
        first, second = await places.take(), await places.take()
        first.give()
        second.give()
        counts = places.taken, places.parked
        await second.take_again()
        with second:
            pass
        return counts, places.taken

    assert run(main()) == ((1, 1), 0)
