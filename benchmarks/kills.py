"""Kill -9 at 20 random points of a run of 500 records, with both backends; counted by the server.

With --peers, other tools (see `peers.py`) are killed once, half-way through 200 records, and started again.

Run: python benchmarks/kills.py [--records 500] [--kills 20] [--peers PYTHON]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from peers import PEERS, WARM_UP

from chaos.killing import SPELLINGS, survive
from provider.server import Provider

SCRIPT = Path(__file__).with_name("peers.py")


def pay_again(python: str, name: str, records: int = 200) -> tuple[int, int]:
    """Kill a peer half-way and start it again: what was answered before the kill, and all requests but one a record."""
    with tempfile.TemporaryDirectory() as folder, Provider(latency=0.05).in_thread() as provider:
        texts = Path(folder) / "texts.json"
        texts.write_text(json.dumps([f"Is record {number} supported?" for number in range(records)]))
        command = [python, str(SCRIPT), name, provider.url, str(texts), "16"]
        first = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own script
        while provider.count < records // 2:
            time.sleep(0.002)
        first.kill()
        first.wait()
        answered = len(provider.answered)
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own script
        # Each start asks the first twenty records twice, to warm up.
        return answered, provider.count - records - 2 * WARM_UP


def main() -> None:
    """Run both backends and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=500)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peers", metavar="PYTHON", help="interpreter of an environment that holds them")
    options = parser.parse_args()
    print(
        "| backend | kills | items scored | requests at the server | repeated | orphans on the ledger | unexplained |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for backend in SPELLINGS:
        with tempfile.TemporaryDirectory() as folder:
            found = survive(Path(folder), backend, records=options.records, kills=options.kills, seed=options.seed)
        assert found.judgements == found.items == options.records, found
        cells = [found.kills, found.items, found.requests, found.repeated, found.orphans, found.unexplained]
        print(f"| {backend} | " + " | ".join(f"{cell:,}" for cell in cells) + " |", flush=True)
    if options.peers is not None:
        print("\n| peer | answered before the kill | paid again |\n| --- | ---: | ---: |")
        for name in PEERS:
            answered, again = pay_again(options.peers, name)
            print(f"| {name} | {answered} | {again} |", flush=True)


if __name__ == "__main__":
    main()
