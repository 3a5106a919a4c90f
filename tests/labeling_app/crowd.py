"""A crowd of annotators without browsers: they speak the page's protocol, as fast or slowly as told."""

from __future__ import annotations

import asyncio
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from judge.labeling import links

if TYPE_CHECKING:
    from app_house import HouseStudy
    from app_world import Server
    from websockets.asyncio.client import ClientConnection

COOKIE = "evenhand_session"
PATIENCE = 120


@dataclass
class Crowd:
    """What a crowd has done and lived through.

    Attributes:
        first: Seconds from opening the connection to the first record, one for each annotator.
        saves: Seconds from sending a rating to its acknowledgement.
        seconds: How long it all took.
        said: Idempotency key -> annotator, item and value of every rating that was acknowledged.
    """

    first: list[float] = field(default_factory=list)
    saves: list[float] = field(default_factory=list)
    seconds: float = 0.0
    said: dict[str, tuple[str, str, str]] = field(default_factory=dict)


def crowd(server: Server, study: HouseStudy, names: list[str], *, pace: float = 0.0) -> Crowd:
    """Let everybody rate until nothing is left for them; `pace` is the mean of the seconds they take for a record."""
    secrets = {name: links.redeem(study.db, study.seat(name), datetime.now(UTC)) or "" for name in names}
    result = Crowd()

    async def together() -> None:
        async with asyncio.TaskGroup() as everybody:
            for name, secret in secrets.items():
                everybody.create_task(_Visitor(server, name, secret, result, pace).work())

    start = time.perf_counter()
    # A thread of its own: Playwright may keep an event loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, together()).result()
    result.seconds = time.perf_counter() - start
    return result


def first_message(server: Server) -> ForwardMsg:
    """What the server says first to whoever opens the page."""

    async def hear() -> ForwardMsg:
        async with _open(server) as line:
            await line.send(_rerun().SerializeToString())
            return _read(await line.recv(decode=False))

    return asyncio.run(hear())


def over_assigned(study: HouseStudy, raters: int) -> list[str]:
    """The records that more annotators than asked for have rated, or one of them twice."""
    rated: dict[str, list[str]] = {}
    for row in study.ratings():
        rated.setdefault(row.item, []).append(row.annotator)
    return [item for item, who in rated.items() if len(who) > raters or len(set(who)) < len(who)]


def lost(study: HouseStudy, result: Crowd) -> list[str]:
    """The keys that were acknowledged and are not stored as they were sent."""
    stored = {row.key: (row.annotator, row.entry.item, row.entry.answers[0].score) for row in study.ratings()}
    return [key for key, said in result.said.items() if stored.get(key) != said]


class _Visitor:
    """One annotator with one open page."""

    def __init__(self, server: Server, name: str, secret: str, result: Crowd, pace: float) -> None:
        self.server = server
        self.name = name
        self.secret = secret
        self.result = result
        self.pace = pace
        self.whims = random.Random(name)  # noqa: S311 - test data
        self.items: set[str] = set()
        self.rated: set[str] = set()
        self.fragment = self.component = ""
        self.beat = 0

    async def work(self) -> None:
        start = time.perf_counter()
        headers = {"Cookie": f"{COOKIE}={self.secret}"}
        async with _open(self.server, additional_headers=headers) as line:
            await line.send(_rerun().SerializeToString())
            data = await self._answer(line, lambda data: "queue" in data)
            self.result.first.append(time.perf_counter() - start)
            while item := next((item for item in data["queue"] if item not in self.rated), None):
                if self.pace:
                    await asyncio.sleep(self.whims.expovariate(1 / self.pace))
                data = await self._rate(line, item)

    async def _rate(self, line: ClientConnection, item: str) -> dict[str, Any]:
        self.beat += 1
        key = f"{self.beat:04}-{item}-{self.name}"
        value = self.whims.choice(["supported", "unsupported"])
        entry = {"key": key, "item": item, "scores": {"supported": value}, "seconds": 3.0}
        start = time.perf_counter()
        data: dict[str, Any] = {}
        while not any(ack["key"] == key for ack in data.get("acks", [])):
            # As the page does: what is not acknowledged is sent again.
            await line.send(self._say([entry]).SerializeToString())
            data = await self._answer(line, lambda data: data.get("beat") == self.beat)
        self.result.saves.append(time.perf_counter() - start)
        (ack,) = (ack for ack in data["acks"] if ack["key"] == key)
        assert ack["saved"], ack["reason"]
        self.rated.add(item)
        self.result.said[key] = (self.name, item, value)
        return data

    def _say(self, entries: list[dict[str, Any]]) -> BackMsg:
        message = _rerun()
        message.rerun_script.fragment_id = self.fragment
        outbox = {"entries": entries, "have": sorted(self.items), "beat": self.beat, "opened": None}
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id = self.component
        widget.json_value = json.dumps({"outbox": outbox})
        return message

    async def _answer(self, line: ClientConnection, enough: Any) -> dict[str, Any]:
        """The desk's data of the first run that says enough."""
        data: dict[str, Any] = {}
        async with asyncio.timeout(PATIENCE):
            while True:
                message = _read(await line.recv(decode=False))
                kind = message.WhichOneof("type")
                element = message.delta.new_element if kind == "delta" else None
                if element is not None and element.WhichOneof("type") == "bidi_component":
                    self.component = element.bidi_component.id
                    self.fragment = message.delta.fragment_id or self.fragment
                    data = json.loads(element.bidi_component.json)
                    self.items |= {item["id"] for item in data.get("items", [])}
                elif kind == "delta" and message.delta.fragment_id:
                    self.fragment = message.delta.fragment_id
                elif kind == "script_finished" and enough(data):
                    return data


def _rerun() -> BackMsg:
    message = BackMsg()
    message.rerun_script.context_info.timezone = "UTC"
    return message


def _read(frame: bytes) -> ForwardMsg:
    message = ForwardMsg()
    message.ParseFromString(frame)
    return message


def _open(server: Server, **more: Any) -> connect:
    address = server.url.replace("http", "ws", 1) + "/_stcore/stream"
    return connect(address, origin=server.url, subprotocols=["streamlit"], max_size=None, **more)
