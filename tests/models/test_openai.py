"""What only the openai backend has: endpoints of one's own, and what the SDK would send by itself."""

import asyncio
import socket

import pytest

from judge.errors import ModelError
from judge.models.registry import open_model
from judge.models.request import Transient
from judge.models.transport import Transport
from judge.settings import Settings
from provider.questions import question
from provider.server import Provider

KEY = "sk-planted-0123456789abcdef"


def local(url, **fields):
    """Settings with one endpoint of one's own."""
    return Settings.model_validate({"endpoints": {"local": {"base_url": url, **fields}}})


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """An environment full of secrets that an SDK may pick up."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ADMIN_KEY", f"admin-{KEY}")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-planted")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-planted")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"X-Gateway: gateway-{KEY}\nX-Other: other-planted")
    monkeypatch.setenv("LOCAL_KEY", "local-key-0123456789")


async def test_an_endpoint_without_a_key_gets_nothing():
    """No key, organisation, project or header meant for OpenAI reaches a server of one's own."""
    async with Provider() as provider:
        model = open_model("local/qwen", local(provider.url))
        await model.ask(question())
        await model.close()
    assert provider.keys == set()
    assert "planted" not in provider.heads[0]
    assert provider.bodies[0]["model"] == "qwen"


async def test_an_endpoint_gets_its_own_key_only():
    """key_env names the key that goes there, and nothing else does."""
    async with Provider() as provider:
        model = open_model("local/qwen", local(provider.url, key_env="LOCAL_KEY"))
        await model.ask(question())
        await model.close()
    assert provider.keys == {"local-key-0123456789"}
    assert "planted" not in provider.heads[0]


async def test_openai_gets_what_the_sdk_is_told(monkeypatch):
    """The headers that the user set for OpenAI's SDK go where OPENAI_BASE_URL says; the admin key never does."""
    async with Provider() as provider:
        monkeypatch.setenv("OPENAI_BASE_URL", provider.url)
        model = open_model("openai/gpt-4o", Settings())
        await model.ask(question())
        await model.close()
    head = provider.heads[0].lower()
    assert provider.keys == {KEY}
    assert "x-gateway: gateway-" in head
    assert "openai-organization: org-planted" in head
    assert "admin-" not in head


async def test_a_proxy_that_is_none_is_told(monkeypatch):
    """A proxy variable that cannot be used ends in one line, without the password in it."""
    monkeypatch.setenv("HTTPS_PROXY", "ftp://me:secret@proxy")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    model = open_model("openai/gpt-4o", Settings())
    with pytest.raises(ModelError, match=r"no connection to api.openai.com(.|\n)*HTTPS_PROXY") as caught:
        await model.ask(question())
    assert "secret" not in str(caught.value)


async def test_a_proxy_is_not_used_for_this_machine(monkeypatch):
    """A proxy of the environment sees nothing that goes to this machine."""
    async with Provider() as proxy, Provider() as provider:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        model = open_model("local/qwen", local(provider.url, key_env="LOCAL_KEY"))
        await model.ask(question())
        await model.close()
    assert (proxy.connected, provider.count) == (0, 1)


async def test_a_server_that_is_not_there_is_named():
    """A refused connection may pass, and says where it was refused."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        model = open_model("local/qwen", local(f"http://127.0.0.1:{port}/v1"))
        with pytest.raises(Transient, match=rf"127\.0\.0\.1: \w+Error: .*{port}"):
            await model.ask(question())
        await model.close()


async def test_a_wrong_path_says_so():
    """A base URL at which there is nothing ends the run and is said to be wrong."""
    async with Provider() as provider:
        model = open_model("local/qwen", local(provider.url.removesuffix("/v1")))
        with pytest.raises(ModelError, match="the base URL is wrong"):
            await model.ask(question())
        await model.close()


async def test_closing_twice_is_harmless():
    """A model that was closed, or never used, can be closed."""
    async with Provider() as provider:
        model = open_model("local/qwen", local(provider.url))
        await model.close()
        await model.ask(question())
        await model.close()
        await model.close()
    assert provider.count == 1


async def test_the_refused_key_is_named():
    """A refused key is named by its variable; a server that wants one and got none is told apart."""
    for fields, words in (
        ({"key_env": "LOCAL_KEY"}, "the key in LOCAL_KEY was refused"),
        ({}, "a request without a key was refused"),
    ):
        async with Provider(["unauthorized"]) as provider:
            model = open_model("local/qwen", local(provider.url, **fields))
            with pytest.raises(ModelError, match=words):
                await Transport(model).ask(question())
            await model.close()


async def test_a_thousand_records_with_faults_of_every_kind():
    """With faults of every passing kind, every record ends with a reply or a reason, and the counts add up."""
    kinds = ("rate_limit", "error_500", "unavailable", "drop", "half", "html", "no_choices", "refusal", "length")
    async with Provider([f"{kind}:0.02:1" for kind in kinds]) as provider:
        model = open_model("local/qwen", local(provider.url))
        transport = Transport(model, concurrency=32)
        transport.backoff = type(transport.backoff)(base=0.001, longest=0.01)
        outcomes = await asyncio.gather(*(transport.ask(question(f"r{number}")) for number in range(1000)))
        await model.close()
    assert all(isinstance(outcome, tuple) for outcome in outcomes)
    assert sum(attempts for _, attempts in outcomes) == provider.count
    unusable = sum(reply.problem is not None for reply, _ in outcomes)
    assert unusable == provider.counts["refusal"] + provider.counts["length"]
    assert provider.counts["answered"] == 1000 - unusable
    assert sum(provider.counts.values()) == provider.count
