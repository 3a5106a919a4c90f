"""The transport in virtual time: every wait is told, none is waited for."""

import asyncio

import pytest

from judge.errors import BudgetError, ModelError
from judge.models.request import Adapted, Failure, Permanent, Reply, Transient
from judge.models.retries import Backoff, RetryBudget
from judge.models.scripted import Scripted
from judge.models.transport import Transport
from judge.scores import Reason
from judge.settings import Settings, load_settings
from provider.questions import question
from provider.virtual_time import now, run

GOOD = "a good reply"


def ask(model, *, questions=1, **options):
    """Ask a fresh transport so many questions at once; outcomes, seconds passed, and the transport."""

    async def main():
        transport = Transport(model, **options)
        outcomes = await asyncio.gather(
            *(transport.ask(question(f"r{number}")) for number in range(questions)), return_exceptions=True
        )
        return outcomes, now(), transport

    return run(main())


def test_a_good_reply_is_one_attempt():
    """A reply at the first attempt comes back with the count 1 and takes no time of the transport's own."""
    ((outcome,), seconds, _) = ask(Scripted([GOOD]))
    assert isinstance(outcome, tuple)
    assert (outcome[0].text, outcome[1], seconds) == (GOOD, 1, 0.0)


def test_what_may_pass_is_tried_again():
    """Transient errors are tried again and every attempt is counted."""
    model = Scripted([Transient("503", status=503), Transient("429", status=429), GOOD])
    ((outcome,), seconds, _) = ask(model)
    assert outcome[1] == model.calls == 3
    assert 0 < seconds <= 1 + 2


def test_attempts_are_never_more_than_allowed():
    """After the allowed attempts the request is given up as unreachable, in the last error's words."""
    model = Scripted(lambda _: Transient("host answered 500", status=500))
    ((outcome,), _, _) = ask(model, attempts=4)
    assert outcome == Failure(Reason.UNREACHABLE, "host answered 500 (after 4 attempts)", 4)
    assert model.calls == 4


def test_a_permanent_error_is_not_tried_again():
    """A refused request is one attempt, and keeps its reason."""
    model = Scripted([Permanent("too many tokens", reason=Reason.TOO_LONG, status=400)])
    ((outcome,), seconds, _) = ask(model)
    assert (outcome, seconds) == (Failure(Reason.TOO_LONG, "too many tokens", 1), 0.0)


def test_empty_replies_end_as_empty():
    """If every attempt gives an empty reply, the reason is that, and not that nobody answered."""
    empty = Transient("the reply has no text", reason=Reason.EMPTY, reply=Reply(None, "m"), status=200)
    ((outcome,), _, _) = ask(Scripted(lambda _: empty))
    assert outcome.reason is Reason.EMPTY


def test_the_wait_a_provider_asks_for_is_kept():
    """The next attempt comes no sooner than Retry-After says."""
    ((outcome,), seconds, _) = ask(Scripted([Transient("429", status=429, retry_after=42.0), GOOD]))
    assert outcome[1] == 2
    assert 42.0 <= seconds <= 43.0


def test_a_wait_beyond_the_deadline_is_given_up_at_once():
    """A request that may not be tried again before its deadline is not kept waiting for it."""
    ((outcome,), seconds, _) = ask(Scripted(lambda _: Transient("429", retry_after=3600.0)), deadline=300)
    assert seconds == 0
    assert outcome.attempts == 1
    assert "asks to wait 3600 s" in outcome.detail


def test_an_attempt_that_drips_is_cut_off():
    """An attempt has its seconds, whatever the connection does meanwhile."""

    async def drip(_):
        for _ in range(10_000):
            await asyncio.sleep(1)

    ((outcome,), seconds, _) = ask(Scripted(drip), attempts=1, attempt_timeout=60)
    assert outcome == Failure(Reason.UNREACHABLE, "no whole reply within 60 s (after 1 attempts)", 1)
    assert seconds == pytest.approx(60)


