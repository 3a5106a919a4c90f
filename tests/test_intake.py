"""The intake, over real connections."""

import asyncio
import gzip
import json
import socket

import aiohttp
import pytest

from judge.intake import MAX_BODY, Intake, serve
from judge.logs import read_log

SPAN = {
    "name": "chat",
    "traceId": "5b8efff798038103d269b633813fc60c",
    "spanId": "eee19b7ec3c1b174",
    "startTimeUnixNano": "1760000000000000000",
    "endTimeUnixNano": "1760000001500000000",
    "attributes": [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {
            "key": "gen_ai.input.messages",
            "value": {"stringValue": '[{"role": "user", "parts": [{"type": "text", "content": "To Norway?"}]}]'},
        },
        {
            "key": "gen_ai.output.messages",
            "value": {"stringValue": '[{"role": "assistant", "parts": [{"type": "text", "content": "Yes."}]}]'},
        },
    ],
}
EXPORT = {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {}, "spans": [SPAN]}]}]}


class Running:
    """A server on loopback, and what a program would send to it."""

    def __init__(self, url, session):
        self.url = url
        self._session = session

    async def post(self, path, data, **headers):
        """The status and the answer."""
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("content-type", "application/json")
        async with self._session.post(self.url + path, data=body, headers=named) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def start():
    """Starts an intake, and ends it after the test."""
    tasks, sessions = [], []

    async def begin(folder, token=None):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        ready = asyncio.Event()
        tasks.append(asyncio.create_task(serve(Intake(folder, token), "127.0.0.1", port, ready.set)))
        await ready.wait()
        sessions.append(aiohttp.ClientSession())
        return Running(f"http://127.0.0.1:{port}", sessions[-1])

    yield begin
    for session in sessions:
        await session.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def read(folder):
    """The records that an import would find."""
    return [entry.record for path in sorted(folder.iterdir()) for entry in read_log(path)]


async def test_records_in_every_form(start, tmp_path):
    """One object, a list, and one a line are taken, packed or not, and an import reads them."""
    server = await start(tmp_path)
    assert await server.post("/v1/records", {"id": "1", "response": "Yes."}) == (200, {"taken": 1})
    assert await server.post("/v1/records", [{"id": "2", "response": "a"}, {"id": "3", "response": "b"}]) == (
        200,
        {"taken": 2},
    )
    lines = b'{"id": "4", "response": "c"}\n{"id": "5", "response": "d\\nd"}\n'
    assert (await server.post("/v1/records", gzip.compress(lines), content_encoding="gzip"))[0] == 200
    assert [record.id for record in read(tmp_path)] == ["1", "2", "3", "4", "5"]


async def test_spans_are_read_as_records(start, tmp_path):
    """An OTLP export in JSON becomes a record, and stands apart from plain records."""
    server = await start(tmp_path)
    assert await server.post("/v1/traces", EXPORT) == (200, {"partialSuccess": {}})
    await server.post("/v1/records", {"id": "plain", "response": "x"})
    found = {record.response: record.question for record in read(tmp_path)}
    assert found == {"Yes.": "To Norway?", "x": None}


@pytest.mark.parametrize(
    ("path", "data", "headers", "expected"),
    [
        ("/v1/records", b"", {}, (400, "the body is empty")),
        ("/v1/records", b"[1]", {}, (400, "record 1 is no JSON object")),
        ("/v1/records", b'{"a": NaN}', {}, (400, "NaN is no JSON number")),
        ("/v1/records", b'{"a": 1}\n{"a": \n{"b": 2}', {}, (400, "is no JSON")),
        ("/v1/records", b"[" * 100_000, {}, (400, "is no JSON")),
        ("/v1/records", b"{}", {"content_encoding": "gzip"}, (400, "the body is no gzip")),
        ("/v1/records", b"{}", {"content_encoding": "br"}, (415, "gzip or none is")),
        (
            "/v1/records",
            gzip.compress(b" " * (MAX_BODY + 1)),
            {"content_encoding": "gzip"},
            (413, "unpacked it is over"),
        ),
        ("/v1/records", b"{}", {"origin": "https://example.org"}, (403, "not for pages in a browser")),
        ("/v1/traces", b"\n\x00", {"content_type": "application/x-protobuf"}, (415, "http/json")),
        ("/v1/traces", b"{}", {}, (400, "a list `resourceSpans`")),
    ],
)
async def test_what_is_not_taken(start, tmp_path, path, data, headers, expected):  # noqa: PLR0917 - pytest names them
    """A bad request is told what is wrong, and nothing of it is written."""
    server = await start(tmp_path)
    code, answer = await server.post(path, data, **headers)
    assert code == expected[0]
    assert expected[1] in answer["error"]
    assert list(tmp_path.iterdir()) == []


async def test_a_token_is_asked_for(start, tmp_path):
    """Where a token is set, nobody sends without it."""
    server = await start(tmp_path, "a token")
    assert (await server.post("/v1/records", {"response": "x"}))[0] == 401
    assert (await server.post("/v1/records", {"response": "x"}, authorization="Bearer no"))[0] == 401
    assert (await server.post("/v1/records", {"response": "x"}, authorization="Bearer a token"))[0] == 200


async def test_a_disk_that_does_not_take_it(start, tmp_path):
    """The sender is told to send again, and can."""
    folder = tmp_path / "log"
    folder.write_text("in the way")
    server = await start(folder)
    code, answer = await server.post("/v1/records", {"id": "1", "response": "x"})
    assert (code, "send it again" in answer["error"]) == (503, True)
    folder.unlink()
    assert (await server.post("/v1/records", {"id": "1", "response": "x"}))[0] == 200
    assert [record.id for record in read(folder)] == ["1"]


async def test_many_at_once(start, tmp_path):
    """Lines of many senders are whole, and none is lost."""
    server = await start(tmp_path)
    bodies = [[{"id": f"{n}/{m}", "response": "x" * 2000} for m in range(5)] for n in range(60)]
    done = await asyncio.gather(*(server.post("/v1/records", body) for body in bodies))
    assert {code for code, _ in done} == {200}
    assert len({record.id for record in read(tmp_path)}) == 300


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--host", "0.0.0.0"), "--token-env INTAKE_TOKEN"),  # noqa: S104 - it is refused
        (("--token-env", "EVENHAND_TEST_NO_SUCH"), "$EVENHAND_TEST_NO_SUCH: the environment variable is not set"),
    ],
)
def test_not_open_to_everybody(judge, options, message):
    """It is not served to other machines without a token."""
    done = judge("intake", "logs", *options)
    assert done.code == 2
    assert message in done.err
