"""How often `judge tune` says "better" of a change that gains nothing.

Run `python benchmarks/false_gains.py` for the figures in docs/how-to/tune-a-judge.md (seeded, one core, minutes). Whole
tunings go through `judge.tuning.tune.Tuner` with all its recipes; only the judge is simulated. Whatever its prompt
shows it is right on the same share of records; a change of prompt redraws some of its answers.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from judge.records import Record
from judge.rubric.load import load_rubric
from judge.scores import Rating
from judge.store import datasets, judges, ratings
from judge.store.database import Database
from judge.store.splits import Split, Splits
from judge.tuning.answers import Answers, Said
from judge.tuning.gain import Outcome, overall
from judge.tuning.items import read_items
from judge.tuning.tune import Task, Tuner

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from judge.rubric.schema import Rubric
    from judge.tuning.items import Item
    from judge.tuning.trial import Bench

SEED = 20_250_107
RIGHT = 0.8
"""Share of records on which the judge is right, whatever it is shown."""

LOOKS = 5
CRITERION = "supported"
OPPOSITE = {"supported": "unsupported", "unsupported": "supported"}


@dataclass(frozen=True)
class Cell:
    """How many records are rated, how many of them hang together, and how much a changed prompt moves the answers."""

    rated: int
    together: int
    redrawn: float


CELLS = tuple(Cell(*rated, redrawn) for rated in ((120, 1), (240, 1), (240, 3)) for redrawn in (0.1, 0.5))


class Stubborn:
    """Stands where `judge.tuning.trial.Bench` does: a judge that is as good by any rubric as by any other.

    Args:
        rubric: The rubric that it is asked by first.
        redrawn: Share of groups whose answers another rubric draws anew; within a group all are right, or all wrong.
        rng: Source of chance.
    """

    left = None

    def __init__(self, rubric: Rubric, redrawn: float, rng: np.random.Generator) -> None:
        self._first = rubric.hash
        self._redrawn = redrawn
        self._rng = rng
        self._right: dict[tuple[str, str], bool] = {}

    async def judge(self, rubric: Rubric, items: Sequence[Item]) -> Answers:
        """What the judge says; the same when asked again."""
        return {item.key: {CRITERION: Said(self._said(rubric.hash, item), None, "so")} for item in items}

    def _said(self, asked: str, item: Item) -> str:
        truth = str(item.people[CRITERION].score)
        return truth if self._is_right(asked, item.group) else OPPOSITE[truth]

    def _is_right(self, asked: str, group: str) -> bool:
        if (asked, group) not in self._right:
            anew = asked == self._first or self._rng.random() < self._redrawn
            drawn = bool(self._rng.random() < RIGHT) if anew else self._is_right(self._first, group)
            self._right[asked, group] = drawn
        return self._right[asked, group]


def filled(db: Database, rubric: Rubric, cell: Cell) -> datasets.Dataset:
    """A data set whose records are all rated by one person, with a reason."""
    dataset = datasets.ensure(db, "d")
    judges.keep_rubric(db, rubric)
    numbers = range(cell.rated)
    made = [Record(id=f"r{n}", question="Q?", response=f"Answer {n}.", group=f"g{n // cell.together}") for n in numbers]
    _, keys = datasets.add(db, dataset, made)
    given = [
        Rating(f"r{n}", rubric.name, CRITERION, "ann", list(OPPOSITE)[n % 3 == 0], note=f"because of {n}")
        for n in numbers
    ]
    ratings.add(db, rubric, [(keys[each.record_id], each) for each in given])
    return dataset


def outcomes(cell: Cell, draws: int) -> Counter[Outcome]:
    """What whole tunings come to where no change gains anything."""
    rubric = load_rubric("hallucination")
    found: Counter[Outcome] = Counter()
    with tempfile.TemporaryDirectory() as folder, Database(f"sqlite:///{Path(folder) / 'd.db'}") as db:
        dataset = filled(db, rubric, cell)
        for number in range(draws):
            judge = Stubborn(rubric, cell.redrawn, np.random.default_rng([SEED, cell.rated, cell.together, number]))
            task = Task(dataset, rubric, splits=Splits(seed=number))
            found[asyncio.run(Tuner(db, task, cast("Bench", judge), "simulated").work()).outcome] += 1
    return found


async def looked(cell: Cell, draws: int) -> float:
    """How often one of `LOOKS` useless changes, each measured on the same held-out records, is called better."""
    rubric = load_rubric("hallucination")
    others = [rubric.model_copy(update={"version": rubric.version + 1 + look}) for look in range(LOOKS)]
    with tempfile.TemporaryDirectory() as folder, Database(f"sqlite:///{Path(folder) / 'd.db'}") as db:
        items = read_items(db, filled(db, rubric, cell), rubric)
    fooled = 0
    for number in range(draws):
        judge = Stubborn(rubric, cell.redrawn, np.random.default_rng([SEED, 1, cell.rated, cell.together, number]))
        held = [item for item in items if Splits(seed=number).of(item.group) is Split.HELD_OUT]
        before = await judge.judge(rubric, held)
        said = [(before, await judge.judge(other, held)) for other in others]
        fooled += any(overall(rubric, held, each, 0.95).outcome is Outcome.BETTER for each in said)
    return fooled / draws


def lines(draws: int) -> Iterator[str]:
    """A Markdown table, a line a cell."""
    yield "| rated | in groups of | answers redrawn | change measured | better | worse | better in one of 5 looks |"
    yield "|---:|---:|---:|---:|---:|---:|---:|"
    for cell in CELLS:
        found, fooled = outcomes(cell, draws), asyncio.run(looked(cell, draws))
        shares = [
            1 - found[Outcome.NOTHING] / draws,
            found[Outcome.BETTER] / draws,
            found[Outcome.WORSE] / draws,
            fooled,
        ]
        told = " | ".join(f"{100 * share:.1f} %" for share in shares)
        yield f"| {cell.rated} | {cell.together} | {100 * cell.redrawn:.0f} % | {told} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=200, help="tunings a cell")
    options = parser.parse_args()
    begun = time.process_time()
    for line in lines(options.draws):
        print(line, flush=True)
    print(f"\n{options.draws} tunings a cell, {time.process_time() - begun:.0f} s of one core")


if __name__ == "__main__":
    main()
