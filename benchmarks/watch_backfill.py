"""Back-fill of many records over 90 days: time, memory, and what one ordinary tick takes afterwards.

Run: python benchmarks/watch_backfill.py [--records 1000000]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from judge.monitoring.watch_file import parse_watch
from judge.monitoring.watching import Watching
from judge.settings import Settings
from judge.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 90
WORDS = ("parcel", "refund", "invoice", "jacket", "voucher", "repair", "address", "size", "when", "how", "my", "the")
WATCH = b"name: bench\ndataset: bench\nfiles: logs\nreference: {windows: 7}\n"


def rows(records: int, first: int = 0, day: int | None = None) -> Iterator[bytes]:
    """Records spread over the days, or on one day."""
    rng = random.Random(first)  # noqa: S311 - made-up traffic
    for number in range(records):
        moment = START + timedelta(days=number * DAYS / records if day is None else day + 0.5)
        row = {
            "id": f"r{first + number}",
            "time": moment.isoformat(),
            "question": " ".join(rng.choices(WORDS, k=10)),
            "response": " ".join(rng.choices(WORDS, k=40)),
            "documents": [" ".join(rng.choices(WORDS, k=60))],
            "model_version": rng.choice(("v1", "v2")),
            "segment": rng.choice(("en", "de", "es")),
            "latency": rng.lognormvariate(0, 0.3),
            "feedback": int(rng.random() < 0.8) if rng.random() < 0.1 else None,
        }
        yield orjson.dumps({name: value for name, value in row.items() if value is not None}) + b"\n"


def memory() -> float:
    """Most memory so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print what it takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    records = parser.parse_args().records
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "logs").mkdir()
        with (folder / "logs" / "all.jsonl").open("wb") as file:
            file.writelines(rows(records))
        watch, rubrics = parse_watch(WATCH.replace(b"logs", str(folder / "logs").encode()), "watch.yaml")
        with Database(f"sqlite:///{folder / 'w.db'}") as db:
            begun, peaks, seen = time.monotonic(), {}, 0

            def on_lot(count: int) -> None:
                nonlocal seen
                seen += count
                peaks[seen] = memory()

            watching = Watching(db, watch, rubrics, Settings(), None)
            tick = asyncio.run(watching.tick(START + timedelta(days=DAYS, hours=2), on_lot=on_lot))
            took = time.monotonic() - begun
            tenth = peaks[min(peaks, key=lambda at: abs(at - records / 10))]
            windows, each = len(tick.analysed), 1e6 * took / records
            print(f"{records:,} records, {windows} windows: {took:.0f} s, {each:.0f} µs a record")
            most = memory()
            print(f"memory: {tenth:.0f} MiB after a tenth, {most:.0f} MiB in the end; {len(tick.alerts)} alerts")
            for what, count, day in (("in an open window", 1000, DAYS), ("that closes a window", 1000, DAYS + 1)):
                with (folder / "logs" / f"{what}.jsonl").open("wb") as file:
                    file.writelines(rows(count, records + 10_000 * day, day))
                begun = time.monotonic()
                tick = asyncio.run(watching.tick(START + timedelta(days=day, hours=14)))
                took = time.monotonic() - begun
                print(f"a tick of {count:,} records {what}: {took:.2f} s ({len(tick.analysed)} windows analysed)")


if __name__ == "__main__":
    main()