def test_the_deadline_cannot_be_stretched():
    """All attempts and the waits between them end at the deadline."""

    async def silence(_):
        await asyncio.Event().wait()

    ((outcome,), seconds, _) = ask(Scripted(silence), attempts=20, attempt_timeout=60, deadline=100)
    assert outcome.reason is Reason.UNREACHABLE
    assert seconds <= 100


def test_waiting_holds_no_slot():
    """While one request waits to be tried again, the only slot serves others."""
    order = []

    async def answer(request):
        order.append((request.record.id, now()))
        first = request.record.id == "r0" and len(order) == 1
        return Transient("429", retry_after=100.0) if first else GOOD

    (outcomes, seconds, transport) = ask(Scripted(answer), questions=5, concurrency=1)
    assert [record for record, _ in order] == ["r0", "r1", "r2", "r3", "r4", "r0"]
    assert order[4][1] == 0
    assert seconds >= 100
    assert transport.slots.in_use == 0
    assert all(isinstance(outcome, tuple) for outcome in outcomes)


def test_a_parked_request_gives_its_place_away():
    """A provider that asks every request to wait does not stop new ones from being begun."""
    begun = []

    async def answer(request):
        begun.append((request.record.id, now()))
        return Transient("429", retry_after=50.0) if now() < 50 else GOOD

    async def main():
        transport = Transport(Scripted(answer), concurrency=1)
        transport.circuit.threshold = 1000
        places = transport.places.most

        async def judge(record, place):
            with place:
                return await transport.ask(question(record), place=place)

        tasks = []
        for number in range(places * 3):
            place = await transport.place()
            tasks.append(asyncio.create_task(judge(f"r{number}", place)))
        outcomes = await asyncio.gather(*tasks)
        assert all(isinstance(outcome, tuple) for outcome in outcomes)
        assert (transport.places.taken, transport.places.parked) == (0, 0)
        return places

    places = run(main())
    assert len({record for record, time in begun if time == 0}) == places * 3


def test_a_fatal_error_ends_everything():
    """One wrong key is one request: those that wait end with the same error, and none is sent any more."""
    model = Scripted(lambda _: ModelError("the key was refused", where="openai/m", hint="check it"))
    (outcomes, _, transport) = ask(model, questions=50, concurrency=32)
    assert model.calls == 1
    assert {str(outcome) for outcome in outcomes} == {"openai/m: the key was refused\n  → check it"}
    with pytest.raises(ModelError, match="the key was refused"):
        run(transport.ask(question()))


def test_a_fatal_error_wakes_those_who_back_off():
    """A request that waits for its next attempt ends with the fatal error, not at its own time."""
    model = Scripted({"r0": [Transient("429", retry_after=100.0)], "r1": ModelError("quota used up")})
    (outcomes, seconds, _) = ask(model, questions=2)
    assert seconds == 0
    assert [type(outcome) for outcome in outcomes] == [ModelError, ModelError]


def test_refused_parameters_cost_no_attempt():
    """Being told that the model does not take a parameter is no failed attempt, but every request sent is counted."""
    model = Scripted([Adapted("no logprobs"), Adapted("no temperature"), Transient("500"), GOOD])
    ((outcome,), _, _) = ask(model, attempts=2)
    assert outcome[1] == model.calls == 4


def test_a_model_that_always_refuses_parameters_is_given_up():
    """A model that takes no shape at all is not asked for ever."""
    model = Scripted(lambda _: Adapted("not this one either", status=400))
    ((outcome,), _, _) = ask(model)
    assert isinstance(outcome, Failure)
    assert model.calls < 20


def test_the_first_call_goes_alone():
    """Until one answer has come, one call is in flight: a mistake is made once."""
    in_flight = []
    running = 0

    async def answer(_):
        nonlocal running
        running += 1
        in_flight.append(running)
        await asyncio.sleep(1)
        running -= 1
        return GOOD

    (_, seconds, _) = ask(Scripted(answer), questions=17, concurrency=16)
    assert in_flight[0] == 1
    assert max(in_flight) == 16
    assert seconds == pytest.approx(2)


