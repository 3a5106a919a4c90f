"""Runs: one execution of rubrics over records, with all its settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import desc, insert, select, update

from judge.errors import NotFoundError
from judge.store import judges, workers
from judge.store.database import insert_new
from judge.store.tables import DATASET, RUN, RUN_JUDGE, now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import RowMapping, Select

    from judge.store.database import Database
    from judge.store.datasets import Dataset

RUNNING: Final = "running"
FINISHED: Final = "finished"
STOPPED: Final = "stopped"

JUDGED: Final = "judged"
IMPORTED: Final = "imported"
MEASURED: Final = "measured"
TUNED: Final = "tuned"
PROBED: Final = "probed"
RECHECKED: Final = "rechecked"

_PRICES: Final = ("price", "price_table")


@dataclass(frozen=True, slots=True)
class Run:
    """One execution.

    Attributes:
        id: Its number in this database.
        dataset: The data set's name.
        kind: ``judged`` by a model here, ``imported`` from another tool, ``measured`` by metrics, ``tuned``: judged
            to try a rubric out, ``probed``: judged to try a judge out, or
            ``rechecked``: judged without suspicious spans; the last three are never meant by ``last``.
        model: The judge model's spelling; metrics are joined with commas.
        state: ``running``, ``finished`` or ``stopped``.
        started: When.
        finished: When; None while it runs, or where a crash ended it.
        settings: All settings in force.
        fingerprints: The judges that took part.
    """

    id: int
    dataset: str
    kind: str
    model: str
    state: str
    started: datetime
    finished: datetime | None
    settings: Mapping[str, Any]
    fingerprints: tuple[str, ...]


def start(
    db: Database,
    dataset: Dataset,
    *,
    identity: str,
    kind: str,
    model: str,
    settings: Mapping[str, Any],
    judges_: Sequence[judges.Judge] = (),
    reopen: bool = False,
) -> tuple[Run, bool]:
    """Begin a run, or go on with the unfinished one of the same identity.

    Args:
        db: The database.
        dataset: The data set.
        identity: Hash of everything that makes two runs the same.
        kind: What kind of run.
        model: The judge model's spelling.
        settings: All settings in force.
        judges_: The judges that take part.
        reopen: Go on with a finished run too: importing the same outputs again is the same run.

    Returns:
        The run, and whether it was begun before.
    """
    for judge in judges_:
        judges.keep(db, judge)
    with db.write() as connection:
        same = select(RUN.c.id).where(RUN.c.identity == identity).order_by(desc(RUN.c.id)).limit(1)
        before = connection.scalar(same if reopen else same.where(RUN.c.state != FINISHED))
        if before is None:
            row = {"dataset_id": dataset.id, "identity": identity, "kind": kind, "model": model}
            row |= {"state": RUNNING, "started": now(), "settings": dict(settings)}
            key = int(connection.execute(insert(RUN), row).inserted_primary_key[0])  # type: ignore[index]
        else:
            key = int(before)
            kept = connection.scalar(select(RUN.c.settings).where(RUN.c.id == key)) or {}
            values = {"state": RUNNING, "finished": None, "settings": _renewed(kept, settings)}
            connection.execute(update(RUN).where(RUN.c.id == key).values(values))
        members = [{"run_id": key, "fingerprint": judge.fingerprint} for judge in judges_]
        if members:
            connection.execute(insert_new(connection, RUN_JUDGE), members)
    return find(db, str(key)), before is not None


def _renewed(kept: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they are in force from here on; prices by which calls were paid before stay beside them."""
    renewed = dict(kept) | dict(settings)
    before = {name: kept.get(name) for name in _PRICES}
    if before != {name: renewed.get(name) for name in _PRICES}:
        renewed["prices_before"] = [*kept.get("prices_before", ()), before]
    return renewed


def end(db: Database, run: Run, state: str, *, learnt: Mapping[str, Any] | None = None) -> Run:
    """Set how a run ended, and keep what was learnt of the model on the way beside its settings."""
    settings = dict(run.settings) | dict(learnt or {})
    with db.write() as connection:
        values = {"state": state, "finished": now(), "settings": settings}
        connection.execute(update(RUN).where(RUN.c.id == run.id).values(values))
    return find(db, str(run.id))


def find(db: Database, name: str, *, kinds: Sequence[str] = (JUDGED, IMPORTED)) -> Run:
    """A run by its number, or ``last`` for the newest of these kinds.

    Raises:
        NotFoundError: There is none.
    """
    query = _query()
    if name == "last":
        query = query.where(RUN.c.kind.in_(kinds)).order_by(desc(RUN.c.id)).limit(1)
    elif name.isdecimal():
        query = query.where(RUN.c.id == int(name))
    else:
        raise NotFoundError(f"{name!r} is no run", hint="write `last`, or a number from `judge runs`")
    with db.read() as connection:
        row = connection.execute(query).mappings().first()
    if row is None:
        what = "there is no run yet" if name == "last" else f"there is no run {name}"
        raise NotFoundError(what, hint="`judge runs` lists them; `judge run SOURCE --rubric R --judge MODEL` makes one")
    return _to_run(db, row)


def listing(db: Database) -> list[Run]:
    """Every run, the newest first; one that a crash ended, so that no worker is at it any more, is a stopped one."""
    with db.read() as connection:
        rows = connection.execute(_query().order_by(desc(RUN.c.id))).mappings().all()
        busy = workers.busy(connection)
    return [replace(run, state=STOPPED) if _was_left(run, busy) else run for run in (_to_run(db, row) for row in rows)]


def _was_left(run: Run, busy: set[int]) -> bool:
    # An import asks nobody, and has no worker.
    return run.state == RUNNING and run.kind != IMPORTED and run.id not in busy


def _query() -> Select[Any]:
    return select(RUN, DATASET.c.name.label("dataset")).join(DATASET, RUN.c.dataset_id == DATASET.c.id)


def _to_run(db: Database, row: RowMapping) -> Run:
    query = select(RUN_JUDGE.c.fingerprint).where(RUN_JUDGE.c.run_id == row["id"]).order_by(RUN_JUDGE.c.fingerprint)
    with db.read() as connection:
        fingerprints = tuple(str(value) for value in connection.scalars(query))
    same = ("id", "dataset", "kind", "model", "state", "started", "finished", "settings")
    return Run(**{name: row[name] for name in same}, fingerprints=fingerprints)
