"""300 records by other tools and by Evenhand while 10 % of the requests meet a 429 and 2 % a malformed reply.

The server draws for each request anew, by the record's number and by how often it was asked before, so that every tool
meets the same. It knows what is right for each record, and which records never got a good reply.

Run: python benchmarks/faults_peers.py --peers PYTHON ... [--records 300] [--limit 180]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from peers.process import Tool, tools

from provider.answers import completion
from provider.faults import FAULTS, Asked, Response
from provider.server import Provider

if TYPE_CHECKING:
    from peers.known import Peer

LIMITED, MALFORMED = 0.10, 0.02
KINDS = ("prose", "length", "null_content", "off_scale")
"""Kinds of malformed replies: nothing but prose, half of it, nothing, and words that no scale has."""

NUMBER = re.compile(r"Record no\. (\d+)")
CONCURRENCY = 16


class Weather:
    """What the server answers a tool, and what came of it.

    Attributes:
        asked: Record -> how often it was asked.
        good: Records that got a good reply.
        met: Kind of fault, or ``good`` -> how often.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self.asked: Counter[int] = Counter()
        self.good: set[int] = set()
        self.met: Counter[str] = Counter()

    def answer(self, request: dict[str, Any]) -> str | Response:
        """A good reply, or a fault."""
        found = NUMBER.search(json.dumps(request["messages"]))
        assert found is not None, request
        record = int(found[1])
        self.asked[record] += 1
        text = self._peer.says(supported=right(record))
        digest = hashlib.blake2b(f"{record}:{self.asked[record]}".encode(), digest_size=8).digest()
        share = int.from_bytes(digest, "big") / 2**64
        if share < LIMITED:
            kind = "rate_limit_seconds"
        elif share < LIMITED + MALFORMED:
            kind = KINDS[self.met["malformed"] % len(KINDS)]
            text = text if text.startswith("{") or kind != "off_scale" else "{}"
        else:
            self.met["good"] += 1
            self.good.add(record)
            return text
        self.met["429" if share < LIMITED else "malformed"] += 1
        return FAULTS[kind](Asked(request, text, record, "", completion))


def right(record: int) -> bool:
    """Whether the record's claims are supported."""
    return record % 2 == 0


def endure(tool: Tool, records: int, limit: float) -> str:
    """A tool in the weather: a row of the table."""
    weather = Weather(tool.peer)
    with (
        tempfile.TemporaryDirectory() as folder,
        Provider(answer=weather.answer, latency=0.05).in_thread() as provider,
    ):
        texts = Path(folder) / "texts.json"
        texts.write_text(json.dumps([f"Record no. {number} says so." for number in range(records)]))
        started = time.monotonic()
        found = tool.work(provider.url, texts, CONCURRENCY, "--limit", str(limit), "--warm-up", "0")
        seconds = f"{time.monotonic() - started:.0f}" if found["finished"] else f"over {limit:.0f}"
        requests = provider.count
    results = list(enumerate(found["results"]))
    correct = sum(result == ("supported" if right(n) else "unsupported") and n in weather.good for n, result in results)
    handed = sum(result is not None for _, result in results)
    cells = [correct, handed - correct, records - handed, requests, weather.met["429"], weather.met["malformed"]]
    return f"| {tool.name} | {tool.version} | " + " | ".join(f"{cell:,}" for cell in cells) + f" | {seconds} |"


def main() -> None:
    """Put each tool out, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=300)
    parser.add_argument("--limit", type=float, default=180, help="seconds after which what is there is all")
    parser.add_argument(
        "--peers", action="append", default=[], metavar="PYTHON", help="interpreter of an environment, or promptfoo"
    )
    options = parser.parse_args()
    print("| tool | version | right | wrong or made up | no result | requests | 429s | malformed replies | seconds |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for tool in tools(options.peers, ours=True):
        print(endure(tool, options.records, options.limit), flush=True)


if __name__ == "__main__":
    main()