def test_every_attempt_is_announced_and_closed():
    """The caller hears of each request before it is sent, and of how it ended, in the slot."""
    heard = []

    async def main():
        transport = Transport(Scripted([Transient("503"), GOOD]), backoff=Backoff(base=0))

        async def before(number):
            heard.append(("before", number, transport.slots.in_use))

        async def after(number, outcome):
            heard.append((type(outcome).__name__, number, transport.slots.in_use))

        await transport.ask(question(), before_attempt=before, after_attempt=after)

    run(main())
    assert heard == [("before", 1, 1), ("Transient", 1, 1), ("before", 2, 1), ("Reply", 2, 1)]


def test_a_caller_may_stop_an_attempt():
    """What `before_attempt` raises ends the request before it is sent, and frees its slot."""

    async def main():
        model = Scripted([GOOD])
        transport = Transport(model)

        async def before(_):
            raise BudgetError("the cap is reached")

        with pytest.raises(BudgetError, match="cap"):
            await transport.ask(question(), before_attempt=before)
        assert transport.slots.in_use == 0
        return model.calls

    assert run(main()) == 0


def test_a_cancelled_request_frees_its_slot():
    """Cancelling a request in flight leaves nothing behind."""

    async def main():
        transport = Transport(Scripted(lambda _: asyncio.Event().wait()), concurrency=2)
        task = asyncio.create_task(transport.ask(question()))
        await asyncio.sleep(1)
        assert transport.slots.in_use == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return transport.slots.in_use

    assert run(main()) == 0


def test_a_bug_in_a_model_is_not_hidden():
    """An exception that is no signal goes through as it is, after one attempt."""
    ((outcome,), _, transport) = ask(Scripted([KeyError("oops")]))
    assert isinstance(outcome, KeyError)
    assert transport.slots.in_use == 0


def test_retries_have_a_budget():
    """When most requests need retries, they are given up rather than repeated without end."""
    calls = 0

    def answer(_):
        nonlocal calls
        calls += 1
        return GOOD if calls % 8 == 0 else Transient("500")

    budget = RetryBudget(share=0.1, reserve=5)
    (outcomes, _, _) = ask(Scripted(answer), questions=100, retry_budget=budget, backoff=Backoff(base=0))
    refused = [outcome for outcome in outcomes if isinstance(outcome, Failure) and "too many retries" in outcome.detail]
    assert refused
    assert calls <= 100 + 5 + 10


def test_an_outage_pauses_the_run():
    """While nothing is answered only one call at a time is made, later and later, and then everything goes on."""
    times = []

    async def answer(_):
        times.append(now())
        return GOOD if now() >= 100 or len(times) <= 20 else Transient("503", status=503)

    (outcomes, _, _) = ask(Scripted(answer), questions=400, concurrency=16, attempts=4)
    during = [time for time in times[20:] if time < 100]
    assert len(during) < 45
    lost = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    assert len(lost) < 15
    assert all(isinstance(outcome, tuple | Failure) for outcome in outcomes)


def test_records_that_always_fail_do_not_pause_the_run():
    """Forty records that meet 500 or silence at every attempt cost their own attempts and no pause."""
    poisoned = {f"r{number}" for number in range(0, 400, 10)}

    async def answer(request):
        if request.record.id not in poisoned:
            return GOOD
        if request.record.id.endswith("50"):
            await asyncio.Event().wait()
        return Transient("500", status=500)

    (outcomes, seconds, transport) = ask(Scripted(answer), questions=400, concurrency=64, attempt_timeout=10)
    lost = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    assert len(lost) == len(poisoned)
    assert {outcome.attempts for outcome in lost} == {4}
    assert not transport.circuit.is_open
    assert seconds <= 4 * 10 + 0.5 * (2 + 4 + 8)


