import asyncio
import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import jsonschema
import pytest

from provider.faults import FAULTS, Fault
from provider.questions import SCHEMA
from provider.server import Provider
from provider.virtual_time import now, run


def post(url, **fields):
    """Status and body of a chat completion request."""
    body = {"model": "m", "messages": [{"role": "user", "content": "hello"}]} | fields
    request = urllib.request.Request(  # noqa: S310 - the loopback server
        f"{url}/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - the loopback server
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


FORM = {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": SCHEMA}}


def test_a_reply_satisfies_the_schema():
    """By default the reply is valid, and the same for the same messages."""
    with Provider().in_thread() as provider:
        replies = [post(provider.url, response_format=FORM)[1] for _ in range(2)]
    texts = [reply["choices"][0]["message"]["content"] for reply in replies]
    assert texts[0] == texts[1]
    jsonschema.validate(json.loads(texts[0]), SCHEMA)
    assert provider.report() == {
        "count": 2,
        "counts": {"answered": 2},
        "most_in_flight": 1,
        "records": 1,
        "tokens": sum(reply["usage"]["total_tokens"] for reply in replies),
        "answered": 1,
        "answered_again": 1,
    }


def test_different_messages_get_different_scores():
    """Scores follow from the messages, so that a run has something to count."""
    with Provider().in_thread() as provider:
        texts = {
            post(provider.url, messages=[{"role": "user", "content": str(number)}], response_format=FORM)[1]["choices"][
                0
            ]["message"]["content"]
            for number in range(30)
        }
    assert len(texts) == 2


def test_a_share_of_the_records_is_befallen():
    """A fault befalls its share of the records, at their first requests only if so told."""
    with Provider(["error_500:0.3:1"]).in_thread() as provider:
        first = [post(provider.url, messages=[{"role": "user", "content": str(n)}])[0] for n in range(200)]
        second = [post(provider.url, messages=[{"role": "user", "content": str(n)}])[0] for n in range(200)]
    assert 35 <= first.count(500) <= 85
    assert second.count(500) == 0


def test_a_capacity_turns_requests_away():
    """More requests at once than it takes are answered 429, and it knows how many there were."""

    async def main():
        async with Provider(capacity=0) as provider:
            status, _ = await asyncio.to_thread(post, provider.url)
        return status, provider.counts["over_capacity"]

    assert asyncio.run(main()) == (429, 1)


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_every_fault_is_counted(name):
    """Each fault can be played and is counted under its name."""

    async def main():
        async with Provider([name]) as provider:
            _, writer = await asyncio.open_connection("127.0.0.1", int(provider.url.split(":")[2].split("/")[0]))
            body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "x"}], "max_tokens": 5}).encode()
            writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            while not provider.count:  # noqa: ASYNC110 - the provider has no event for it
                await asyncio.sleep(0)
            writer.close()
            return provider.count, dict(provider.counts)

    assert asyncio.run(main()) == (1, {name: 1})


def test_an_unknown_fault_is_a_mistake():
    """A misspelt fault does not play as no fault."""
    with pytest.raises(ValueError, match="no fault is called 'eror_500'"):
        Fault.read("eror_500")


def test_it_runs_as_a_script():
    """As a script it prints its URL, serves, and tells what it has seen."""
    script = Path(__file__).with_name("server.py")
    with subprocess.Popen(  # noqa: S603
        [sys.executable, str(script), "--fault", "unavailable"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            url = process.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", url)
            assert post(url)[0] == 503
            counts = url.removesuffix("/v1") + "/counts"
            with urllib.request.urlopen(counts, timeout=10) as response:  # noqa: S310 - the loopback server
                assert json.loads(response.read())["counts"] == {"unavailable": 1}
        finally:
            process.terminate()


def test_virtual_time_jumps():
    """A wait of an hour is over at once, and the clock shows it; a wait for nothing is an error, not a hang."""

    async def hour():
        await asyncio.sleep(3600)
        return now()

    async def for_ever():
        await asyncio.Event().wait()

    assert run(hour()) == pytest.approx(3600)
    with pytest.raises(RuntimeError, match="nothing will ever happen"):
        run(for_ever())
