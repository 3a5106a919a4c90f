"""What commands about studies share: where records come from, free names, and how a study is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from judge.cli.console import say
from judge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.labeling.study import Design, Study
    from judge.settings import Settings
    from judge.store.database import Database
    from judge.store.datasets import Dataset
    from judge.store.runs import Run


def chosen_source(
    database: Database, settings: Settings, source: str, names: Sequence[str] = (), *, guided: bool = False
) -> tuple[Dataset, list[Run]]:
    """The data set to draw from, and the runs that guide the draw.

    Args:
        database: The database.
        settings: The operator's settings.
        source: A data set, a log file, or ``last`` for what the newest run judged.
        names: The runs named; with ``last`` the newest is taken where none is.
        guided: Whether the draw needs a run: then the data set's newest is taken where none is named.

    Raises:
        NotFoundError: There is no such data set or run.
    """
    from judge.sources import open_source
    from judge.store import runs

    dataset = open_source(database, source, settings, tell=say)
    found = [runs.find(database, name) for name in names]
    if not found and source == "last":
        found = [runs.find(database, "last")]
    elif not found and guided:
        judged = [run for run in runs.listing(database) if run.dataset == dataset.name and run.fingerprints]
        found = judged[:1]
    return dataset, found


def free_name(database: Database, base: str) -> str:
    """A name that no study has yet."""
    from judge.labeling import studies

    taken, number, name = set(studies.names(database)), 1, base
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def read_design(name: str) -> Design:
    """The design of that name.

    Raises:
        UsageError: There is none.
    """
    from judge.labeling.study import Design

    allowed = [str(design) for design in Design]
    if name not in allowed:
        raise UsageError(f"there is no design {name!r}", where="--design", hint=f"one of {', '.join(allowed)}")
    return Design(name)


def study_json(database: Database, study: Study) -> dict[str, Any]:
    """A study for machines."""
    from judge.labeling import items

    counts = items.counts(database, study)
    same = (
        *("dataset", "state", "population", "design", "guideline", "raters", "overlap", "gold", "repeats", "seed"),
        *("half_width", "level", "lease_seconds", "least_seconds", "created", "closed"),
    )
    return (
        {"study": study.name, "rubric": study.rubric.name, "rubric_hash": study.rubric.hash}
        | {name: getattr(study, name) for name in same}
        | {"items": counts.items, "overlapping": counts.overlapping, "training": counts.training}
        | {"ratings_wanted": counts.slots, "least_probability": counts.least, "greatest_probability": counts.greatest}
    )


def told(database: Database, study: Study) -> str:
    """A study in a few lines."""
    from judge.labeling import items

    counts = items.counts(database, study)
    chance = (
        f"{counts.least:.3g}" if counts.least == counts.greatest else f"{counts.least:.3g} to {counts.greatest:.3g}"
    )
    drawn = f"{counts.items:,} of {study.population:,} records of {study.dataset}"
    shared, single = counts.overlapping, counts.items - counts.overlapping
    lines = [
        f"Study {study.name}: {drawn}, for {study.rubric.name} ({study.design['kind']} draw).",
        f"Each had probability {chance} to be drawn.",
        f"{counts.slots:,} ratings in all: {shared:,} records by {study.raters} annotators, {single:,} by one.",
    ]
    if counts.training:
        lines.append(f"{counts.training:,} more records are for training.")
    missing = study.design["missing"]
    if missing:
        fields = ", ".join(f"{count:,} without {field}" for field, count in missing.items())
        lines.append(f"Left out, as they cannot be asked: {fields}.")
    return "\n".join(lines)