def test_a_silent_outage_pauses_the_run():
    """A provider that lets every request hang is probed by one at a time, and few records are lost to it."""
    times = []

    async def answer(_):
        times.append(now())
        await asyncio.sleep(1 if now() < 20 or now() >= 300 else 1000)
        return GOOD

    (outcomes, _, _) = ask(Scripted(answer), questions=2000, concurrency=32, attempt_timeout=10)
    during = [time for time in times if 20 <= time < 290]
    lost = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    assert len(during) < 100
    assert len(lost) < 40


def test_a_provider_that_never_answers_ends_the_run():
    """If nobody has ever answered, the run stops after half a minute and says what happened."""
    model = Scripted(lambda _: Transient("127.0.0.1: connection refused"))
    (outcomes, seconds, _) = ask(model, questions=200)
    errors = [outcome for outcome in outcomes if isinstance(outcome, ModelError)]
    assert len(errors) > 150
    assert seconds < 70
    assert "no answer for" in str(errors[0])
    assert "connection refused" in str(errors[0])
    assert "run the same command again" in str(errors[0])


def test_requests_per_minute_are_kept():
    """No minute holds more requests than the operator was granted."""
    times = []

    async def answer(_):
        times.append(now())
        return GOOD

    ask(Scripted(answer), questions=200, requests_per_minute=60, concurrency=32)
    assert len(times) == 200
    for start in times:
        assert sum(start <= time < start + 60 for time in times) <= 60


def test_tokens_per_minute_are_kept_and_settled():
    """Tokens reserved for a reply are given back when it is shorter, so the limit is used and not crossed."""
    times = []

    async def answer(_):
        times.append(now())
        return Reply(GOOD, "m", prompt_tokens=50, completion_tokens=50)

    ask(Scripted(answer), questions=300, tokens_per_minute=12_000, concurrency=8)
    assert len(times) == 300
    # 100 tokens each: 120 a minute, give or take the reservations under way
    assert max(sum(start <= time < start + 60 for time in times) for start in times) <= 120
    assert times[-1] < 60 * 5


def test_the_same_seed_waits_the_same():
    """Jitter comes from the seed alone."""

    def seconds(seed):
        return ask(Scripted([Transient("500"), Transient("500"), GOOD]), seed=seed)[1]

    assert seconds(1) == seconds(1) != seconds(2)


def test_settings_reach_the_transport():
    """Attempts, times, concurrency and the endpoint's limits come from judge.toml."""
    settings = Settings.model_validate(
        {
            "judge": {"attempts": 2, "attempt_timeout": 7, "deadline": 9, "concurrency": 3},
            "endpoints": {"local": {"base_url": "http://127.0.0.1:1/v1", "tokens_per_minute": 600}},
        }
    )

    async def main():
        return Transport.from_settings(Scripted([], name="local/m"), settings, seed=5)

    transport = run(main())
    assert (transport.attempts, transport.attempt_timeout, transport.deadline, transport.slots.most) == (2, 7, 9, 3)
    assert transport.limits.tokens_limited


@pytest.mark.parametrize(
    ("model", "requests"),
    [("openai/gpt-5", 10), ("openai/gpt-4o", 20), ("litellm/openai/gpt-5", 30), ("local/m", 40), ("other/m", None)],
)
def test_limits_are_a_models_a_providers_or_an_endpoints(tmp_path, model, requests):
    """The longest beginning of the model's spelling counts, for every backend alike; an endpoint may have its own."""
    (tmp_path / "judge.toml").write_text(
        """
        [endpoints.local]
        base_url = "http://127.0.0.1:1/v1"
        requests_per_minute = 40
        [limits.openai]
        requests_per_minute = 20
        [limits."openai/gpt-5"]
        requests_per_minute = 10
        [limits."litellm/openai"]
        requests_per_minute = 30
        """
    )
    assert load_settings(tmp_path / "judge.toml").limits_of(model).requests_per_minute == requests
