import asyncio

import pytest

from judge.errors import ModelError
from judge.models.circuit import Circuit
from judge.models.waits import Waits
from provider.virtual_time import now, run


def opened(**options):
    """A circuit that has been answered once, and then failed often enough."""
    circuit = Circuit(Waits(), threshold=3, **options)
    circuit.answered()
    for _ in range(3):
        circuit.failed(probe=False)
    assert circuit.is_open
    return circuit


def test_it_opens_after_failures_in_a_row_only():
    """An answer between failures starts the count anew."""

    async def main():
        circuit = Circuit(Waits(), threshold=3)
        for _ in range(5):
            circuit.failed(probe=False)
            circuit.failed(probe=False)
            circuit.answered()
        closed = circuit.is_open
        for _ in range(3):
            circuit.failed(probe=False)
        return closed, circuit.is_open

    assert run(main()) == (False, True)


def test_one_probe_at_a_time():
    """Of all who wait, one goes when the pause is over; the others wait for how it ends."""

    async def main():
        circuit = opened()
        entered = []

        async def caller(number):
            probe = await circuit.enter()
            entered.append((number, probe, now()))
            if probe:
                await asyncio.sleep(5)
                circuit.answered()

        await asyncio.gather(*(caller(number) for number in range(10)))
        return entered

    entered = run(main())
    assert entered[0] == (0, True, pytest.approx(1))
    assert [(probe, time) for _, probe, time in entered[1:]] == [(False, pytest.approx(6))] * 9


def test_pauses_grow_and_a_provider_may_ask_for_longer():
    """Pauses double from one second to sixty; a longer wait that is asked for is kept, up to a minute."""

    async def main():
        circuit = opened(patience=1e9)
        times = []
        for _ in range(8):
            assert await circuit.enter()
            times.append(now())
            circuit.failed(probe=True)
        circuit.answered()
        for _ in range(3):
            circuit.failed(probe=False, retry_after=25)
        start = now()
        await circuit.enter()
        asked = now() - start
        circuit.failed(probe=True, retry_after=4000)
        await circuit.enter()
        return times, asked, now() - start - asked

    times, asked, longest = run(main())
    gaps = [later - earlier for earlier, later in zip([0, *times], times, strict=False)]
    assert gaps == pytest.approx([1, 2, 4, 8, 16, 32, 60, 60])
    assert (asked, longest) == (pytest.approx(25), pytest.approx(60))


def test_an_abandoned_probe_is_made_by_the_next():
    """If the probe is not made after all, another caller makes it."""

    async def main():
        circuit = opened()
        assert await circuit.enter()
        waiting = asyncio.create_task(circuit.enter())
        await asyncio.sleep(1)
        assert not waiting.done()
        circuit.abandon()
        return await waiting

    assert run(main()) is True


def test_a_cancelled_prober_passes_its_turn_on():
    """If the one whose turn it is stops waiting, the next one is woken."""

    async def main():
        circuit = opened()
        first = asyncio.create_task(circuit.enter())
        second = asyncio.create_task(circuit.enter())
        await asyncio.sleep(0)
        circuit._wake_one()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        return await second, now()

    assert run(main()) == (True, pytest.approx(1))


def test_patience_ends():
    """A provider that has answered before is waited for longer than one that never has."""

    async def main():
        ends = []
        for answered in (True, False):
            circuit = Circuit(Waits(), threshold=1, patience=300, first_patience=30)
            if answered:
                circuit.answered()
            start = now()
            circuit.failed(probe=False)
            while not circuit.tripped:
                await circuit.enter()
                circuit.failed(probe=True)
            ends.append(now() - start)
        return ends

    long, short = run(main())
    assert 300 <= long <= 360
    assert 30 <= short <= 62


def test_a_fatal_error_wakes_those_who_wait():
    """Those who wait for an open circuit end with the fatal error."""

    async def main():
        circuit = opened()
        task = asyncio.create_task(circuit.enter())
        await asyncio.sleep(0)
        circuit._waits.stop(ModelError("gone for good"))
        with pytest.raises(ModelError, match="gone for good"):
            await task
        return now()

    assert run(main()) == 0
