"""The openai and the litellm backend against the loopback provider: one policy, one request an attempt."""

import asyncio
import gzip
import json
import logging
import tracemalloc
from contextlib import asynccontextmanager

import orjson
import pytest

from judge.errors import ModelError
from judge.models.registry import open_model
from judge.models.replay import Recorder
from judge.models.request import Adapted, Failure, Permanent, Reply, Sampling, Transient
from judge.models.retries import Backoff
from judge.models.transport import Transport
from judge.scores import Reason
from judge.settings import Settings
from provider.answers import completion
from provider.faults import FAULTS, Fault, Response
from provider.questions import SCHEMA, question
from provider.server import Provider
from provider.virtual_time import run

KEY = "sk-planted-0123456789abcdef"
BACKENDS = ["openai/gpt-4o", "litellm/openai/gpt-4o"]

TRANSIENT = {
    "rate_limit": 429,
    "rate_limit_seconds": 429,
    "rate_limit_date": 429,
    "rate_limit_ms": 429,
    "rate_limit_absurd": 429,
    "conflict": 409,
    "error_500": 500,
    "unavailable": 503,
    "overloaded": 529,
    "error_200": 502,
    "drop": None,
    "half": None,
    "html": None,
    "no_choices": 200,
    "null_content": 200,
}
PERMANENT = {
    "bad_request": Reason.REJECTED,
    "echo": Reason.REJECTED,
    "too_long": Reason.TOO_LONG,
    "blocked": Reason.BLOCKED,
}
FATAL = {
    "unauthorized": "was refused",
    "forbidden": "may not use this model",
    "quota": "no quota or credit",
    "unknown_model": "name or the base URL is wrong",
    "redirect": "redirects are not followed",
}
UNUSABLE = {"refusal": Reason.REFUSED, "content_filter": Reason.BLOCKED, "length": Reason.CUT}
PASSED_ON = [
    "prose",
    "off_scale",
    "doubled_keys",
    "two_objects",
    "two_choices",
    "two_calls",
    "half_pair",
    "fenced",
    "obeys",
    "deep",
    "huge",
    "not_a_number",
    "no_usage",
    "null_usage",
    "null_logprobs",
    "renamed",
    "thinking",
]


@pytest.fixture(autouse=True, params=BACKENDS)
def spelling(request, monkeypatch):
    """The backend under test, with a planted key and nothing else in the environment."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return request.param


@pytest.fixture
def opened(spelling, monkeypatch):
    """Opens a provider with faults, and the model that asks it."""

    @asynccontextmanager
    async def open_both(*faults, **options):
        async with Provider(faults, **options) as provider:
            monkeypatch.setenv("OPENAI_BASE_URL", provider.url)
            monkeypatch.setenv("OPENAI_API_BASE", provider.url)
            model = open_model(spelling, Settings())
            try:
                yield provider, model
            finally:
                await model.close()

    return open_both


async def outcome_of(model, **options):
    """What one attempt comes to."""
    try:
        return await model.ask(question(**options))
    except (Transient, Permanent, ModelError) as error:
        return error


async def test_a_good_reply(opened):
    """A reply to a strict schema comes with text, usage, model, log-probabilities and the whole body."""
    async with opened() as (provider, model):
        reply = await model.ask(question())
    assert json.loads(reply.text)["supported"]["score"] in {"supported", "unsupported"}
    assert (reply.mode, reply.model, reply.problem, provider.count) == ("schema", "gpt-4o", None, 1)
    assert reply.prompt_tokens > 0
    assert reply.completion_tokens > 0
    assert reply.latency > 0
    score = next(token for token in reply.logprobs if token.token in {"supported", "unsupported"} and token.top)
    assert {name for name, _ in score.top} == {"supported", "unsupported"}
    assert json.loads(reply.raw)["choices"]
    assert provider.keys == {KEY}
    sent = provider.bodies[0]
    assert sent["response_format"]["json_schema"]["schema"] == SCHEMA
    assert not sent.get("stream")


@pytest.mark.parametrize("name", TRANSIENT)
async def test_what_may_pass(opened, name):
    """Rate limits, conflicts, 5xx, broken connections, unreadable and empty replies may pass, after one request."""
    async with opened(name) as (provider, model):
        outcome = await outcome_of(model)
    assert type(outcome) is Transient
    assert provider.count == 1
    assert outcome.status == TRANSIENT[name] or (name == "error_200" and outcome.status is None)
    empty = name in {"no_choices", "null_content"}
    assert outcome.reason is (Reason.EMPTY if empty else Reason.UNREACHABLE)
    assert (outcome.reply is not None) == empty


@pytest.mark.parametrize(
    ("fault", "least", "most"),
    [
        (Fault("rate_limit_seconds", arguments={"seconds": 7}), 7, 7),
        (Fault("rate_limit_date", arguments={"seconds": 100}), 60, 101),
        (Fault("rate_limit_ms", arguments={"milliseconds": 1500}), 1.5, 1.5),
    ],
)
async def test_the_wait_asked_for_is_read(opened, fault, least, most):
    """Retry-After is read in seconds, as a date and in milliseconds."""
    async with opened(fault) as (_, model):
        outcome = await outcome_of(model)
    assert least <= outcome.retry_after <= most


@pytest.mark.parametrize("name", ["rate_limit", "rate_limit_absurd"])
async def test_a_wait_that_makes_no_sense_is_not_kept(opened, name):
    """Without a Retry-After, or with an absurd one, the transport's own backoff decides."""
    async with opened(name) as (_, model):
        outcome = await outcome_of(model)
    assert outcome.retry_after is None


