"""Items: the rated records of a rubric, with what people say of them and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judge.calibration.agreement import gold_values
from judge.calibration.figures import truth_table
from judge.calibration.panel import rated_keys, read_panel
from judge.scales import Level
from judge.store import datasets, ratings
from judge.store.splits import group_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from judge.calibration.panel import Panel
    from judge.records import Record
    from judge.rubric.schema import Criterion, Rubric
    from judge.scales import Score
    from judge.scores import Quote, Rating
    from judge.store.database import Database
    from judge.store.datasets import Dataset


@dataclass(frozen=True, slots=True)
class Voice:
    """What people say of a record on one criterion.

    Attributes:
        score: The adjudicated value, else the majority's; the mean on interval scales.
        reason: Why, in the words of one who gave that score; empty where nobody says.
        evidence: What that person points at.
        unanimous: Whether nobody gave another score.
    """

    score: Score
    reason: str
    evidence: tuple[Quote, ...]
    unanimous: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A rated record.

    Attributes:
        key: Its row key.
        record: The record.
        group: What it must not be split from.
        people: Criterion -> what people say, where they are not tied.
        inclusion: How likely it was to be chosen for rating; None where unknown.
    """

    key: int
    record: Record
    group: str
    people: Mapping[str, Voice]
    inclusion: float | None


def read_items(db: Database, dataset: Dataset, rubric: Rubric, *, study: str | None = None) -> list[Item]:
    """Every record that people gave a value on at least one criterion, in the order of the log."""
    keys, _ = rated_keys(db, dataset, rubric)
    said = _ratings(db, dataset, rubric, study)
    people: dict[int, dict[str, Voice]] = defaultdict(dict)
    inclusion: dict[int, float] = {}
    for criterion in rubric.criteria:
        panel = read_panel(db, dataset, rubric, criterion, keys, study=study)
        for row, score in _truth(panel, criterion):
            key = int(keys[panel.items[row]])
            people[key][criterion.name] = _voice(score, said[key, criterion.name])
            if panel.inclusion is not None:
                inclusion[key] = float(panel.inclusion[row])
    return [
        Item(key, record, _group(record), people[key], inclusion.get(key))
        for key, record in _records(db, sorted(people))
    ]


def _records(db: Database, keys: Sequence[int]) -> list[tuple[int, Record]]:
    found: list[tuple[int, Record]] = []
    for start in range(0, len(keys), datasets.CHUNK):
        found += sorted(datasets.fetch(db, keys[start : start + datasets.CHUNK]).items())
    return found


def _group(record: Record) -> str:
    return group_name(record.id, group=record.group, conversation=record.conversation)


def _truth(panel: Panel, criterion: Criterion) -> list[tuple[int, Score]]:
    if criterion.scale.level is Level.INTERVAL:
        return [(row, float(np.nanmean(line))) for row, line in enumerate(truth_table(panel, criterion.scale.number))]
    return [(row, value) for row, value in enumerate(gold_values(panel, criterion.scale)) if value is not None]


def _ratings(db: Database, dataset: Dataset, rubric: Rubric, study: str | None) -> dict[tuple[int, str], list[Rating]]:
    said: dict[tuple[int, str], list[Rating]] = defaultdict(list)
    for key, _, rating in ratings.stream(db, dataset, rubric, source=study):
        if rating.score is not None:
            said[key, rating.criterion].append(rating)
    return said


def _voice(score: Score, given: Sequence[Rating]) -> Voice:
    same = [rating for rating in given if rating.score == score]
    # Who adjudicated has seen the other reasons; else the longest remark tells most.
    told = max(same, key=lambda each: (bool(each.note), each.gold, len(each.note)), default=None)
    pointed = [told, *same] if told is not None else []
    evidence = next((rating.evidence for rating in pointed if rating.evidence), ())
    return Voice(score, told.note if told is not None else "", evidence, len(same) == len(given))
