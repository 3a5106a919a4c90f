"""What a call of the logbook costs the application, beside a bare append to a list.

Run: python benchmarks/logbook.py  (seconds)
"""

from __future__ import annotations

import statistics
import tempfile
import time

from judge.logbook import Logbook

CALLS = 5000
ROUNDS = 5
DOCUMENT = "Orders placed before noon leave the same day. " * 40


def once(log: Logbook, size: int) -> float:
    """Microseconds a call, with that many documents of about 2 kB."""
    documents = [DOCUMENT] * size
    start = time.perf_counter()
    for _ in range(CALLS):
        log(question="When will it come?", response="Tomorrow.", documents=documents, latency=0.4, model_version="v2")
    return (time.perf_counter() - start) / CALLS * 1e6


def main() -> None:
    """Prints the table."""
    print("| documents of 2 kB | microseconds a call, median (min to max) | lost |\n| ---: | ---: | ---: |")
    for size in (0, 4, 32):
        with tempfile.TemporaryDirectory() as folder:
            log = Logbook(folder, backlog=CALLS * ROUNDS)
            times = []
            for _ in range(ROUNDS):
                times.append(once(log, size))
                log.flush(60)
            log.close()
            print(f"| {size} | {statistics.median(times):.1f} ({min(times):.1f} to {max(times):.1f}) | {log.lost} |")


if __name__ == "__main__":
    main()