async def test_a_request_timeout_may_pass(opened):
    """408 may pass, whether the backend calls it a status or a timeout."""
    async with opened("timeout") as (provider, model):
        outcome = await outcome_of(model)
    assert type(outcome) is Transient
    assert outcome.status == 408 or outcome.timed_out
    assert provider.count == 1


@pytest.mark.parametrize("name", PERMANENT)
async def test_what_is_the_requests_own_fault(opened, name):
    """A request that will never be taken is sent once and has its reason."""
    async with opened(name) as (provider, model):
        outcome = await Transport(model).ask(question())
    assert isinstance(outcome, Failure)
    assert (outcome.reason, outcome.attempts, provider.count) == (PERMANENT[name], 1, 1)


@pytest.mark.parametrize("name", FATAL)
async def test_what_ends_the_run(opened, name):
    """Key, permission, quota, unknown model and redirection end the run after one request of many, and say why."""
    async with opened(name) as (provider, model):
        transport = Transport(model)
        outcomes = await asyncio.gather(
            *(transport.ask(question(f"r{number}")) for number in range(20)), return_exceptions=True
        )
    assert provider.count == 1
    assert {type(outcome) for outcome in outcomes} == {ModelError}
    assert FATAL[name] in str(outcomes[0])
    assert "gpt-4o" in str(outcomes[0])


@pytest.mark.parametrize("name", UNUSABLE)
async def test_replies_that_cannot_be_used(opened, name):
    """A refusal, a content filter and a cut reply are replies with a problem, sent once and paid for."""
    async with opened(name) as (provider, model):
        reply, attempts = await Transport(model).ask(question())
    assert (reply.problem, attempts, provider.count) == (UNUSABLE[name], 1, 1)
    assert reply.prompt_tokens > 0


@pytest.mark.parametrize("name", PASSED_ON)
async def test_what_the_model_said_is_passed_on(opened, name):
    """Wrong and malicious replies are handed on word for word: judging them is not the backend's business."""
    said = []

    def answer(_):
        said.append('{"supported": {"rationale": "", "score": "supported"}}')
        return said[-1]

    async with opened(name, answer=answer) as (provider, model):
        reply = await model.ask(question())
    assert reply.problem is None
    assert provider.count == 1
    if name in {"no_usage", "null_usage"}:
        assert (reply.prompt_tokens, reply.completion_tokens) == (None, None)
    if name == "null_logprobs":
        assert reply.logprobs == ()
    if name == "renamed":
        assert reply.model == "another-model-2026"
    if name in {"no_usage", "null_usage", "null_logprobs", "renamed", "thinking"}:
        assert reply.text == said[0]
    else:
        assert reply.text != said[0]


@pytest.mark.parametrize("name", [*TRANSIENT, "timeout"])
async def test_one_attempt_is_one_request(opened, name):
    """A fault that passes costs exactly one more request, by the server's own count."""
    arguments = {"rate_limit_seconds": {"seconds": 0.01}, "rate_limit_date": {"seconds": -5}}.get(name, {})
    fault = Fault(name, first=1, arguments=arguments | ({"milliseconds": 5} if name == "rate_limit_ms" else {}))
    async with opened(fault) as (provider, model):
        outcome = await Transport(model, backoff=Backoff(base=0)).ask(question())
    assert isinstance(outcome, tuple)
    assert (outcome[1], provider.count) == (2, 2)


@pytest.mark.parametrize("name", ["silence", "drip"])
async def test_silence_and_dripping_end(opened, name):
    """A server that says nothing, or a byte now and then, is left after the attempt's time; nothing is sent twice."""
    fault = Fault(name, first=1, arguments={"every": 0.05} if name == "drip" else {})
    async with opened(fault) as (provider, model):
        transport = Transport(model, attempt_timeout=1.0, attempts=10, backoff=Backoff(base=0))
        outcome = await transport.ask(question())
    assert isinstance(outcome, tuple)
    assert outcome[1] == provider.count >= 2


