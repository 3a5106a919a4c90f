"""Write support.jsonl.gz, eight weeks of a web shop's support log, and support_truth.jsonl.gz, what was planted in it.

Everything is made up: the shop (Tarnfeld), its help pages, its customers, and the answers of its assistant. Run it as

    python examples/make_support_log.py [--out FOLDER] [--seed N]
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from support.facts import load_facts, load_phrases
from support.weeks import Shop

if TYPE_CHECKING:
    from collections.abc import Iterable

SEED = 20261090
"""Of 160 tried, the one whose quiet weeks differ least while the planted changes have about their planned size."""


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description="Write the support log and its planted truth.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="the folder to write to")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed gives another log")
    options = parser.parse_args()
    rng = Random(options.seed)  # noqa: S311 - a repeatable draw, nothing secret
    pairs = list(Shop(rng, load_facts(), load_phrases()).exchanges())
    for name, rows in (("support", [record for record, _ in pairs]), ("support_truth", [truth for _, truth in pairs])):
        path = options.out / f"{name}.jsonl.gz"
        write(path, rows)
        print(f"{path}: {len(rows)} records, {path.stat().st_size} bytes")


def write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """One JSON object a line, gzip without a time stamp, so that the same rows give the same bytes."""
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    with path.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
        packed.write(lines.encode("utf-8"))


if __name__ == "__main__":
    main()
