"""A loopback OpenAI-compatible server that counts requests itself and plays faults by rule.

    python tests/provider/server.py --port 0 --latency 0.2 --fault rate_limit:0.02:1

prints its base URL and serves until it is ended; ``GET /counts`` tells what it has seen.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import sys
import threading
import time
from collections import Counter, deque
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import orjson

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from provider.answers import answer, completion, schema_in
from provider.anthropic import from_chat, to_chat
from provider.faults import FAULTS, Asked, Fault, Response, error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_END = b"\r\n\r\n"
_REASONS = {status.value: status.phrase for status in HTTPStatus}


class Provider:
    """The server.

    Args:
        faults: Rules; the first that fits a request is played.
        answer: Called with the request's body for the reply's text (or a `Response`); by default the reply satisfies
            the request's schema, the same for the same messages.
        latency: Seconds before each reply.
        capacity: Most requests at once; more are answered 429 at once.
        port: Port on 127.0.0.1; 0 for a free one.

    Attributes:
        count: Requests to chat/completions (and to messages, Anthropic's form) received.
        counts: How each was answered: a fault's name, ``answered`` or ``over_capacity``.
        keys: Every key that was sent.
        bodies: The last request bodies.
        heads: The last request heads, as they came.
        times: When the last requests came, by its own clock.
        connected: Connections made.
        most_in_flight: Most requests at once.
        answered: Hash of the messages -> how often they were answered well.
        asked: Hash of the messages -> how often they were received.
        tokens: Tokens of every completion that it has made, whether the caller was told or not.
    """

    def __init__(
        self,
        faults: Sequence[Fault | str] = (),
        *,
        answer: Callable[[dict[str, Any]], str | Response] | None = None,
        latency: float = 0.0,
        capacity: int | None = None,
        port: int = 0,
    ) -> None:
        self.faults = [Fault.read(fault) if isinstance(fault, str) else fault for fault in faults]
        self.latency = latency
        self.capacity = capacity
        self.count = 0
        self.counts: Counter[str] = Counter()
        self.keys: set[str] = set()
        self.bodies: deque[dict[str, Any]] = deque(maxlen=1000)
        self.heads: deque[str] = deque(maxlen=1000)
        self.times: deque[float] = deque(maxlen=1000)
        self.connected = 0
        self.in_flight = 0
        self.most_in_flight = 0
        self.answered: Counter[int] = Counter()
        self.connections: set[_Connection] = set()
        self._answer = answer
        self.asked: Counter[int] = Counter()
        self.tokens = 0
        self._schema: dict[str, Any] | None = None
        self._port = port
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Its base URL, e.g. for OPENAI_BASE_URL."""
        return f"http://127.0.0.1:{self._port}/v1"

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", self._port, backlog=1024)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for connection in list(self.connections):
            connection.end()
        if self._server is not None:
            await self._server.wait_closed()

    @contextlib.contextmanager
    def in_thread(self) -> Iterator[Self]:
        """Serve from a thread with a loop of its own, for callers without one."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        asyncio.run_coroutine_threadsafe(self.__aenter__(), loop).result()
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self.__aexit__(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def report(self) -> dict[str, Any]:
        """What it has seen, as ``GET /counts`` tells it beside the seconds of CPU of its process."""
        return {
            "count": self.count,
            "counts": dict(self.counts),
            "most_in_flight": self.most_in_flight,
            "records": len(self.asked),
            "tokens": self.tokens,
            "answered": len(self.answered),
            "answered_again": sum(self.answered.values()) - len(self.answered),
        }

    def respond(self, path: bytes, headers: bytes, body: bytes) -> Response:
        """What to send back."""
        if path.startswith(b"/counts"):
            return Response(200, orjson.dumps(self.report() | {"cpu": time.process_time()}))
        place = path.split(b"?")[0]
        if place == b"/v1/messages":
            return from_chat(self._answered(headers, to_chat(orjson.loads(body)), body))
        if place != b"/v1/chat/completions":
            return error(404, f"There is nothing at {path.decode(errors='replace')}.")
        return self._answered(headers, orjson.loads(body), body)

    def _answered(self, headers: bytes, request: dict[str, Any], body: bytes) -> Response:
        self.count += 1
        key = _key_in(headers)
        if key:
            self.keys.add(key)
        self.heads.append(headers.decode(errors="replace"))
        self.bodies.append(request)
        self.times.append(asyncio.get_running_loop().time())
        draw = int.from_bytes(hashlib.blake2b(orjson.dumps(request["messages"]), digest_size=8).digest(), "big")
        self.asked[draw] += 1
        if self.capacity is not None and self.in_flight > self.capacity:
            self.counts["over_capacity"] += 1
            return error(429, "Too many requests at once.", code="rate_limit_exceeded")
        self._schema = schema_in(request) or self._schema
        return self._play(request, body, draw, key)

    def _play(self, request: dict[str, Any], body: bytes, draw: int, key: str) -> Response:
        text = self._answer(request) if self._answer is not None else answer(self._schema, draw)
        if isinstance(text, Response):
            self.counts["answered"] += 1
            return text
        for fault in self.faults:
            if self._fits(fault, request, body, draw):
                self.counts[fault.name] += 1
                return FAULTS[fault.name](Asked(request, text, draw, key, self._completion), **fault.arguments)
        self.counts["answered"] += 1
        self.answered[draw] += 1
        return Response(200, orjson.dumps(self._completion(request, text)))

    def _completion(self, request: dict[str, Any], text: str, **message: Any) -> dict[str, Any]:
        body = completion(request, text, **message)
        self.tokens += body["usage"]["total_tokens"]
        return body

    def _fits(self, fault: Fault, request: dict[str, Any], body: bytes, draw: int) -> bool:
        if fault.times is not None and self.asked[draw] > fault.times:
            return False
        if fault.first is not None and self.count > fault.first:
            return False
        if self.count <= fault.after:
            return False
        if fault.having is not None and fault.having not in request:
            return False
        if fault.contains is not None and fault.contains.encode() not in body:
            return False
        return fault.share >= 1 or _share(fault.name, draw) < fault.share


class _Connection(asyncio.Protocol):
    """One keep-alive HTTP/1.1 connection."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._transport: Any = None
        self._buffer = b""
        self._busy = False
        self._timers: list[asyncio.TimerHandle] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._provider.connections.add(self)
        self._provider.connected += 1

    def connection_lost(self, _: Exception | None) -> None:
        self._provider.connections.discard(self)
        self._finish()
        for timer in self._timers:
            timer.cancel()

    def end(self) -> None:
        """Drop the connection."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, rest = self._buffer.partition(_END)
        if not end or self._busy:
            return
        length = _length(head)
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        self._busy = True
        self._provider.in_flight += 1
        self._provider.most_in_flight = max(self._provider.most_in_flight, self._provider.in_flight)
        response = self._provider.respond(head.split(b" ", 2)[1], head, rest[:length])
        if self._provider.latency or response.wait:
            self._later(self._provider.latency + response.wait, self._send, response)
        else:
            self._send(response)

    def _later(self, seconds: float, call: Callable[..., None], *arguments: Any) -> None:
        self._timers = self._timers[-1:]
        self._timers.append(asyncio.get_running_loop().call_later(seconds, call, *arguments))

    def _send(self, response: Response) -> None:
        if response.silent:
            return
        if response.cut == -1:
            self.end()
            return
        extent = "Transfer-Encoding: chunked" if response.endless else f"Content-Length: {len(response.body)}"
        head = (
            f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'Overloaded')}\r\n"
            f"Content-Type: {response.kind}\r\n{extent}\r\n"
            + "".join(f"{line}\r\n" for line in response.headers)
            + "\r\n"
        ).encode()
        if response.endless:
            self._transport.write(head)
            self._pour(f"{len(response.body):x}\r\n".encode() + response.body + b"\r\n")
            return
        if response.drip is not None:
            self._transport.write(head)
            self._drip(response.body, response.drip)
            return
        self._transport.write(head + response.body[: response.cut])
        if response.cut is not None:
            self._transport.close()
        else:
            self._finish()

    def _drip(self, body: bytes, every: float) -> None:
        self._transport.write(body[:1])
        if body[1:]:
            self._later(every, self._drip, body[1:], every)
        else:
            self._finish()

    def _pour(self, chunk: bytes) -> None:
        if self._transport.get_write_buffer_size() < len(chunk):
            self._transport.write(chunk)
        self._later(0.001, self._pour, chunk)

    def _finish(self) -> None:
        if self._busy:
            self._busy = False
            self._provider.in_flight -= 1
        if self._buffer and not self._transport.is_closing():
            self.data_received(b"")


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


def _key_in(head: bytes) -> str:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() in {b"authorization", b"x-api-key", b"api-key", b"x-goog-api-key"}:
            return value.strip().decode(errors="replace").removeprefix("Bearer ")
    return ""


def _share(name: str, draw: int) -> float:
    digest = hashlib.blake2b(f"{name}:{draw}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


async def _serve(options: argparse.Namespace) -> None:
    async with Provider(
        options.fault,
        answer=None if options.say is None else lambda _: options.say,
        latency=options.latency,
        capacity=options.capacity,
        port=options.port,
    ) as provider:
        print(provider.url, flush=True)  # noqa: T201 - this is how a caller learns the port
        await asyncio.Event().wait()


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description="A loopback OpenAI-compatible server.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each reply")
    parser.add_argument("--capacity", type=int, default=None, help="most requests at once, else 429")
    parser.add_argument("--say", metavar="TEXT", help="the text of every reply, else one that satisfies the schema")
    parser.add_argument(
        "--fault", action="append", default=[], help=f"NAME[:SHARE[:TIMES]], NAME among {', '.join(FAULTS)}"
    )
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