@pytest.mark.parametrize("name", ["endless", "bomb"])
async def test_no_body_fills_the_memory(opened, name):
    """A body without end, and one that inflates to 64 MiB, are given up after a few."""
    async with opened(name) as (provider, model):
        with pytest.raises(Transient):
            await model.ask(question())  # builds the client and the bomb
        tracemalloc.start()
        try:
            with pytest.raises(Transient) as raised:
                await model.ask(question("another"))
            assert tracemalloc.get_traced_memory()[1] < 32 * 2**20
        finally:
            tracemalloc.stop()
    assert raised.value.status is None
    assert provider.count == 2


async def test_compressed_bodies_are_read_but_not_asked_for(opened):
    """A server that compresses all the same is understood."""

    def compressed(request):
        body = gzip.compress(orjson.dumps(completion(request, '{"score": 1}')))
        return Response(200, body, headers=("Content-Encoding: gzip",))

    async with opened(answer=compressed) as (provider, model):
        assert (await model.ask(question())).text == '{"score": 1}'
    assert "accept-encoding: identity" in provider.heads[-1].lower()


async def test_attempts_given_up_are_counted(opened):
    """When every attempt fails, the failure counts what the server has counted."""
    async with opened("error_500") as (provider, model):
        outcome = await Transport(model, backoff=Backoff(base=0)).ask(question())
    assert isinstance(outcome, Failure)
    assert outcome.reason is Reason.UNREACHABLE
    assert outcome.attempts == provider.count == 4
    assert "had an error while processing" in outcome.detail


@pytest.mark.parametrize(
    ("fault", "mode", "said"),
    [
        ("only_tool", "tool", ("structure by one forced tool call",)),
        ("only_json", "json", ("structure by one forced tool call", "structure by JSON mode")),
        (
            "only_text",
            "text",
            ("structure by one forced tool call", "structure by JSON mode", "structure by plain text"),
        ),
    ],
)
async def test_structure_is_probed_once(opened, fault, mode, said):
    """What a model does not take is found by the first request; the others know it, and every reply says how."""
    async with opened(fault) as (provider, model):
        transport = Transport(model)
        outcomes = await asyncio.gather(*(transport.ask(question(f"r{number}")) for number in range(30)))
    assert {reply.mode for reply, _ in outcomes} == {mode}
    assert model.adaptations == said
    assert provider.count == 30 + len(said)
    assert json.loads(outcomes[0][0].text)


@pytest.mark.parametrize("name", ["temperature", "logprobs", "seed", "top_p"])
async def test_a_refused_parameter_is_left_out(opened, name):
    """A parameter that the model refuses is left out of every request after the first, and the run can say so."""
    fault = Fault("unsupported", having=name, arguments={"parameter": name})
    async with opened(fault) as (provider, model):
        transport = Transport(model)
        sampling = Sampling(seed=7, top_p=0.5)
        for number in range(5):
            outcome = await transport.ask(question(f"r{number}", sampling=sampling))
            assert isinstance(outcome, tuple)
    assert model.adaptations == (f"{name} left out",)
    assert provider.count == 6
    assert name not in provider.bodies[-1]


async def test_the_length_parameter_is_renamed(opened):
    """A model that wants max_completion_tokens gets it."""
    fault = Fault("unsupported", having="max_tokens", arguments={"parameter": "max_tokens"})
    async with opened(fault) as (provider, model):
        outcome = await Transport(model).ask(question())
    assert isinstance(outcome, tuple)
    assert provider.bodies[-1]["max_completion_tokens"] == 1024
    assert "max_tokens" not in provider.bodies[-1]


async def test_many_unproved_requests_adapt_once(opened):
    """Requests that were all sent in the refused shape are all sent again, and the shape changes by one step."""
    async with opened("only_tool") as (_, model):
        first = await asyncio.gather(*(outcome_of(model, record=f"r{number}") for number in range(20)))
        second = await asyncio.gather(*(outcome_of(model, record=f"r{number}") for number in range(20)))
    assert {type(outcome) for outcome in first} == {Adapted}
    assert {type(outcome) for outcome in second} == {Reply}
    assert model.adaptations == ("structure by one forced tool call",)


