"""Kill -9 at 20 random points of a run of 500 records, with both backends; counted by the server.

With --peers, other tools (see `peers/`) and Evenhand are killed once, half-way through 200 records, and go on in their
own way, where they have one.

Run: python benchmarks/kills.py [--records 500] [--kills 20] [--peers PYTHON] ... [--only-peers]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import orjson
from peers.process import Tool, tools

from chaos.killing import SPELLINGS, survive
from provider.answers import completion
from provider.faults import Response
from provider.server import Provider


def pay_again(tool: Tool, records: int = 200, kills: int = 2) -> str:
    """Kill a tool half-way and start it again, so often: a row of the table."""
    found = [kill_once(tool, records) for _ in range(kills)]
    cells = [", ".join(str(each[column]) for each in found) for column in range(3)]
    return f"| {tool.name} | {tool.version} | " + " | ".join(cells) + " |"


def kill_once(tool: Tool, records: int) -> tuple[int, int, int]:
    """Requests in flight at the kill, all requests but one a record, and how many records have a result in the end."""
    rng = random.Random(1)  # noqa: S311 - how long, not a secret

    def answer(request: dict[str, Any]) -> Response:
        text = tool.peer.says(supported=True)
        # Replies at different times: nobody is killed between two waves.
        return Response(200, orjson.dumps(completion(request, text)), wait=0.1 + rng.random() * 0.2)

    with tempfile.TemporaryDirectory() as folder, Provider(answer=answer).in_thread() as provider:
        texts, kept = Path(folder) / "texts.json", Path(folder) / "kept"
        kept.mkdir()
        texts.write_text(json.dumps([f"Is record {number} supported?" for number in range(records)]))
        options = ("--folder", str(kept), "--warm-up", "0", "--limit", "120")
        with tool.start(provider.url, texts, 16, *options) as first:
            while provider.count < records // 2:
                time.sleep(0.002)
            in_flight = provider.in_flight
            # With the programs that it started.
            os.killpg(first.pid, signal.SIGKILL)
        found = tool.work(provider.url, texts, 16, *options)
    return in_flight, provider.count - records, sum(result is not None for result in found["results"])


def main() -> None:
    """Run both backends and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=500)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--peers", action="append", default=[], metavar="PYTHON", help="interpreter of an environment, or promptfoo"
    )
    parser.add_argument("--only-peers", action="store_true")
    options = parser.parse_args()
    if not options.only_peers:
        kill_often(options.records, options.kills, options.seed)
    if options.peers:
        print("\n| tool | version | in flight at the kill | paid again | scored in the end |")
        print("| --- | --- | ---: | ---: | ---: |")
        for tool in tools(options.peers, ours=True):
            print(pay_again(tool), flush=True)


def kill_often(records: int, kills: int, seed: int) -> None:
    """Kill a run of each backend so often, and print a row each."""
    print(
        "| backend | kills | items scored | requests at the server | repeated | orphans on the ledger | unexplained |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for backend in SPELLINGS:
        with tempfile.TemporaryDirectory() as folder:
            found = survive(Path(folder), backend, records=records, kills=kills, seed=seed)
        assert found.judgements == found.items == records, found
        cells = [found.kills, found.items, found.requests, found.repeated, found.orphans, found.unexplained]
        print(f"| {backend} | " + " | ".join(f"{cell:,}" for cell in cells) + " |", flush=True)


if __name__ == "__main__":
    main()
