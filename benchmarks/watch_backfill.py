"""Back-fill of many records over 90 days: time, memory, the board, and what one ordinary tick takes afterwards.

Run: OPENBLAS_NUM_THREADS=1 python benchmarks/watch_backfill.py [--records 1000000] [--rate 0.01] [--folder DIR]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from judge.models.registry import open_model
from judge.monitoring.watch_file import load_watch
from judge.monitoring.watching import Watching
from judge.settings import Settings
from judge.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from judge.monitoring.watching import Tick

START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 90
STEP = 100_000
WORDS = tuple(f"{start}{middle}{end}" for start in "bdfgklmn" for middle in "aeiou" for end in map(str, range(75)))
ZIPF = tuple(accumulate(1 / rank for rank in range(1, len(WORDS) + 1)))
TOPICS = ("parcel", "refund", "invoice", "jacket", "voucher", "repair", "address", "size")
WATCH = """name: bench
dataset: bench
files: {folder}/logs
judge: baseline
rubrics: [hallucination]
sample: {{rate: {rate}}}
reference: {{windows: 7}}
alerts:
  - {{name: made-up, watch: hallucination.supported, bound: low, above: 0.9, over: 7, raw: true}}
  - {{name: slow, watch: latency, above: 4}}
"""


def text(rng: random.Random, topic: str, words: int) -> str:
    """A text about a topic, its words as frequent as Zipf has them."""
    return " ".join([topic, *rng.choices(WORDS, cum_weights=ZIPF, k=words)])


def rows(records: int, first: int = 0, day: int | None = None) -> Iterator[bytes]:
    """Records spread over the days, or on one day; one of fifty has feedback."""
    rng = random.Random(first)  # noqa: S311 - made-up traffic
    for number in range(records):
        moment = START + timedelta(days=number * DAYS / records if day is None else day + 0.5)
        topic = rng.choice(TOPICS)
        row = {
            "id": f"r{first + number}",
            "time": moment.isoformat(),
            "question": text(rng, topic, 9),
            "response": text(rng, topic, 40),
            "documents": [text(rng, topic, 60)],
            "model_version": rng.choice(("v1", "v2")),
            "segment": rng.choice(("en", "de", "es")),
            "latency": rng.lognormvariate(0, 0.3),
            "feedback": int(rng.random() < 0.8) if rng.random() < 0.02 else None,
        }
        yield orjson.dumps({name: value for name, value in row.items() if value is not None}) + b"\n"


def disliked(records: int, count: int) -> Iterator[bytes]:
    """Negative feedback on records of the last weeks, long after they were folded."""
    for number in range(count):
        yield orjson.dumps({"feedback_for": f"r{records - 1 - number * 997 % (records // 4)}", "feedback": 0}) + b"\n"


def resident() -> float:
    """Memory in use now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def most() -> float:
    """Most memory so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(what: str, work: Callable[[], Tick]) -> None:
    """Do it, and print what it took."""
    begun, used = time.monotonic(), time.process_time()
    tick = work()
    took, cpu = time.monotonic() - begun, time.process_time() - used
    found = f"{len(tick.analysed)} windows analysed, {tick.judged} records judged, {len(tick.alerts)} alerts"
    print(f"{what}: {took:.2f} s ({cpu:.2f} s of CPU); {found}", flush=True)
    for alert in tick.alerts:
        print(f"  alert: {alert.title}", flush=True)


def backfill(folder: Path, records: int) -> None:
    """Take everything in, and then what an ordinary tick brings."""
    watch, rubrics = load_watch(folder / "watch.yaml")
    with Database(f"sqlite:///{folder / 'w.db'}") as db:
        watching = Watching(db, watch, rubrics, Settings(), open_model("baseline", Settings()))
        seen = 0

        def on_lot(count: int) -> None:
            nonlocal seen
            if (seen + count) // STEP > seen // STEP:
                print(f"  {(seen + count) // STEP * STEP:,} records folded: {resident():.0f} MiB", flush=True)
            seen += count

        def tick(days: float) -> Tick:
            return asyncio.run(watching.tick(START + timedelta(days=days), on_lot=on_lot))

        timed(f"{records:,} records", lambda: tick(DAYS + 1 / 12))
        print(f"memory: {resident():.0f} MiB now, {most():.0f} MiB at most", flush=True)
        timed("a tick without anything new", lambda: tick(DAYS + 0.5))
        for what, count, day in (("in an open window", 1000, DAYS), ("that closes a window", 1000, DAYS + 1)):
            write(folder / "logs" / f"{what}.jsonl", rows(count, records + 10_000 * day, day))
            timed(f"a tick of {count:,} records {what}", lambda day=day: tick(day + 14 / 24))
        write(folder / "logs" / "thumbs.jsonl", disliked(records, 100))
        timed("a tick of 100 late thumbs down", lambda: tick(DAYS + 1.7))
        print(f"memory: {most():.0f} MiB at most", flush=True)


def write(path: Path, lines: Iterable[bytes]) -> None:
    """A log."""
    with path.open("wb") as file:
        file.writelines(lines)


def command(folder: Path, what: str, *words: str) -> None:
    """A command of its own, as cron runs it."""
    begun = time.monotonic()
    line = [sys.executable, "-m", "judge", *words, "--db", f"sqlite:///{folder / 'w.db'}"]
    done = subprocess.run(line, cwd=folder, check=False, capture_output=True)  # noqa: S603 - ours
    print(f"{what}: {time.monotonic() - begun:.2f} s, exit code {done.returncode}", flush=True)


def main() -> None:
    """Print what it takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rate", type=float, default=0.01, help="share of the records that is judged")
    parser.add_argument("--folder", type=Path, help="keep everything here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = arguments.folder or Path(name)
        (folder / "logs").mkdir(parents=True)
        (folder / "watch.yaml").write_text(WATCH.format(folder=folder, rate=arguments.rate), encoding="utf-8")
        write(folder / "logs" / "all.jsonl", rows(arguments.records))
        backfill(folder, arguments.records)
        present = (START + timedelta(days=DAYS + 1, hours=18)).isoformat()
        command(folder, "judge watch, nothing new", "watch", "watch.yaml", "--now", present)
        command(folder, "judge report --monitor", "report", "--monitor", "bench", "-o", "board.html")
        print(f"the board: {(folder / 'board.html').stat().st_size / 2**20:.2f} MiB", flush=True)
        print(f"the database: {(folder / 'w.db').stat().st_size / 2**20:.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
