import asyncio

import pytest

from judge.errors import ModelError
from judge.models.circuit import Circuit
from judge.models.waits import Waits
from provider.virtual_time import now, run


def fail(circuit, witness=None, *, probe=False, **options):
    """A request is sent and not answered: a new one, unless its witness is given, which comes back."""
    witness = circuit.sending(witness)
    circuit.failed(witness, probe=probe, **options)
    return witness


def answer(circuit):
    """A request is sent and answered."""
    circuit.answered(circuit.sending(None))


def opened(**options):
    """A circuit that has been answered once, and then failed often enough."""
    circuit = Circuit(Waits(), threshold=3, **options)
    answer(circuit)
    for _ in range(3):
        fail(circuit)
    assert circuit.is_open
    return circuit


def test_it_opens_after_failures_in_a_row_only():
    """An answer between failures starts the count anew."""

    async def main():
        circuit = Circuit(Waits(), threshold=3)
        for _ in range(5):
            fail(circuit)
            fail(circuit)
            answer(circuit)
        closed = circuit.is_open
        for _ in range(3):
            fail(circuit)
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
                answer(circuit)

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
            fail(circuit, probe=True)
        answer(circuit)
        for _ in range(3):
            fail(circuit, retry_after=25)
        start = now()
        await circuit.enter()
        asked = now() - start
        fail(circuit, probe=True, retry_after=4000)
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
                answer(circuit)
            start = now()
            fail(circuit)
            while not circuit.tripped:
                await circuit.enter()
                fail(circuit, probe=True)
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


def test_records_that_always_fail_do_not_open_it():
    """What fails again and again while others are answered is the records' doing, also when only they are left."""

    async def main():
        circuit = Circuit(Waits(), threshold=3)
        poisoned = []
        for _ in range(20):
            poisoned.append(fail(circuit))
            answer(circuit)
        for _ in range(3):
            for witness in poisoned:
                fail(circuit, witness)
        return circuit.is_open, circuit.silent_for

    assert run(main()) == (False, 0.0)


def test_requests_that_were_overtaken_do_not_open_it():
    """Requests that hang while others are answered time out together at the end: that is no outage either."""

    async def main():
        circuit = Circuit(Waits(), threshold=3)
        hanging = [circuit.sending(None) for _ in range(20)]
        answer(circuit)
        for _ in range(3):
            for witness in hanging:
                circuit.failed(circuit.sending(witness), probe=False)
        return circuit.is_open

    assert run(main()) is False


def test_one_request_counts_once():
    """Two requests that fail over and over are two requests, not ten failures."""

    async def main():
        circuit = Circuit(Waits(), threshold=3)
        answer(circuit)
        first, second = fail(circuit), fail(circuit)
        for _ in range(5):
            fail(circuit, first)
            fail(circuit, second)
        two = circuit.is_open
        fail(circuit)
        return two, circuit.is_open

    assert run(main()) == (False, True)


def test_what_was_in_flight_at_an_outage_opens_it():
    """Requests that none sent later has overtaken are heard when they fail, though others were answered meanwhile."""

    async def main():
        circuit = Circuit(Waits(), threshold=3)
        early = circuit.sending(None)
        in_flight = [circuit.sending(None) for _ in range(3)]
        circuit.answered(early)
        for witness in in_flight:
            circuit.failed(witness, probe=False)
        return circuit.is_open

    assert run(main()) is True


def test_what_failed_in_an_outage_is_heard_in_the_next():
    """A request that failed because nobody was answered is not taken for one that always fails."""

    async def main():
        circuit = Circuit(Waits(), threshold=3)
        answer(circuit)
        requests = [fail(circuit) for _ in range(3)]
        first = circuit.is_open
        answer(circuit)
        for witness in requests:
            fail(circuit, witness)
        return first, circuit.is_open

    assert run(main()) == (True, True)
