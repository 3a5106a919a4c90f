"""Another tool at work: a script for the interpreter of an environment that holds it, without anything of Evenhand.

Run: PYTHON benchmarks/peers NAME URL TEXTS.json CONCURRENCY [--folder FOLDER] [--limit SECONDS] [--warm-up 20]

It prints one JSON object with the seconds of CPU (those of programs it started included), of the clock, and the
results. Without arguments it prints the versions of the tools that it has.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import importlib.metadata
import importlib.util
import json
import os
import resource
import sys
import threading
import time
import traceback
from pathlib import Path

from known import OURS, PEERS


def held() -> dict[str, str]:
    """The tools that this interpreter can import -> their versions."""
    found = {}
    for name, peer in (OURS | PEERS).items():
        if peer.module is not None and importlib.util.find_spec(peer.module.partition(".")[0]) is not None:
            with contextlib.suppress(importlib.metadata.PackageNotFoundError):
                found[name] = importlib.metadata.version(peer.distribution)
    return found


def spent() -> float:
    """Seconds of CPU so far, of this process and of those that it waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def work(options: argparse.Namespace, texts: list[str]) -> None:
    """Ask a few to warm up, then all, and print; what is there at the limit is printed then."""
    adapter = importlib.import_module((OURS | PEERS)[options.name].adapter)
    results: list[str | None] = [None] * len(texts)

    def tell(*, finished: bool) -> None:
        seconds = {"cpu": spent() - cpu, "clock": time.monotonic() - clock}
        sys.stdout.write("\n" + json.dumps({"finished": finished, "results": results} | seconds) + "\n")
        sys.stdout.flush()
        # Threads that a tool left behind would keep the process.
        os._exit(0)

    async def all_of_it() -> None:
        nonlocal cpu, clock
        asked = adapter.make(options.url, options.concurrency, options.folder)
        if options.warm_up:
            await asked(texts[: options.warm_up], results)
        results[:] = [None] * len(texts)
        cpu, clock = spent(), time.monotonic()
        if options.limit is not None:
            limit = threading.Timer(options.limit, tell, kwargs={"finished": False})
            limit.daemon = True
            limit.start()
        try:
            await asked(texts, results)
        except Exception:  # noqa: BLE001 - each tool has its own; it handed nothing back
            traceback.print_exc()
        tell(finished=True)

    cpu, clock = spent(), time.monotonic()
    asyncio.run(all_of_it())


def main() -> None:
    """Read the arguments."""
    if len(sys.argv) == 1:
        print(json.dumps(held()))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=OURS | PEERS)
    parser.add_argument("url")
    parser.add_argument("texts", type=Path)
    parser.add_argument("concurrency", type=int)
    parser.add_argument("--folder", type=Path, help="where the tool keeps what it goes on from; else nothing is kept")
    parser.add_argument("--limit", type=float, help="seconds after which what is there is all")
    parser.add_argument("--warm-up", type=int, default=20)
    options = parser.parse_args()
    work(options, json.loads(options.texts.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
