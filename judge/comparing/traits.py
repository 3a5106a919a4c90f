"""Traits: what a comparison needs to know of each record, as arrays."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from judge.records import field_of
from judge.store import datasets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from judge.comparing.side import Side
    from judge.records import Record
    from judge.store.database import Database

NOTHING: Final = 0
"""The mark of a record that has nothing in a field."""

KINDS: Final = ("record", "question", "group", "conversation")
"""What records of two sides may share, in the order in which it is looked for."""


@dataclass(frozen=True, slots=True)
class Traits:
    """Records of a side.

    Attributes:
        keys: Row keys of the records that meet the side's conditions, ascending, shape (N,).
        marks: Kind -> a number for what each record has there, equal for equal things, shape (N,).
    """

    keys: NDArray[np.int64]
    marks: dict[str, NDArray[np.int64]]

    def at(self, keys: NDArray[np.int64], kind: str) -> NDArray[np.int64]:
        """The marks of some of the records, by row key."""
        return self.marks[kind][np.searchsorted(self.keys, keys)]


def read_traits(db: Database, side: Side, *, fields: Sequence[str] = ()) -> Traits:
    """Read the records of a side.

    Args:
        db: The database.
        side: The side.
        fields: Further fields to mark: a record's own, or keys of its metadata.
    """
    keys: list[int] = []
    marks: dict[str, list[int]] = {kind: [] for kind in (*KINDS, *fields)}
    for chunk in datasets.chunks(db, side.dataset):
        for key, record in chunk:
            if not all(condition.meets(record) for condition in side.conditions):
                continue
            keys.append(key)
            for kind, column in marks.items():
                column.append(_mark(_value(record, kind)))
    return Traits(
        np.array(keys, dtype=np.int64), {kind: np.array(column, dtype=np.int64) for kind, column in marks.items()}
    )


def _value(record: Record, kind: str) -> str | None:
    if kind == "record":
        return record.id
    if kind == "question":
        return " ".join((record.question or "").split()).casefold() or None
    value = field_of(record, kind)
    return None if value is None else str(value)


def _mark(value: str | None) -> int:
    if value is None:
        return NOTHING
    return int.from_bytes(hashlib.blake2b(value.encode(), digest_size=8).digest(), "big", signed=True) or 1
