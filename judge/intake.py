"""Intake: a small HTTP server that takes records and OpenTelemetry spans into a folder of log files."""

from __future__ import annotations

import asyncio
import hmac
import json
import zlib
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from judge.log_file import LogFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aiohttp.typedefs import Handler

MAX_BODY: Final = 16 * 1024 * 1024
"""Most bytes of one request, unpacked; also the longest line that an import reads."""

RECORDS: Final = "/v1/records"
TRACES: Final = "/v1/traces"

_SPANS: Final = ("resourceSpans", "resource_spans")


class Refused(Exception):  # noqa: N818 - a signal inside this module that ends up as an answer
    """A request that is not taken.

    Args:
        status: The status of the answer.
        message: Why, and what to do.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Shelf:
    """The open file of one kind of lines.

    Args:
        folder: Where files go.
        kind: As for `LogFile`.
    """

    def __init__(self, folder: Path, kind: str) -> None:
        self._folder = folder
        self._kind = kind
        self._file: LogFile | None = None

    def put(self, data: bytes) -> None:
        """Append whole lines and see them to the disk.

        Raises:
            OSError: They cannot be written.
        """
        if self._file is None or not self._file.fits(len(data)):
            self.close()
            self._file = LogFile(self._folder, self._kind)
        self._file.append(data)
        self._file.sync()

    def close(self) -> None:
        """Give back the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


class Intake:
    """What the server does with a request: checks it, writes it down, and only then says that it has it.

    Args:
        folder: Where files go.
        token: What senders show as ``Authorization: Bearer TOKEN``; None where anybody who reaches it may send.
    """

    def __init__(self, folder: Path, token: str | None) -> None:
        self._token = token
        self._records = Shelf(folder, "")
        # Spans have files of their own: what wrote a file is told once for all its lines.
        self._spans = Shelf(folder, ".otel")
        # One writer at a time: a batch that failed half-way is taken back to where it began.
        self._turn = asyncio.Lock()
        self.taken = 0

    def app(self) -> web.Application:
        """The application."""
        app = web.Application(client_max_size=MAX_BODY, middlewares=[_told])
        app.router.add_post(RECORDS, self.records)
        app.router.add_post(TRACES, self.traces)
        app.router.add_get("/health", _health)
        app.on_cleanup.append(self._close)
        return app

    async def records(self, request: web.Request) -> web.Response:
        """Take one record as JSON, a list of them, or one a line."""
        rows = _rows(await self._body(request))
        await self._keep(self._records, rows)
        return web.json_response({"taken": len(rows)})

    async def traces(self, request: web.Request) -> web.Response:
        """Take an OTLP export of spans in JSON."""
        if request.content_type != "application/json":
            raise Refused(415, "send JSON: OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/json")
        value = _parsed(await self._body(request), "the body")
        if not any(isinstance(value.get(name), list) for name in _SPANS):
            raise Refused(400, "an export of spans has a list `resourceSpans`")
        await self._keep(self._spans, [value])
        return web.json_response({"partialSuccess": {}})

    async def _body(self, request: web.Request) -> bytes:
        self._admit(request)
        data = await request.read()
        packing = request.headers.get("content-encoding", "identity").lower()
        if packing == "gzip":
            data = _unpacked(data)
        elif packing != "identity":
            raise Refused(415, f"the content encoding {packing[:40]!r} is not read; gzip or none is")
        return data

    def _admit(self, request: web.Request) -> None:
        # A page in a browser can send to this machine, but cannot send JSON elsewhere without being asked first.
        if "origin" in request.headers:
            raise Refused(403, "this is for programs, not for pages in a browser")
        if self._token is None:
            return
        shown = request.headers.get("authorization", "").removeprefix("Bearer ").encode("utf-8", "replace")
        if not hmac.compare_digest(shown, self._token.encode()):
            raise Refused(401, "show the token: Authorization: Bearer TOKEN")

    async def _keep(self, shelf: Shelf, rows: list[dict[str, Any]]) -> None:
        data = b"".join(json.dumps(row).encode("ascii") + b"\n" for row in rows)
        async with self._turn:
            try:
                await asyncio.to_thread(shelf.put, data)
            except OSError as error:
                raise Refused(503, f"it cannot be written: {error.strerror or error}; send it again") from error
        self.taken += len(rows)

    async def _close(self, _app: web.Application) -> None:
        self._records.close()
        self._spans.close()


@web.middleware
async def _told(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refused as refused:
        return web.json_response({"error": refused.message}, status=refused.status)


async def _health(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def _rows(data: bytes) -> list[dict[str, Any]]:
    """The records of a body: one JSON text, or a JSON text a line."""
    lines = [line for line in data.splitlines() if line.strip()]
    if not lines:
        raise Refused(400, "the body is empty")
    if len(lines) > 1 and lines[0].lstrip()[:1] == b"{" and lines[0].rstrip()[-1:] == b"}":
        return [_parsed(line, f"line {number}") for number, line in enumerate(lines, start=1)]
    value = _loaded(data, "the body")
    rows = value if isinstance(value, list) else [value]
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise Refused(400, f"record {number} is no JSON object")
    return rows


def _parsed(data: bytes, what: str) -> dict[str, Any]:
    value = _loaded(data, what)
    if not isinstance(value, dict):
        raise Refused(400, f"{what} is no JSON object")
    return value


def _loaded(data: bytes, what: str) -> Any:
    try:
        return json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"{what} is no JSON: {error}") from error


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _unpacked(data: bytes) -> bytes:
    reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        found = reader.decompress(data, MAX_BODY + 1)
    except zlib.error as error:
        raise Refused(400, "the body is no gzip") from error
    if len(found) > MAX_BODY:
        raise Refused(413, f"unpacked it is over {MAX_BODY} bytes")
    return found


async def serve(intake: Intake, host: str, port: int, ready: Callable[[], None]) -> None:
    """Serve until it is cancelled.

    Args:
        intake: What answers.
        host: Address to listen on.
        port: Port.
        ready: Called once it listens.

    Raises:
        OSError: It cannot listen there.
    """
    # Unpacking is ours, so that a small body cannot become a huge one.
    runner = web.AppRunner(intake.app(), access_log=None, auto_decompress=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        ready()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
