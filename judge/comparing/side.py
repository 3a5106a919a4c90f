"""Sides: which judged records each side of a comparison is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from judge.errors import CalibrationError, NotFoundError, UsageError
from judge.records import field_of
from judge.run.selection import Condition
from judge.store import datasets, judges, runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from judge.rubric.schema import Rubric
    from judge.store.database import Database
    from judge.store.datasets import Dataset
    from judge.store.runs import Run


@dataclass(frozen=True, slots=True)
class Judged:
    """A run's judgements by one rubric."""

    run: Run
    fingerprint: str
    rubric: Rubric


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison.

    Attributes:
        name: What it is called in reports.
        dataset: Where its records are.
        judged: Rubric hash -> the judgements to take.
        conditions: What its records meet.
    """

    name: str
    dataset: Dataset
    judged: Mapping[str, Judged]
    conditions: tuple[Condition, ...] = ()


def read_side(db: Database, text: str, *, rubrics: Sequence[str] = (), judge: str | None = None) -> Side:
    """The side that a text stands for: ``NAME``, or ``NAME:FIELD=VALUE,...`` for a part of it.

    NAME is a run's number or ``last`` (that run's judgements), or a data set (the newest judgements by each rubric).

    Args:
        db: The database.
        text: What the user wrote.
        rubrics: Only judgements by rubrics of these names; all if empty.
        judge: Only judgements by this judge model.

    Raises:
        NotFoundError: There is no such data set or run, or nothing in it was judged so.
        UsageError: The part is no list of conditions.
    """
    name, conditions = _parts(db, text)
    if name == "last" or name.isdecimal():
        found = [runs.find(db, name)]
        dataset = datasets.find(db, found[0].dataset)
    else:
        dataset = datasets.find(db, name)
        found = [run for run in runs.listing(db) if run.dataset == dataset.name and run.kind != runs.MEASURED]
    judged: dict[str, Judged] = {}
    for run in found:
        if judge is not None and run.model != judge:
            continue
        for fingerprint in run.fingerprints:
            rubric = judges.find(db, fingerprint).rubric
            if not rubrics or rubric.name in rubrics:
                judged.setdefault(rubric.hash, Judged(run, fingerprint, rubric))
    if not judged:
        what = f" by {' or '.join(rubrics)}" if rubrics else ""
        who = f" with judge {judge!r}" if judge else ""
        raise NotFoundError(
            f"{name!r} has no judgements{what}{who}", hint=f"judge run {dataset.name} --rubric R --judge MODEL"
        )
    return Side(text, dataset, judged, conditions)


def split_side(db: Database, side: Side, field: str) -> tuple[Side, ...]:
    """A side for each value that a field has among its records, in the order of the values.

    Raises:
        CalibrationError: There are not two values to compare.
    """
    values: set[str] = set()
    for chunk in datasets.chunks(db, side.dataset):
        for _, record in chunk:
            value = field_of(record, field)
            if value is not None and all(condition.meets(record) for condition in side.conditions):
                values.add(str(value))
    if len(values) < 2:  # noqa: PLR2004 - a comparison needs two
        found = ", ".join(sorted(values)) or "none"
        raise CalibrationError(
            f"{side.name} has {len(values)} values of {field!r} ({found}); two or more can be compared",
            hint="model, model_version, segment, or a key of the records' metadata",
        )
    return tuple(
        replace(side, name=value, conditions=(*side.conditions, Condition(field, "=", value)))
        for value in sorted(values)
    )


def _parts(db: Database, text: str) -> tuple[str, tuple[Condition, ...]]:
    """Name and conditions; a data set whose own name holds a colon is found first."""
    if ":" not in text or text in {name for name, _ in datasets.listing(db)}:
        return text, ()
    name, _, rest = text.partition(":")
    try:
        return name, tuple(Condition.parse(part) for part in rest.split(","))
    except UsageError as error:
        raise UsageError(error.message, where=text, hint=f"such as {name}:model_version=v1,segment=en") from error
