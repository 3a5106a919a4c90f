"""Data sets: records in, records out, without ever holding them all."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, insert, select, update

from judge.errors import NotFoundError
from judge.records import Document, Record
from judge.store.tables import DATASET, RECORD, now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from judge.store.database import Database

CHUNK: Final = 500

OBSERVED: Final = ("time", "latency", "prompt_tokens", "completion_tokens", "feedback", "segment", "conversation")
"""What may be learnt of a response after it was logged; a later import fills these in."""


@dataclass(slots=True)
class Added:
    """What became of the records of one import."""

    new: int = 0
    unchanged: int = 0
    updated: int = 0
    conflicts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A named set of records in the store."""

    id: int
    name: str


def ensure(db: Database, name: str, *, source: str | None = None) -> Dataset:
    """The data set of that name, made if it is not there.

    Args:
        db: The database.
        name: The name wanted.
        source: The file it stands for, where the name was taken from a file: another file of the same name then gets
            a name of its own (``log-2``), so that two files never mix in silence.
    """
    with db.write() as connection:
        taken = {row.name: row for row in connection.execute(select(DATASET))}
        chosen, number = name, 1
        while source is not None and chosen in taken and taken[chosen].source != source:
            number += 1
            chosen = f"{name}-{number}"
        if chosen not in taken:
            connection.execute(insert(DATASET), {"name": chosen, "source": source, "created": now()})
        key = connection.scalar(select(DATASET.c.id).where(DATASET.c.name == chosen))
    return Dataset(id=int(key or 0), name=chosen)


def find(db: Database, name: str) -> Dataset:
    """The data set of that name.

    Raises:
        NotFoundError: There is none; the message names those there are.
    """
    with db.read() as connection:
        known = {row.name: row.id for row in connection.execute(select(DATASET.c.name, DATASET.c.id))}
    if name in known:
        return Dataset(id=known[name], name=name)
    near = get_close_matches(name, known, n=1)
    there = f"there are: {', '.join(sorted(known))}" if known else "there is none yet: judge import FILE --dataset NAME"
    raise NotFoundError(f"there is no data set {name!r}", hint=f"did you mean {near[0]!r}?" if near else there)


def listing(db: Database) -> list[tuple[str, int]]:
    """Every data set's name with its number of records."""
    query = (
        select(DATASET.c.name, func.count(RECORD.c.id))
        .select_from(DATASET.outerjoin(RECORD))
        .group_by(DATASET.c.name)
        .order_by(DATASET.c.name)
    )
    with db.read() as connection:
        return [(str(name), int(count)) for name, count in connection.execute(query)]


def add(db: Database, dataset: Dataset, records: Sequence[Record]) -> tuple[Added, dict[str, int]]:
    """Store records; those already there are left alone, save that observations are filled in.

    A record whose id is known with other content is a conflict and is not stored: judgements belong to content.

    Returns:
        The counts, and record id -> row key of every record that is now in the data set as given.
    """
    added = Added()
    with db.write() as connection:
        known = _known(connection, dataset, [record.id for record in records])
        fresh: dict[str, dict[str, Any]] = {}
        changed: list[dict[str, Any]] = []
        for record in records:
            row = _to_row(record, dataset)
            before = known.get(record.id) or fresh.get(record.id)
            if before is None:
                fresh[record.id] = row
            elif before["digest"] != row["digest"]:
                added.conflicts.append(record.id)
            else:
                _note_change(before, row, changed, added)
        if fresh:
            connection.execute(insert(RECORD), list(fresh.values()))
            added.new += len(fresh)
        if changed:
            _fill_in(connection, changed)
        keys = {name: int(row["id"]) for name, row in _known(connection, dataset, list(fresh)).items()}
    refused = set(added.conflicts)
    keys |= {name: int(row["id"]) for name, row in known.items() if name not in refused}
    return added, keys


