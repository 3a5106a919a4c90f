"""Write the slices of published data sets with human labels that stand in this folder, from the whole files.

Run it as

    python examples/make_real_slices.py [--data FOLDER] [--out FOLDER]

where FOLDER holds the files whose names end in ``.public.jsonl.gz``. Records are copied as they are, in their order;
what is drawn is only which groups of records are taken. A group (the records that share a document or a prompt) is
taken whole or not at all.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from make_support_log import write

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]

TOLERANCE = 0.02
"""How far a label's share in a slice may be from its share in the source."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Slice:
    """What is taken of one data set.

    Attributes:
        source: The file it is taken from.
        size: About how many records; None for all that are kept.
        keep: Which records may be taken at all.
        stratum: What the slice should hold in the same shares as the source.
        label: The human label whose shares should come out as in the source.
    """

    source: str
    size: int | None
    keep: Callable[[Row], bool]
    stratum: Callable[[Row], str]
    label: Callable[[Row], str]


def majority(row: Row) -> str:
    """The label most people gave, the first of them in the alphabet on a tie."""
    counts = Counter(str(rating["label"]) for rating in row["human"])
    return min(counts, key=lambda label: (-counts[label], label))


SLICES = {
    "summedits_slice": Slice(
        "hallucination_summedits", 300, lambda _: True, lambda row: str(row["meta"]["domain"]), majority
    ),
    "xstest_mistral_slice": Slice(
        "safety_xstest", None, lambda row: row["model"].startswith("mistral"), lambda row: str(row["model"]), majority
    ),
    "dices_slice": Slice("safety_dices", 150, lambda _: True, lambda row: str(row["dataset"]), majority),
    "pandalm_slice": Slice("pairwise_pandalm", 200, lambda _: True, lambda _: "all", majority),
}


def main() -> None:
    """Write every slice."""
    parser = argparse.ArgumentParser(description="Write the slices of published data sets.")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="where the whole files are")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="the folder to write to")
    options = parser.parse_args()
    for name, wanted in SLICES.items():
        rows = [row for row in read(options.data / f"{wanted.source}.public.jsonl.gz") if wanted.keep(row)]
        taken = take(rows, wanted)
        path = options.out / f"{name}.jsonl.gz"
        write(path, taken)
        shares = {label: round(share, 3) for label, share in sorted(shares_of(taken, wanted.label).items())}
        print(f"{path}: {len(taken)} of {len(rows)} records, {path.stat().st_size} bytes, labels {shares}")


def read(path: Path) -> list[Row]:
    """The records of one file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def take(rows: list[Row], wanted: Slice) -> list[Row]:
    """The first draw of whole groups whose label shares are within the tolerance of the source's."""
    if wanted.size is None:
        return rows
    goal = shares_of(rows, wanted.label)
    for seed in range(1000):
        chosen = draw(rows, wanted, Random(seed))  # noqa: S311 - a repeatable draw, nothing secret
        taken = [row for row in rows if row["group"] in chosen]
        found = shares_of(taken, wanted.label)
        if all(abs(found.get(label, 0) - share) <= TOLERANCE for label, share in goal.items()):
            return taken
    raise SystemExit(f"no draw of {wanted.source} has the label shares of the whole")


def draw(rows: list[Row], wanted: Slice, rng: Random) -> set[str]:
    """Groups drawn at random in every stratum, until the stratum has its share of the size."""
    strata: dict[str, dict[str, int]] = {}
    for row in rows:
        groups = strata.setdefault(wanted.stratum(row), {})
        groups[row["group"]] = groups.get(row["group"], 0) + 1
    chosen: set[str] = set()
    for name in sorted(strata):
        sizes = strata[name]
        room = round((wanted.size or 0) * sum(sizes.values()) / len(rows))
        for group in rng.sample(sorted(sizes), len(sizes)):
            if room < sizes[group] / 2:
                break
            chosen.add(group)
            room -= sizes[group]
    return chosen


def shares_of(rows: list[Row], label: Callable[[Row], str]) -> dict[str, float]:
    """The share of every label."""
    counts = Counter(map(label, rows))
    return {name: count / len(rows) for name, count in counts.items()}


if __name__ == "__main__":
    main()
