"""Studies in the store: created with their items, found by name, paused, opened again and closed."""

from __future__ import annotations

import secrets
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import insert, select, update

from judge.errors import NotFoundError, UsageError
from judge.labeling import events
from judge.labeling.drawing import draw_items
from judge.labeling.frame import has
from judge.labeling.study import State, Study
from judge.store import datasets, judges
from judge.store.labeling_tables import ITEM, STUDY
from judge.store.tables import DATASET, RATING, RECORD, now

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from judge.labeling.drawing import DrawnItems
    from judge.labeling.study import Plan
    from judge.rubric.schema import Rubric
    from judge.store.database import Database
    from judge.store.datasets import Dataset
    from judge.store.runs import Run


def create(
    db: Database,
    plan: Plan,
    rubric: Rubric,
    dataset: Dataset,
    *,
    runs: Sequence[Run] = (),
    time: datetime | None = None,
) -> Study:
    """Draw the records of a study and store it, all or nothing.

    Raises:
        UsageError: There is a study of that name, or it cannot be drawn as planned.
        NotFoundError: A run has no judgements of this rubric.
    """
    if plan.name in names(db):
        raise UsageError(
            f"there is a study {plan.name!r} already",
            where="STUDY",
            hint="choose another name; `judge study status` shows it",
        )
    judges.keep_rubric(db, rubric)
    drawn = draw_items(db, plan, rubric, dataset, runs)
    training = _training_keys(db, plan, rubric, dataset, drawn)
    moment = time or now()
    with db.write() as connection:
        row = _study_row(plan, rubric, runs, drawn) | {"dataset_id": dataset.id, "created": moment}
        key = int(connection.execute(insert(STUDY), row).inserted_primary_key[0])  # type: ignore[index]
        connection.execute(insert(ITEM), _item_rows(key, plan, drawn, training))
        events.add(connection, "created", moment, study=key, detail={"items": len(drawn.keys)})
    return find(db, plan.name)


def find(db: Database, name: str) -> Study:
    """The study of that name; ``last`` is the newest.

    Raises:
        NotFoundError: There is none; the message names those there are.
    """
    query = select(STUDY, DATASET.c.name.label("dataset")).join(DATASET, STUDY.c.dataset_id == DATASET.c.id)
    known = names(db)
    wanted = known[-1] if name == "last" and known and "last" not in known else name
    with db.read() as connection:
        row = connection.execute(query.where(STUDY.c.name == wanted)).mappings().first()
    if row is None:
        near = get_close_matches(name, known, n=1)
        there = f"there are: {', '.join(known)}" if known else "there is none yet: judge study create NAME --rubric R"
        raise NotFoundError(f"there is no study {name!r}", hint=f"did you mean {near[0]!r}?" if near else there)
    return Study.from_row(row, judges.rubric(db, row["rubric_hash"]))


def names(db: Database) -> list[str]:
    """The names of all studies, the oldest first."""
    with db.read() as connection:
        return [str(name) for name in connection.scalars(select(STUDY.c.name).order_by(STUDY.c.id))]


def refreshed(connection: Connection, study: Study) -> Study:
    """A study with the state it has now; nothing else of it ever changes."""
    row = connection.execute(select(STUDY.c.state, STUDY.c.closed).where(STUDY.c.id == study.id)).one()
    return study if row.state == study.state else replace(study, state=State(row.state), closed=row.closed)


def set_state(db: Database, study: Study, state: State, *, who: str = "", time: datetime | None = None) -> Study:
    """Pause, close or open a study again; what was rated is kept in any case."""
    moment = time or now()
    closed = moment if state is State.CLOSED else None
    with db.write() as connection:
        connection.execute(update(STUDY).where(STUDY.c.id == study.id).values(state=state, closed=closed))
        events.add(connection, state, moment, study=study.id, detail={"by": who})
    return find(db, study.name)


def _study_row(plan: Plan, rubric: Rubric, runs: Sequence[Run], drawn: DrawnItems) -> dict[str, Any]:
    same = (
        *("name", "guideline", "raters", "overlap", "gold", "repeats", "seed", "half_width", "level"),
        *("lease_seconds", "least_seconds"),
    )
    design = {
        "kind": str(plan.design),
        "n": plan.n,
        "runs": [run.id for run in runs],
        "criterion": plan.criterion or rubric.criteria[0].name,
        "floor": plan.floor,
        "clusters": plan.clusters,
        "missing": drawn.missing,
        "where": [f"{one.field}{one.compare}{one.value}" for one in plan.where],
    }
    return {name: getattr(plan, name) for name in same} | {
        "rubric_hash": rubric.hash,
        "state": State.OPEN,
        "design": design,
        "population": drawn.population,
    }


def _item_rows(study: int, plan: Plan, drawn: DrawnItems, training: Sequence[int]) -> list[dict[str, Any]]:
    # Codes are random: they reach the browser, and must tell nothing of stratum or place.
    rows = [
        {
            "record_id": int(key),
            "raters": plan.raters if overlapping else 1,
            "inclusion_probability": float(probability),
            "stratum": stratum,
            "cluster": str(cluster) if plan.clusters else None,
            "training": False,
        }
        for key, probability, stratum, cluster, overlapping in zip(
            drawn.keys, drawn.probability, drawn.strata, drawn.clusters, drawn.overlapping, strict=True
        )
    ]
    nothing = {"inclusion_probability": None, "stratum": None, "cluster": None}
    rows += [{"record_id": key, "raters": 0, "training": True} | nothing for key in training]
    return [row | {"study_id": study, "code": secrets.token_hex(8), "again": secrets.token_hex(8)} for row in rows]


def _training_keys(db: Database, plan: Plan, rubric: Rubric, dataset: Dataset, drawn: DrawnItems) -> list[int]:
    """Records with a gold rating on every criterion that were not drawn, as many as the plan asks for."""
    wanted = round(plan.gold * plan.n)
    if not wanted:
        return []
    with db.read() as connection:
        settled = _settled(connection, rubric, dataset)
    drawn_keys = set(drawn.keys.tolist())
    free = [key for key in settled if key not in drawn_keys]
    kept = {
        key for key, record in datasets.fetch(db, free).items() if all(has(record, f, rubric) for f in rubric.reads)
    }
    usable = np.array(sorted(kept), dtype=np.int64)
    if usable.size < wanted:
        raise UsageError(
            f"training on {wanted} records needs as many with a gold rating that are not drawn, found {usable.size}",
            where="--gold",
            hint="import gold ratings, adjudicate an earlier study, or lower --gold; "
            "the rubric's own examples are always part of the training",
        )
    chosen = np.random.default_rng([plan.seed, 3]).choice(usable, size=wanted, replace=False)
    return [int(key) for key in chosen]


def _settled(connection: Connection, rubric: Rubric, dataset: Dataset) -> list[int]:
    query = (
        select(RATING.c.record_id, RATING.c.criterion)
        .join(RECORD, RATING.c.record_id == RECORD.c.id)
        .where(
            RECORD.c.dataset_id == dataset.id,
            RATING.c.rubric_hash == rubric.hash,
            RATING.c.gold.is_(True),
            RATING.c.score.is_not(None),
        )
        .distinct()
    )
    found: dict[int, set[str]] = {}
    for key, criterion in connection.execute(query):
        found.setdefault(int(key), set()).add(criterion)
    return sorted(key for key, criteria in found.items() if len(criteria) == len(rubric.criteria))
