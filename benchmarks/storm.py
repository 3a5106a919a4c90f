"""100,000 records of which 2 % meet faults of every kind: all accounted for, and the totals add up.

Run: python benchmarks/storm.py [--records 100000] [--share 0.02]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from judge.store.database import Database
from provider.storm import KINDS, specs, through

SERVER = Path(__file__).parents[1] / "tests" / "provider" / "server.py"


def main() -> None:
    """Run, check and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--share", type=float, default=0.02)
    options = parser.parse_args()
    faults = [part for spec in specs(options.share) for part in ("--fault", spec)]
    command = [sys.executable, str(SERVER), *faults]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,  # noqa: S603 - our own script
        tempfile.TemporaryDirectory() as folder,
        Database(f"sqlite:///{folder}/storm.db") as db,
    ):
        url = process.stdout.readline().strip()  # type: ignore[union-attr]
        started = time.monotonic()
        accounts = asyncio.run(through(db, url, options.records, 64))
        seconds = time.monotonic() - started
        with urllib.request.urlopen(url.removesuffix("/v1") + "/counts") as reply:  # noqa: S310 - loopback
            server = json.load(reply)
        process.terminate()
    accounts.check(server)
    print(f"{options.records:,} records, {len(KINDS)} kinds of faults, {seconds:.0f} s: all accounted for")
    print(f"{accounts.scored:,} scored; abstained: {dict(sorted(accounts.abstained.items()))}")
    print(f"{server['count']:,} requests at the server, {accounts.attempts:,} attempts on the ledger")
    paid = server["tokens"] / 1e6
    print(f"${paid:.4f} by the server; known ${accounts.cost:.4f}, at most ${accounts.reserved:.4f} more")
    print(f"{accounts.unknown:,} calls of unknown cost")


if __name__ == "__main__":
    main()
