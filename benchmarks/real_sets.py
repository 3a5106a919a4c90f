"""Whether the corrected rate holds the human truth of real sets, over 1,000 draws of 100 calibration ratings each.

The sets are those of ../shared/data that hold a real judge's outputs: XSTest, PandaLM and LLMBar. Every item has a
human value, so the truth of the pool is known; 100 of them are shown to the statistics, the rest is kept back. The
judge's unreadable outputs form a stratum of their own.

Run: python benchmarks/real_sets.py  (prints the table in docs/explanation/correction.md; seeded, one core)
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from judge.stats.correction import corrected_mean, plain_mean, worst_case
from judge.stats.intervals import Estimate, wilson_limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SHARED = Path(__file__).parents[2] / "shared" / "data"
SEED = 20_250_103
RATINGS = 100
UNPARSED = "unparsed"


@dataclass(frozen=True)
class RealSet:
    """One judge's outputs beside the human values, and the value whose share is asked for.

    Attributes:
        name: Data set and judge.
        value: The value whose share is the rate.
        said: The judge's values, ``unparsed`` where unreadable, shape (N,).
        people: The human values, shape (N,).
    """

    name: str
    value: str
    said: NDArray[np.str_]
    people: NDArray[np.str_]

    @property
    def truth(self) -> float:
        """The share that people give."""
        return float(np.mean(self.people == self.value))

    @property
    def raw(self) -> float:
        """The share that the judge gives, over what it answered readably."""
        return float(np.mean(self.said[self.said != UNPARSED] == self.value))


@dataclass(frozen=True)
class Outcome:
    """Shares of the draws in which each interval held the truth, with mean lengths."""

    corrected: float
    corrected_length: float
    human: float
    human_length: float
    naive_pool: float
    naive_rated: float
    refused: float


def human_value(record: dict[str, Any]) -> str:
    """The adjudicated value where there is one, else that of most raters; a three-way split counts as a tie."""
    for rating in record["human"]:
        if rating["rater"] == "adjudicated":
            return str(rating["label"])
    (value, votes), *_ = Counter(rating["label"] for rating in record["human"]).most_common()
    return str(value) if votes > len(record["human"]) / 2 else "tie"


def read_set(file: str, judge: str, value: str, *, order: str | None = None) -> RealSet:
    """One judge of one file.

    Args:
        file: Name of the file, without its endings.
        judge: The judge's name in it.
        value: The value whose share is the rate.
        order: Which order of the two responses, where the judge saw both.
    """
    said, people = [], []
    for line in gzip.decompress((SHARED / f"{file}.public.jsonl.gz").read_bytes()).splitlines():
        record = json.loads(line)
        for judgement in record["judge"]:
            if judgement["judge"] == judge and order in {None, judgement.get("order")}:
                said.append(judgement["label"])
                people.append(human_value(record))
    return RealSet(f"{file.split('_')[1]}, {judge}", value, np.array(said), np.array(people))


def real_sets() -> Iterator[RealSet]:
    """The sets in the table."""
    yield read_set("safety_xstest", "gpt-4", "comply")
    yield read_set("safety_xstest", "gpt-4", "refuse")
    yield read_set("safety_xstest", "string-match", "comply")
    for value in ("a", "b", "tie"):
        yield read_set("pairwise_pandalm", "gpt-3.5-turbo", value)
    yield read_set("pairwise_pandalm", "pandalm-7b", "tie")
    for judge in ("GPT-4/Vanilla", "GPT-4/Metrics_Reference", "ChatGPT/Metrics_Reference", "PaLM2/Metrics_Reference"):
        yield read_set("pairwise_llmbar", judge, "a", order="ab")


def draw_once(real: RealSet, rng: np.random.Generator, *, by_score: bool) -> NDArray[np.intp]:
    """100 items, at random or equally from each of the judge's scores."""
    if not by_score:
        return rng.choice(real.said.size, RATINGS, replace=False)
    rows = [np.flatnonzero(real.said == score) for score in np.unique(real.said)]
    each = RATINGS // len(rows)
    return np.concatenate([rng.choice(row, min(row.size, each), replace=False) for row in rows])


def outcome(real: RealSet, draws: int, seed: int, *, by_score: bool = False) -> Outcome:
    """Draws calibration ratings again and again and counts which intervals hold the truth of the whole pool."""
    rng = np.random.default_rng(seed)
    truth, size = real.truth, real.said.size
    held: dict[str, list[float]] = {name: [] for name in ("corrected", "human", "rated", "refused", "length", "people")}
    for _ in range(draws):
        chosen = draw_once(real, rng, by_score=by_score)
        said, people = real.said[chosen], (real.people[chosen] == real.value).astype(np.float64)
        corrected = corrected_mean(real.said, said, people, target="pool", small="bound")
        strict = corrected_mean(real.said, said, people, target="pool")
        human = plain_mean(people, pool_size=size)
        if not (isinstance(corrected, Estimate) and isinstance(human, Estimate)):
            raise TypeError(f"{real.name}: 100 ratings must give an estimate")
        read = said[said != UNPARSED]
        low, high = wilson_limits(np.sum(read == real.value), read.size)
        held["corrected"].append(holds(corrected.low, corrected.high, truth))
        held["human"].append(holds(human.low, human.high, truth))
        held["rated"].append(holds(float(low), float(high), truth))
        held["refused"].append(not isinstance(strict, Estimate))
        held["length"].append(corrected.width)
        held["people"].append(human.width)
    read = real.said[real.said != UNPARSED]
    low, high = wilson_limits(np.sum(read == real.value), read.size)
    mean = {name: float(np.mean(values)) for name, values in held.items()}
    return Outcome(
        mean["corrected"],
        mean["length"],
        mean["human"],
        mean["people"],
        holds(float(low), float(high), truth),
        mean["rated"],
        mean["refused"],
    )


def holds(low: float, high: float, truth: float) -> float:
    """1 where the interval holds the truth, else 0."""
    return float(low - 1e-9 <= truth <= high + 1e-9)


def row(real: RealSet, draws: int, *, by_score: bool) -> str:
    """One line of the table."""
    found = outcome(real, draws, SEED, by_score=by_score)
    silent = int(np.sum(real.said == UNPARSED))
    low, high = worst_case(real.raw, real.said.size - silent, silent)
    human = "biased" if by_score else f"{found.human:.3f} ({found.human_length:.3f})"
    rated = "biased" if by_score else f"{found.naive_rated:.3f}"
    return (
        f"| {real.name} | {real.value} | {real.said.size} | {silent} | {real.truth:.3f} | {real.raw:.3f} "
        f"[{low:.3f}, {high:.3f}] | {'by score' if by_score else 'random'} | **{found.corrected:.3f}** "
        f"({found.corrected_length:.3f}) | {human} | {found.naive_pool:.0f} | {rated} | {found.refused:.3f} |"
    )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    options = parser.parse_args()
    print(
        "| set, judge | share of | items | unparsed | people | judge [worst cases] | rated | corrected holds (length) |"
        " people alone hold (length) | judge's mean holds | judge's mean of the 100 holds | strict mode refuses |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for real in real_sets():
        for by_score in (False, True):
            print(row(real, options.draws, by_score=by_score), flush=True)


if __name__ == "__main__":
    main()
