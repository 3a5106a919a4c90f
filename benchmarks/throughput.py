"""CPU per record of a run with the ledger on, as a ratio to a bare AsyncOpenAI loop that sends the same requests.

Both are measured in turn in one process against the same loopback server in another process; the ratio is taken pair by
pair, and the median is quoted. With --peers, the interpreters of environments that hold them, other tools do the same
work (see `peers/`), each in a process of its own, in turn with a run.

Run: python benchmarks/throughput.py [--records 1500] [--rounds 5] [--peers PYTHON] ... [--only-peers]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peers.process import Tool, tools

from judge.models.registry import open_model
from judge.models.request import Sampling
from judge.records import Document, Record
from judge.rubric.load import load_rubric
from judge.run.execute import Execution, Order
from judge.run.plan import PlannedCall, Planner
from judge.settings import Settings
from judge.store import datasets
from judge.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = Path(__file__).parents[1] / "tests" / "provider" / "server.py"
CELLS = ((0.0, 64), (0.0, 256), (0.2, 64), (0.2, 256))


@contextmanager
def provider(latency: float, say: str | None = None) -> Iterator[str]:
    """A loopback server in a process of its own, which may always say the same; gives its base URL."""
    command = [sys.executable, str(SERVER), "--port", "0", "--latency", str(latency)]
    command += [] if say is None else ["--say", say]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own script
        try:
            yield process.stdout.readline().strip()  # type: ignore[union-attr]
        finally:
            process.terminate()


def counts(url: str) -> dict[str, Any]:
    """What the server says of itself."""
    with urllib.request.urlopen(f"{url.removesuffix('/v1')}/counts", timeout=60) as response:  # noqa: S310 - loopback
        found: dict[str, Any] = json.load(response)
    return found


def make_records(count: int) -> list[Record]:
    """Records of the size of a support answer."""
    return [
        Record(
            id=str(number),
            question=f"How long may I keep article {number} before I send it back?",
            response=f"You may return article {number} within {number % 60} days. " * 6,
            documents=(Document(f"Returns of article {number} are free for {number % 60} days. " * 16),),
        )
        for number in range(count)
    ]


async def bare(url: str, bodies: list[dict[str, Any]], concurrency: int) -> None:
    """What people write first: AsyncOpenAI and a semaphore; nothing is kept."""
    from openai import AsyncOpenAI

    gate = asyncio.Semaphore(concurrency)
    async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:

        async def one(body: dict[str, Any]) -> None:
            async with gate:
                reply = await client.chat.completions.create(**body)
                assert reply.choices[0].message.content

        await asyncio.gather(*(one(body) for body in bodies))


async def ours(url: str, records: list[Record], concurrency: int, folder: str) -> None:
    """A whole run: read, render, ask, read the reply, keep, with every attempt on the ledger first."""
    settings = make_settings(url, concurrency)
    with Database(f"sqlite:///{folder}/{time.monotonic_ns()}.db") as db:
        dataset = datasets.ensure(db, "log")
        for start in range(0, len(records), 500):
            datasets.add(db, dataset, records[start : start + 500])
        model = open_model("local/gpt-5-mini", settings)
        started = time.process_time()
        execution = Execution(db, Order(dataset, [load_rubric("hallucination")]), model, settings)
        await execution.work()
        await model.close()
        global spent  # noqa: PLW0603 - what the caller subtracts is the import of the records
        spent = time.process_time() - started
        assert execution.progress.scored == len(records), execution.progress


spent = 0.0


def make_settings(url: str, concurrency: int) -> Settings:
    """Settings for the loopback server."""
    return Settings.model_validate(
        {"endpoints": {"local": {"base_url": url}}, "judge": {"concurrency": concurrency, "logprobs": False}}
    )


def bodies_of(records: list[Record], url: str) -> list[dict[str, Any]]:
    """The requests that a run would send, rendered beforehand: the bare loop pays for sending only."""
    settings = make_settings(url, 1)
    model = open_model("local/gpt-5-mini", settings)
    planner = Planner.make(
        model, [load_rubric("hallucination")], sampling=Sampling(), secret=os.urandom(32), max_chars=10**6, repeats=1
    )
    calls = [call for key, record in enumerate(records) for call in planner.calls(key, record)]
    return [
        {
            "model": "gpt-5-mini",
            "messages": list(call.request.messages),
            "temperature": 0,
            "max_completion_tokens": 1024,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "judgement", "schema": call.request.schema, "strict": True},
            },
        }
        for call in calls
        if isinstance(call, PlannedCall)
    ]


def compare(records: list[Record], latency: float, concurrency: int, rounds: int) -> str:
    """One cell of bare loop and run: a row of the table."""
    with provider(latency) as url, tempfile.TemporaryDirectory() as folder:
        bodies = bodies_of(records, url)
        asyncio.run(bare(url, bodies[:50], concurrency))
        asyncio.run(ours(url, records[:50], concurrency, folder))
        pairs = []
        before = counts(url)
        for _ in range(rounds):
            started = time.process_time()
            asyncio.run(bare(url, bodies, concurrency))
            plain = time.process_time() - started
            asyncio.run(ours(url, records, concurrency, folder))
            pairs.append((plain, spent))
        after = counts(url)
    served = (after["cpu"] - before["cpu"]) / (after["count"] - before["count"]) * 1000
    ratios = [mine / plain for plain, mine in pairs]
    each = [statistics.median(pair[side] for pair in pairs) / len(records) * 1000 for side in (0, 1)]
    spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    return f"| {latency * 1000:.0f} | {concurrency} | {each[0]:.2f} | {each[1]:.2f} | {spread} | {served:.2f} |"


def peer(tool: Tool, texts: list[str], folder: str, concurrency: int) -> tuple[float, int]:
    """What another tool comes to on the texts: seconds of CPU, and scores."""
    latency, _ = CELLS[-1]
    path = Path(folder) / "texts.json"
    path.write_text(json.dumps(texts))
    with provider(latency, tool.peer.says(supported=True)) as url:
        found = tool.work(url, path, concurrency)
    return found["cpu"], sum(result is not None for result in found["results"])


def compare_peer(tool: Tool, records: list[Record], rounds: int) -> str:
    """A peer and a run in turn in the last cell: a row of the table."""
    latency, concurrency = CELLS[-1]
    with provider(latency) as url, tempfile.TemporaryDirectory() as folder:
        texts = [body["messages"][-1]["content"] for body in bodies_of(records, url)]
        asyncio.run(ours(url, records[:50], concurrency, folder))
        pairs = []
        for _ in range(rounds):
            seconds, scored = peer(tool, texts, folder, concurrency)
            asyncio.run(ours(url, records, concurrency, folder))
            # What a program of its own takes to start is not of the records.
            start = peer(tool, texts[:1], folder, concurrency)[0] if tool.program else 0.0
            pairs.append((seconds - start, spent))
    each = [statistics.median(pair[side] for pair in pairs) / len(records) * 1000 for side in (0, 1)]
    ratios = [mine / theirs for theirs, mine in pairs]
    spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    return f"| {tool.name} | {tool.version} | {scored:,} | {each[0]:.2f} | {each[1]:.2f} | {spread} |"


def main() -> None:
    """Measure every cell, and the peers, and print Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--peers", action="append", default=[], metavar="PYTHON", help="interpreter of an environment, or promptfoo"
    )
    parser.add_argument("--only-peers", action="store_true")
    options = parser.parse_args()
    records = make_records(options.records)
    if not options.only_peers:
        print(
            "| latency, ms | concurrency | bare, ms CPU a record | a run, ms CPU a record | ratio (min to max) "
            "| the server, ms CPU a request |"
        )
        print("| ---: | ---: | ---: | ---: | ---: | ---: |")
        for latency, concurrency in CELLS:
            print(compare(records, latency, concurrency, options.rounds), flush=True)
    if options.peers:
        print("\n| peer | version | scored | its ms CPU a record | a run's in turn with it | ratio (min to max) |")
        print("| --- | --- | ---: | ---: | ---: | ---: |")
    for tool in tools(options.peers):
        print(compare_peer(tool, records, options.rounds), flush=True)


if __name__ == "__main__":
    main()
