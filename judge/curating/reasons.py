"""Reasons: why a record is worth keeping: it fails, it is contested, the user was unhappy, or it is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from judge.calibration.agreement import gold_values
from judge.calibration.panel import read_panel
from judge.calibration.pool import read_pool
from judge.errors import NotFoundError
from judge.scales import Level
from judge.store import datasets, judges, runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from judge.calibration.panel import Panel
    from judge.calibration.pool import Pool
    from judge.rubric.schema import Criterion
    from judge.scales import Scale, Score
    from judge.store.database import Database
    from judge.store.datasets import Dataset

Reasons = dict[int, list[str]]
"""Row key of a record -> why it was chosen."""


def failing(db: Database, dataset: Dataset, names: Sequence[str]) -> Reasons:
    """Records that people, or the judge where nobody rated them, give a value that is not good.

    Args:
        db: The database.
        dataset: The data set.
        names: Rubrics, or ``RUBRIC.CRITERION``.

    Raises:
        NotFoundError: There are no judgements by such a rubric.
    """
    found: Reasons = {}
    for name in names:
        for criterion, pool, panel in _judged(db, dataset, name):
            truth = dict(zip(panel.items.tolist(), gold_values(panel, criterion.scale), strict=True))
            for place, key in enumerate(pool.keys.tolist()):
                people = truth.get(place)
                said = _score(pool.scores[place], criterion.scale) if pool.scored[place] else None
                who, value = ("people", people) if people is not None else ("judge", said)
                if value is not None and is_bad(value, criterion.scale):
                    found.setdefault(key, []).append(f"failing {name} ({who}: {value})")
    return found


def contested(db: Database, dataset: Dataset, names: Sequence[str]) -> Reasons:
    """Records on which judge and people, or people among themselves, differ, or the judge gave no score.

    Raises:
        NotFoundError: There are no judgements by such a rubric.
    """
    found: Reasons = {}
    for name in names:
        for criterion, pool, panel in _judged(db, dataset, name):
            for place in np.flatnonzero(~pool.scored & pool.ratable).tolist():
                found.setdefault(int(pool.keys[place]), []).append(f"contested {name} (the judge abstained)")
            for row, (place, gold) in enumerate(
                zip(panel.items.tolist(), gold_values(panel, criterion.scale), strict=True)
            ):
                why = []
                if len({score for score in panel.ratings[row] if score is not None}) > 1:
                    why.append("people differ")
                if gold is not None and pool.scored[place] and pool.scores[place] != str(gold):
                    why.append(f"people: {gold}, judge: {pool.scores[place]}")
                if why:
                    found.setdefault(int(pool.keys[place]), []).append(f"contested {name} ({'; '.join(why)})")
    return found


def disliked(db: Database, dataset: Dataset, most: float) -> Reasons:
    """Records whose user's feedback is at most this."""
    return {
        key: [f"feedback {record.feedback:g}"]
        for chunk in datasets.chunks(db, dataset)
        for key, record in chunk
        if record.feedback is not None and record.feedback <= most
    }


def is_bad(value: Score, scale: Scale) -> bool:
    """Whether a value is not good: outside `good`, inside `positive` where none is good, or in a scale's bad half."""
    if scale.level is Level.INTERVAL:
        low, high = scale.ends
        middle = (low + high) / 2
        return float(value) < middle if scale.good == ("high",) else float(value) > middle
    return value not in scale.good if scale.good else value in scale.positive


def _judged(db: Database, dataset: Dataset, name: str) -> Iterator[tuple[Criterion, Pool, Panel]]:
    rubric_name, _, only = name.partition(".")
    for run in runs.listing(db):
        if run.dataset != dataset.name:
            continue
        for fingerprint in run.fingerprints:
            rubric = judges.find(db, fingerprint).rubric
            if rubric.name != rubric_name:
                continue
            for criterion in rubric.criteria:
                if only in {"", criterion.name}:
                    pool = read_pool(db, run, fingerprint, criterion)
                    yield criterion, pool, read_panel(db, dataset, rubric, criterion, pool.keys)
            return
    raise NotFoundError(
        f"{dataset.name} has no judgements by {rubric_name!r}", hint=f"judge run {dataset.name} --rubric {rubric_name}"
    )


def _score(text: str, scale: Scale) -> Score:
    return float(text) if scale.level is Level.INTERVAL else text