def note_feedback(db: Database, dataset: Dataset, feedback: Mapping[str, float]) -> tuple[int, int]:
    """Keep what users signalled of records after they were logged; the newest word counts.

    Args:
        db: The database.
        dataset: The records' data set.
        feedback: Record id -> feedback.

    Returns:
        How many of the records are there, and of how many the feedback is new.
    """
    known, changed, names = 0, 0, list(feedback)
    for start in range(0, len(names), CHUNK):
        with db.write() as connection:
            rows = _known(connection, dataset, names[start : start + CHUNK])
            news = [
                {"key": row["id"]} | {each: row[each] for each in OBSERVED} | {"feedback": feedback[name]}
                for name, row in rows.items()
                if row["feedback"] != feedback[name]
            ]
            if news:
                _fill_in(connection, news)
        known += len(rows)
        changed += len(news)
    return known, changed


def _known(connection: Connection, dataset: Dataset, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    columns = [RECORD.c.id, RECORD.c.record_id, RECORD.c.digest, *(RECORD.c[name] for name in OBSERVED)]
    query = select(*columns).where(RECORD.c.dataset_id == dataset.id, RECORD.c.record_id.in_(ids))
    return {row["record_id"]: dict(row) for row in connection.execute(query).mappings()}


def _note_change(before: dict[str, Any], row: dict[str, Any], changed: list[dict[str, Any]], added: Added) -> None:
    news = {name: row[name] for name in OBSERVED if row[name] is not None and row[name] != before[name]}
    if news and "id" in before:
        changed.append({"key": before["id"]} | {name: news.get(name, before[name]) for name in OBSERVED})
        added.updated += 1
    else:
        added.unchanged += 1


def _fill_in(connection: Connection, changed: list[dict[str, Any]]) -> None:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in OBSERVED}
    rows = [{"key": row["key"]} | {f"new_{name}": row[name] for name in OBSERVED} for row in changed]
    connection.execute(update(RECORD).where(RECORD.c.id == bindparam("key")).values(values), rows)


def count(db: Database, dataset: Dataset) -> int:
    """How many records the data set holds."""
    query = select(func.count()).select_from(RECORD).where(RECORD.c.dataset_id == dataset.id)
    with db.read() as connection:
        return int(connection.scalar(query) or 0)


def chunks(
    db: Database, dataset: Dataset, *, size: int = CHUNK, but: ColumnElement[bool] | None = None
) -> Iterator[list[tuple[int, Record]]]:
    """All records in the order they were logged into the store, a few at a time, with their row keys.

    Args:
        db: The database.
        dataset: The data set.
        size: How many at a time.
        but: A condition on records that are passed over.
    """
    after = 0
    wanted = [RECORD.c.dataset_id == dataset.id, *([] if but is None else [~but])]
    while True:
        query = select(RECORD).where(*wanted, RECORD.c.id > after).order_by(RECORD.c.id).limit(size)
        with db.read() as connection:
            rows = [(int(row["id"]), to_record(row)) for row in connection.execute(query).mappings()]
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def fetch(db: Database, keys: Sequence[int]) -> dict[int, Record]:
    """Records by row key; ask for a few hundred at a time."""
    with db.read() as connection:
        rows = connection.execute(select(RECORD).where(RECORD.c.id.in_(keys))).mappings()
        return {int(row["id"]): to_record(row) for row in rows}


def _to_row(record: Record, dataset: Dataset) -> dict[str, Any]:
    return {
        "dataset_id": dataset.id,
        "record_id": record.id,
        "digest": record.digest(),
        "documents": [[d.text, d.id, d.title] for d in record.documents] or None,
        "extra": dict(record.metadata) or None,
    } | {name: getattr(record, name) for name in _SAME}


_SAME: Final = (
    *("response", "question", "reference", "rival", "model", "model_version", "group"),
    *OBSERVED,
)


def to_record(row: RowMapping) -> Record:
    """A record from its row."""
    return Record(
        id=row["record_id"],
        documents=tuple(Document(text=text, id=name, title=title) for text, name, title in row["documents"] or ()),
        metadata=row["extra"] or {},
        **{name: row[name] for name in _SAME},
    )
