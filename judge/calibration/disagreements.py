"""Disagreements: the items on which judge and people differ, with what each of them said and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judge.calibration.agreement import gold_values
from judge.calibration.figures import truth_table
from judge.scales import Level
from judge.stats.strata import ABSTAINED
from judge.store import datasets, judgements, ratings
from judge.store.judgements import quotes_from_json

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from judge.calibration.calibrate import CriterionCalibration
    from judge.records import Record
    from judge.scores import Quote, Rating
    from judge.store.database import Database
    from judge.store.runs import Run

FAR = 0.25
"""On an interval scale judge and people differ where they are further apart than this share of the scale."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One item on which judge and people differ.

    Attributes:
        record: The record.
        people: What people say: the gold or majority value, or the mean on an interval scale.
        judge: What the judge says.
        rationale: The judge's reason.
        evidence: What the judge pointed at.
        ratings: What each annotator said, the adjudicated rating last.
    """

    record: Record
    people: str
    judge: str
    rationale: str
    evidence: tuple[Quote, ...]
    ratings: tuple[Rating, ...]


@dataclass(frozen=True, slots=True)
class Disagreements:
    """The items on which judge and people differ.

    Attributes:
        total: How many there are.
        items: The first of them, every kind of disagreement before a second one of any kind.
    """

    total: int
    items: tuple[Disagreement, ...]


def find(
    db: Database, run: Run, found: CriterionCalibration, *, study: str | None = None, most: int = 200
) -> Disagreements:
    """The disagreements of a criterion.

    Args:
        db: The database.
        run: The run.
        found: The criterion's calibration.
        study: Only ratings from this study.
        most: Read at most this many records.
    """
    rows, people = _differing(found)
    chosen = rows[:most]
    keys = {int(found.pool.keys[found.panel.items[row]]): row for row in chosen}
    records = datasets.fetch(db, list(keys))
    reasons = _reasons(db, run, found, list(keys))
    said = _ratings(db, run, found, set(keys), study)
    items = [
        Disagreement(
            record=records[key],
            people=people[row],
            judge=str(found.pool.scores[found.panel.items[row]]),
            rationale=reasons[key][0],
            evidence=reasons[key][1],
            ratings=tuple(sorted(said[key], key=lambda each: (each.gold, each.annotator))),
        )
        for key, row in keys.items()
    ]
    return Disagreements(len(rows), tuple(items))


def _differing(found: CriterionCalibration) -> tuple[list[int], list[str]]:
    """Rows of the panel where the two differ, the most telling first, and what people say of every row."""
    panel, scale = found.panel, found.criterion.scale
    if not panel.size:
        return [], []
    said = found.pool.scores[panel.items]
    if scale.level is Level.INTERVAL:
        table = truth_table(panel, scale.number)
        mean = np.nanmean(table, axis=1)
        gap = np.abs(found.pool.numbers[panel.items] - mean)
        far = FAR * ((scale.high or 0) - (scale.low or 0))
        rows = [int(row) for row in np.argsort(-gap, kind="stable") if gap[row] > far]
        return rows, [f"{value:.3g}" for value in mean]
    truth = gold_values(panel, scale)
    people = ["" if value is None else str(value) for value in truth]
    differ = [row for row in range(panel.size) if people[row] and said[row] not in {ABSTAINED, people[row]}]
    return _in_turn(differ, people, said), people


def _in_turn(rows: list[int], people: list[str], said: NDArray[np.object_]) -> list[int]:
    """One of each kind of disagreement, then a second of each, and so on; common kinds go first."""
    kinds: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        kinds[people[row], str(said[row])].append(row)
    groups = sorted(kinds.values(), key=len, reverse=True)
    longest = max((len(group) for group in groups), default=0)
    return [group[turn] for turn in range(longest) for group in groups if turn < len(group)]


def _reasons(
    db: Database, run: Run, found: CriterionCalibration, keys: list[int]
) -> dict[int, tuple[str, tuple[Quote, ...]]]:
    rows = judgements.rows(db, run, found.fingerprint, found.criterion.name, keys=keys)
    return {int(row["record_id"]): (row["rationale"] or "", quotes_from_json(row["evidence"])) for row in rows}


def _ratings(
    db: Database, run: Run, found: CriterionCalibration, keys: set[int], study: str | None
) -> dict[int, list[Rating]]:
    said: dict[int, list[Rating]] = defaultdict(list)
    if not keys:
        return said
    dataset = datasets.find(db, run.dataset)
    wanted = ratings.stream(db, dataset, found.rubric, criterion=found.criterion.name, source=study, keys=keys)
    for key, _, rating in wanted:
        said[key].append(rating)
    return said
