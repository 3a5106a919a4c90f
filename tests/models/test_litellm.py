"""What only the litellm backend has: other providers, their keys, and litellm's own habits."""

import asyncio
import json
import subprocess
import sys

import pytest

from judge.errors import ModelError
from judge.models.registry import open_model
from judge.models.request import Price, Sampling, Transient
from judge.models.transport import Transport
from judge.scores import Reason
from judge.settings import Settings
from provider.faults import Fault
from provider.questions import question
from provider.server import Provider

KEY = "sk-planted-0123456789abcdef"
CLAUDE = "anthropic/claude-sonnet-4-5"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """Planted keys, and nothing of the machine's own."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(name, KEY)
    for name in ("MISTRAL_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def claude(monkeypatch):
    """Opens Claude at a provider."""

    def opened(provider):
        monkeypatch.setenv("ANTHROPIC_API_BASE", provider.url.removesuffix("/v1"))
        return open_model(CLAUDE, Settings())

    return opened


async def ask(model, **options):
    """One request through the transport, and the model closed after it."""
    outcome = await Transport(model).ask(question(**options))
    await model.close()
    return outcome


@pytest.mark.parametrize(
    ("spelling", "variables"),
    [
        ("mistral/mistral-large-latest", "MISTRAL_API_KEY"),
        ("gemini/gemini-2.5-flash", "GOOGLE_API_KEY or GEMINI_API_KEY"),
        ("litellm/mistral/mistral-large-latest", "MISTRAL_API_KEY"),
    ],
)
def test_a_missing_key_is_named(spelling, variables):
    """The provider's variable is named before anything is sent."""
    with pytest.raises(ModelError, match=f"the environment variable {variables} holds no key"):
        open_model(spelling, Settings())


def test_one_of_two_keys_is_enough(monkeypatch):
    """A provider that takes either of two variables is content with one."""
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    assert open_model("gemini/gemini-2.5-flash", Settings()).price == Price(0.3, 2.5)


def test_prices_come_from_somewhere():
    """The shipped table goes first, litellm's own follows, the operator's goes before both."""
    assert open_model(CLAUDE, Settings()).price == Price(3, 15)
    assert open_model("litellm/openai/gpt-4", Settings()).price == Price(30, 60)
    own = Settings.model_validate({"prices": {CLAUDE: {"prompt": 1, "completion": 2}}})
    assert open_model(CLAUDE, own).price == Price(1, 2)


def test_its_identity_is_provider_and_model():
    """Through litellm or not, a judge is told apart by who answers."""
    assert open_model(CLAUDE, Settings()).identity == {"endpoint": "litellm/anthropic", "model": CLAUDE}


async def test_another_provider_is_asked_in_its_own_form(claude):
    """Anthropic's own protocol: the key in its header, the schema in its place, the usage read."""
    async with Provider() as provider:
        reply, attempts = await ask(claude(provider))
    assert (attempts, provider.count, provider.keys) == (1, 1, {KEY})
    assert json.loads(reply.text)["supported"]["score"]
    assert reply.prompt_tokens > 0
    assert reply.mode == "schema"


async def test_what_litellm_knows_is_not_probed(claude):
    """Parameters that litellm says the provider lacks are left out of the first request already."""
    async with Provider() as provider:
        _, attempts = await ask(claude(provider), sampling=Sampling(seed=7))
    assert (attempts, provider.count) == (1, 1)


@pytest.mark.parametrize(
    ("name", "words"), [("unauthorized", "was refused"), ("quota", "no quota or credit"), ("unknown_model", "is wrong")]
)
async def test_fatal_errors_are_fatal_there_too(claude, name, words):
    """Another provider's key, quota and model errors end the run after one request."""
    async with Provider([name]) as provider:
        with pytest.raises(ModelError, match=words) as caught:
            await ask(claude(provider))
    assert provider.count == 1
    assert KEY not in str(caught.value)


async def test_overload_is_told_from_failure(claude):
    """Anthropic's 529, which litellm turns into 500, still slows the run down."""
    async with Provider(["overloaded"]) as provider:
        model = claude(provider)
        with pytest.raises(Transient) as caught:
            await model.ask(question())
        await model.close()
    assert caught.value.status == 529
    assert caught.value.congested


@pytest.mark.parametrize(("name", "reason"), [("content_filter", Reason.BLOCKED), ("length", Reason.CUT)])
async def test_unusable_replies_are_told_apart(claude, name, reason):
    """Stop reasons of another provider have the same meaning."""
    async with Provider([name]) as provider:
        reply, _ = await ask(claude(provider))
    assert (reply.problem, provider.count) == (reason, 1)


async def test_a_key_in_a_header_of_its_own_is_not_redirected(claude):
    """A redirect is not followed: a key that is no bearer token would go along with it."""
    async with Provider() as elsewhere:
        redirect = Fault("redirect", arguments={"location": f"{elsewhere.url}/messages"})
        async with Provider([redirect]) as provider:
            model = claude(provider)
            with pytest.raises((ModelError, Transient)):
                await model.ask(question())
            await model.close()
        assert (provider.count, elsewhere.count, elsewhere.keys) == (1, 0, set())


async def test_two_models_share_connections(claude):
    """Closing one model does not cut the other off."""
    async with Provider() as provider:
        first, second = claude(provider), claude(provider)
        await asyncio.gather(first.ask(question("a")), second.ask(question("b")))
        await first.close()
        await second.ask(question("c"))
        await second.close()
        await second.close()
    assert provider.count == 3


async def test_a_call_with_a_tool_needs_nothing_else(monkeypatch):
    """A forced tool call works without the packages of litellm's proxy."""
    async with Provider(["only_tool"]) as provider:
        monkeypatch.setenv("OPENAI_BASE_URL", provider.url)
        monkeypatch.setenv("OPENAI_API_BASE", provider.url)
        reply, attempts = await ask(open_model("litellm/openai/gpt-4o", Settings()))
    assert (reply.mode, attempts) == ("tool", 2)


def test_nobody_else_is_called():
    """Loading litellm, opening a model and asking it connects to that model's server and to no other host."""
    code = """
import asyncio, os, socket, sys
sys.path.insert(0, "tests")
called = []
connect, lookup = socket.socket.connect, socket.getaddrinfo
def watched(self, address):
    called.append(address[0] if isinstance(address, tuple) else "local")
    return connect(self, address)
def looked_up(host, *rest, **options):
    called.append(host)
    return lookup(host, *rest, **options)
socket.socket.connect, socket.getaddrinfo = watched, looked_up
from provider.questions import question
from provider.server import Provider
from judge.models.registry import open_model
from judge.settings import Settings
with Provider().in_thread() as provider:
    os.environ["ANTHROPIC_API_BASE"] = provider.url.removesuffix("/v1")
    async def main():
        model = open_model("anthropic/claude-sonnet-4-5", Settings())
        await model.ask(question())
        await model.close()
    asyncio.run(main())
print(provider.count, {str(host) for host in called if host} - {"127.0.0.1", "local"})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.stderr == ""
    assert done.stdout.split("\n")[0] == "1 set()"
