"""Peak memory of importing and judging 10,000 and 200,000 records: it must not grow with the log.

Run: python benchmarks/memory.py
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = (10_000, 200_000)


def write_log(path: Path, count: int) -> None:
    """A log of short records that all differ."""
    with path.open("w", encoding="utf-8") as stream:
        for number in range(count):
            days = number % 5 + 2
            record = {
                "id": str(number),
                "question": f"What does article {number} cost, and when will it be here?",
                "documents": [f"Article {number} costs {number % 97} euros. Orders are delivered within {days} days."],
                "response": f"Article {number} costs {number % 89} euros and is delivered within {days} days.",
            }
            stream.write(json.dumps(record) + "\n")


def peak(command: list[str], folder: str) -> float:
    """Peak resident memory of a command, in MiB."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, "
        "stderr=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", code, *command], cwd=folder, check=True, capture_output=True, text=True
    )
    return int(done.stdout) / 1024


def main() -> None:
    """Measure both sizes and print a Markdown table."""
    judge = [sys.executable, "-m", "judge"]
    print("| records | import, MiB | run, MiB |\n| ---: | ---: | ---: |")
    peaks = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            write_log(Path(folder) / "log.jsonl", size)
            imported = peak([*judge, "import", "log.jsonl", "--dataset", "log"], folder)
            ran = peak([*judge, "run", "log", "--rubric", "hallucination", "--judge", "baseline"], folder)
        peaks.append((imported, ran))
        print(f"| {size:,} | {imported:.0f} | {ran:.0f} |", flush=True)
    ratios = [large / small for small, large in zip(*peaks, strict=True)]
    print(f"\n{SIZES[1]:,} to {SIZES[0]:,}: import {ratios[0]:.2f}, run {ratios[1]:.2f} times the memory")


if __name__ == "__main__":
    main()
