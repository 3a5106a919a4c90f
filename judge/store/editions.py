"""Editions in the store: evaluation data sets in versions, each record with where it comes from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from judge.errors import NotFoundError, UsageError
from judge.store import datasets
from judge.store.edition_tables import EDITION, EDITION_RECORD
from judge.store.tables import DATASET, RATING, RECORD, now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from judge.records import Record
    from judge.store.database import Database


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of an evaluation data set.

    Attributes:
        id: Its row key.
        name: What all versions are called.
        version: Its number, from 1.
        dataset: The data set that holds its records, ``NAME@VERSION``.
        records: How many.
        splits: Split -> records in it.
        content_hash: Hash of all its records' contents.
        made: What it was made of: source, rules, counts, the version before.
        created: When.
    """

    id: int
    name: str
    version: int
    dataset: str
    records: int
    splits: Mapping[str, int]
    content_hash: str
    made: Mapping[str, Any]
    created: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A record that goes into an edition.

    Attributes:
        record: As it is to stand there.
        source: Row key of the record it was taken from.
        why: Why it is in the edition.
        split: On which side of a split it is.
        changed: Whether its texts differ from the source's, so that places in them no longer hold.
    """

    record: Record
    source: int | None
    why: tuple[str, ...]
    split: str | None = None
    changed: bool = False


def add(db: Database, name: str, entries: Sequence[Entry], made: Mapping[str, Any]) -> Edition:
    """Store the next version of an evaluation data set, with the ratings of its records' sources.

    Ratings lose their inclusion probability: the edition's records were chosen, so how likely each was to be rated
    among all records says nothing of it.

    Raises:
        UsageError: There is nothing to store, or a data set of that name is there that is no edition.
    """
    if not entries:
        raise UsageError("no record is left for the edition", hint="loosen what was asked for")
    before = latest(db, name)
    version = before.version + 1 if before is not None else 1
    full = f"{name}@{version}"
    if full in {each for each, _ in datasets.listing(db)}:
        raise UsageError(f"there is a data set {full!r} that is no edition", where="--into", hint="choose another name")
    dataset = datasets.ensure(db, full)
    _, keys = datasets.add(db, dataset, [entry.record for entry in entries])
    digest = hashlib.sha256("\n".join(sorted(entry.record.digest() for entry in entries)).encode()).hexdigest()
    row = {"name": name, "version": version, "dataset_id": dataset.id, "content_hash": digest}
    row |= {"parent_id": before.id if before is not None else None, "made": dict(made), "created": now()}
    with db.write() as connection:
        key = int(connection.execute(insert(EDITION), row).inserted_primary_key[0])  # type: ignore[index]
        rows = [
            {
                "record_id": keys[entry.record.id],
                "edition_id": key,
                "source_id": entry.source,
                "why": list(entry.why),
                "split": entry.split,
            }
            for entry in entries
        ]
        connection.execute(insert(EDITION_RECORD), rows)
    for entry in entries:
        if entry.source is not None:
            _copy_ratings(db, entry, keys[entry.record.id])
    return find(db, full)


def _copy_ratings(db: Database, entry: Entry, key: int) -> None:
    with db.write() as connection:
        found = connection.execute(select(RATING).where(RATING.c.record_id == entry.source)).mappings().all()
        rows = [{name: value for name, value in row.items() if name != "id"} for row in found]
        for row in rows:
            row |= {"record_id": key, "inclusion_probability": None}
            if entry.changed:
                row["evidence"] = None
        if rows:
            connection.execute(insert(RATING), rows)


def find(db: Database, name: str) -> Edition:
    """An edition by ``NAME@VERSION``, or the newest version of ``NAME``.

    Raises:
        NotFoundError: There is none; the message names those there are.
    """
    found = listing(db)
    for each in reversed(found):
        if name in {each.dataset, each.name}:
            return each
    there = ", ".join(each.dataset for each in found) or "none yet: judge curate add SOURCE --into NAME"
    raise NotFoundError(f"there is no evaluation data set {name!r}", hint=f"there is {there}")


def latest(db: Database, name: str) -> Edition | None:
    """The newest version of an evaluation data set; None where there is none."""
    return next((each for each in reversed(listing(db)) if each.name == name), None)


def listing(db: Database) -> list[Edition]:
    """Every edition, by name and version."""
    query = select(EDITION, DATASET.c.name.label("dataset")).join(DATASET, EDITION.c.dataset_id == DATASET.c.id)
    counts = select(EDITION_RECORD.c.edition_id, EDITION_RECORD.c.split, func.count())
    with db.read() as connection:
        rows = connection.execute(query.order_by(EDITION.c.name, EDITION.c.version)).mappings().all()
        splits: dict[int, dict[str | None, int]] = {}
        for edition, split, count in connection.execute(counts.group_by(EDITION_RECORD.c.edition_id, "split")):
            splits.setdefault(edition, {})[split] = count
    same = ("id", "name", "version", "dataset", "content_hash", "made", "created")
    return [
        Edition(
            **{name: row[name] for name in same},
            records=sum(splits.get(row["id"], {}).values()),
            splits={split: n for split, n in sorted(splits.get(row["id"], {}).items(), key=str) if split is not None},
        )
        for row in rows
    ]


def split_keys(db: Database, dataset: str, split: str) -> frozenset[int]:
    """Row keys of the records on one side of an edition's split, or of another version's answers to its questions.

    Raises:
        NotFoundError: The data set is neither, or has no such split.
    """
    edition = next((each for each in listing(db) if dataset.startswith(f"{each.dataset}/")), None)
    query = select(EDITION_RECORD.c.record_id)
    if edition is not None:
        answered = RECORD.alias()
        query = (
            select(answered.c.id)
            .select_from(EDITION_RECORD.join(RECORD, EDITION_RECORD.c.record_id == RECORD.c.id))
            .join(answered, answered.c.record_id == RECORD.c.record_id)
            .join(DATASET, (DATASET.c.id == answered.c.dataset_id) & (DATASET.c.name == dataset))
        )
    else:
        edition = find(db, dataset)
    query = query.where(EDITION_RECORD.c.edition_id == edition.id, EDITION_RECORD.c.split == split)
    with db.read() as connection:
        keys = frozenset(int(key) for key in connection.scalars(query))
    if not keys:
        there = ", ".join(edition.splits) or "none"
        raise NotFoundError(f"{edition.dataset} has no split {split!r}", hint=f"its splits: {there}")
    return keys


def entries_of(db: Database, edition: Edition) -> list[Entry]:
    """The records of an edition as entries, to be carried on into the next version."""
    query = (
        select(RECORD, EDITION_RECORD.c.source_id, EDITION_RECORD.c.why, EDITION_RECORD.c.split)
        .join(EDITION_RECORD, EDITION_RECORD.c.record_id == RECORD.c.id)
        .where(EDITION_RECORD.c.edition_id == edition.id)
        .order_by(RECORD.c.id)
    )
    with db.read() as connection:
        rows = connection.execute(query).mappings().all()
    # Ratings given on the version before go on from there, so that is the source.
    return [Entry(datasets.to_record(row), int(row["id"]), tuple(row["why"]), row["split"]) for row in rows]
