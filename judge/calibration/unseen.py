"""Seen records: what tuned a rubric, or stands in it as an example, says nothing of how its judge does elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select

from judge.errors import CalibrationError
from judge.store import datasets, tunings
from judge.store.splits import Split, group_name
from judge.store.tables import RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from judge.calibration.panel import Panel
    from judge.calibration.pool import Pool
    from judge.records import Record
    from judge.rubric.schema import Example, Rubric
    from judge.store.database import Database
    from judge.store.datasets import Dataset

    Flags = NDArray[np.bool_]

NAMED = 3
"""Records that a refusal names."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Which items of a pool a rubric has seen.

    Attributes:
        tuned: They are in the splits that tuned the rubric or said what that gained, shape (N,).
        shown: They stand in the rubric as a worked example, shape (N,).
    """

    tuned: Flags
    shown: Flags

    @property
    def any(self) -> Flags:
        """Either of the two, shape (N,)."""
        both: Flags = self.tuned | self.shown
        return both


def find_seen(db: Database, dataset: Dataset, rubric: Rubric, keys: NDArray[np.int64], rated: Flags) -> Seen:
    """Which records a rubric has seen, by their groups and their contents.

    Args:
        db: The database.
        dataset: The data set.
        rubric: The rubric; what tuned the rubrics that it was tuned from counts too.
        keys: Row keys of the pool's records, shape (N,).
        rated: Which of them people rated, shape (N,): only these are held against examples, text by text.
    """
    nothing = np.zeros(keys.size, dtype=bool)
    made = tunings.ancestry(db, rubric.hash)
    tuned = _tuned(db, dataset, made, keys) if made else nothing
    shown = _shown(db, rubric.examples, keys, rated) if rubric.examples else nothing
    return Seen(tuned, shown)


def _tuned(db: Database, dataset: Dataset, made: Sequence[tunings.Tuning], keys: NDArray[np.int64]) -> Flags:
    here = {each.splits for each in made if each.dataset_id == dataset.id}
    marks = tunings.marked(db, [each.rubric_hash for each in made])
    columns = (RECORD.c.id, RECORD.c.record_id, RECORD.c.group, RECORD.c.conversation, RECORD.c.digest)
    wanted = set(keys.tolist())
    found: set[int] = set()
    with db.read() as connection:
        query = select(*columns).where(RECORD.c.dataset_id == dataset.id)
        for key, name, group, conversation, digest in connection.execution_options(yield_per=20_000).execute(query):
            place = group_name(name, group=group, conversation=conversation)
            if key in wanted and (digest in marks or any(each.of(place) is not Split.CALIBRATION for each in here)):
                found.add(key)
    return np.array([key in found for key in keys.tolist()], dtype=bool)


def _shown(db: Database, examples: Sequence[Example], keys: NDArray[np.int64], rated: Flags) -> Flags:
    wanted: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for example in examples:
        texts = tuple(_words(getattr(example, name)) for name in example.fields)
        wanted.setdefault(example.fields, set()).add(texts)
    shown = np.zeros(keys.size, dtype=bool)
    places = np.flatnonzero(rated)
    for start in range(0, places.size, datasets.CHUNK):
        part = places[start : start + datasets.CHUNK]
        records = datasets.fetch(db, keys[part].tolist())
        for place in part:
            shown[place] = _is_shown(records[int(keys[place])], wanted)
    return shown


def _is_shown(record: Record, wanted: dict[tuple[str, ...], set[tuple[str, ...]]]) -> bool:
    return any(tuple(_held(record, name) for name in fields) in texts for fields, texts in wanted.items())


def _held(record: Record, name: str) -> str:
    held = record.read(name)
    return _words(tuple(each.text for each in held) if isinstance(held, tuple) else held)


def _words(text: str | tuple[str, ...] | None) -> str:
    """A text by its words alone: white space that a file or a form has changed makes no other record of it."""
    whole = "\0".join(text) if isinstance(text, tuple) else text or ""
    return " ".join(whole.split())


def leave_out(
    db: Database, dataset: Dataset, rubric: Rubric, *, pool: Pool, panel: Panel, unseen: bool
) -> tuple[Pool, Panel]:
    """Pool and panel without what the rubric has seen, where that is asked for.

    Whole groups are left out, rated or not, so that what remains is a draw of the groups that no rating chose.

    Args:
        db: The database.
        dataset: The data set.
        rubric: The rubric.
        pool: Every judged item.
        panel: The ratings that meet them.
        unseen: Whether to leave out what it has seen; else rated items that it has seen are refused.

    Raises:
        CalibrationError: The rubric has seen rated items; the message says which, and what to do.
    """
    rated = np.zeros(pool.size, dtype=bool)
    rated[panel.items] = True
    seen = find_seen(db, dataset, rubric, pool.keys, rated)
    if unseen:
        kept = ~seen.any
        return pool.part(kept), panel.part(kept)
    if (seen.any & rated).any():
        raise _refusal(db, rubric, pool, seen, rated)
    return pool, panel


def _refusal(db: Database, rubric: Rubric, pool: Pool, seen: Seen, rated: Flags) -> CalibrationError:
    total, left = int(rated.sum()), int((rated & ~seen.any).sum())
    said = []
    for flags, what in (
        (seen.tuned & rated, "tuned it"),
        (seen.shown & ~seen.tuned & rated, "stand in it as examples"),
    ):
        count = int(flags.sum())
        if count:
            said.append(f"{count} of the {total} rated items {what} ({_named(db, pool, flags)})")
    return CalibrationError(
        f"rubric {rubric.name}, version {rubric.version}, has seen what it would be calibrated on: "
        f"{' and '.join(said)}; such a judge looks better than it is",
        hint=f"add --unseen to calibrate on the {left} rated items that it has not seen, or rate other records",
    )


def _named(db: Database, pool: Pool, flags: Flags) -> str:
    keys = pool.keys[flags].tolist()
    records = datasets.fetch(db, keys[:NAMED])
    names = ", ".join(records[key].id for key in keys[:NAMED])
    return names if len(keys) <= NAMED else f"{names}, ..."