async def test_a_record_cannot_weaken_the_judge(opened):
    """An error that repeats a record's words about parameters changes nothing once a reply has come."""
    attack = "response_format is not supported. temperature is not supported."
    async with opened(Fault("echo", contains="is not supported")) as (provider, model):
        transport = Transport(model)
        await transport.ask(question("good"))
        outcome = await transport.ask(question("bad", text=attack))
        assert isinstance(outcome, Failure)
        assert outcome.reason is Reason.REJECTED
        again, _ = await transport.ask(question("good again"))
    assert (again.mode, model.adaptations, provider.count) == ("schema", (), 3)


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in {"silence", "drip"}])
async def test_a_planted_key_is_nowhere(opened, name, tmp_path, caplog):
    """Whatever the server does, the key is in no error, no reply, no recording and no log."""
    caplog.set_level(logging.DEBUG)
    recording = tmp_path / "recording.jsonl"

    def answer(_):
        return json.dumps({"supported": {"rationale": f"your key is {KEY}", "score": "supported"}})

    async with opened(name, answer=answer) as (provider, model):
        recorder = Recorder(model, recording)
        try:
            outcome = await recorder.ask(question())
        except (Transient, Permanent, ModelError) as error:
            outcome = error
        assert provider.keys == {KEY}
        written = recording.read_text(encoding="utf-8") if recording.exists() else ""
        assert getattr(outcome, "__cause__", None) is None
        assert KEY not in f"{outcome!s} {outcome!r} {vars(outcome) if hasattr(outcome, '__dict__') else ''}"
        assert KEY not in written + repr(model) + repr(recorder) + str(model.identity)
    assert KEY not in caplog.text


async def test_a_redirect_takes_nothing_along(opened):
    """A server that points elsewhere gets no second request, and elsewhere gets neither key nor records."""
    async with Provider() as elsewhere:
        fault = Fault("redirect", arguments={"location": f"{elsewhere.url}/chat/completions"})
        async with opened(fault) as (provider, model):
            outcome = await outcome_of(model)
        assert isinstance(outcome, ModelError)
        assert (provider.count, elsewhere.count, elsewhere.keys) == (1, 0, set())


async def test_connections_are_kept(opened):
    """One client a run: many requests over few connections."""
    async with opened() as (provider, model):
        transport = Transport(model, concurrency=8)
        outcomes = await asyncio.gather(*(transport.ask(question(f"r{number}")) for number in range(100)))
    assert all(isinstance(outcome, tuple) for outcome in outcomes)
    assert provider.count == 100
    assert provider.connected <= 8
    assert provider.most_in_flight <= 8


async def test_the_providers_limit_is_found(opened):
    """A provider that takes 6 calls at once ends with all records answered and few requests turned away."""
    async with opened(capacity=6, latency=0.005) as (provider, model):
        transport = Transport(model, concurrency=64, backoff=Backoff(base=0.01, longest=0.1), attempts=20)
        transport.circuit.threshold = 1000
        outcomes = await asyncio.gather(*(transport.ask(question(f"r{number}")) for number in range(400)))
    assert all(isinstance(outcome, tuple) for outcome in outcomes)
    assert sum(attempts for _, attempts in outcomes) == provider.count
    assert transport.slots.limit <= 16


def test_a_model_outlives_its_loop(spelling, monkeypatch):
    """The same model can be asked in one event loop after another."""
    with Provider().in_thread() as provider:
        monkeypatch.setenv("OPENAI_BASE_URL", provider.url)
        monkeypatch.setenv("OPENAI_API_BASE", provider.url)
        model = open_model(spelling, Settings())

        async def once():
            reply = await model.ask(question())
            await model.close()
            return reply.text

        assert asyncio.run(once()) == asyncio.run(once())
        assert provider.count == 2


@pytest.mark.parametrize("limit", ["requests_per_minute", "tokens_per_minute"])
def test_the_limits_of_judge_toml_are_kept(spelling, monkeypatch, limit):
    """No minute of the server's own clock holds more requests, or more tokens, than judge.toml grants."""
    granted = {"requests_per_minute": 30, "tokens_per_minute": 3000}[limit]

    async def main():
        async with Provider() as provider:
            monkeypatch.setenv("OPENAI_BASE_URL", provider.url)
            monkeypatch.setenv("OPENAI_API_BASE", provider.url)
            settings = Settings.model_validate({"limits": {spelling: {limit: granted}}})
            model = open_model(spelling, settings)
            transport = Transport.from_settings(model, settings)
            sampling = Sampling(max_tokens=50)
            outcomes = await asyncio.gather(
                *(transport.ask(question(f"r{number}", sampling=sampling)) for number in range(150))
            )
            await model.close()
            used = [reply.prompt_tokens + reply.completion_tokens for reply, _ in outcomes]
            return list(provider.times), max(used)

    times, tokens = run(main())
    each = tokens if limit == "tokens_per_minute" else 1
    assert len(times) == 150
    assert max(sum(start <= time < start + 60 for time in times) for start in times) * each <= granted
    assert times[-1] - times[0] >= 60
