"""Tunings in the store: what a rubric was made of, so that it is never calibrated on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from judge.store.database import insert_new
from judge.store.datasets import CHUNK
from judge.store.splits import Splits
from judge.store.tables import RECORD, now
from judge.store.tuning_tables import TUNING, TUNING_MARK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from judge.rubric.schema import Rubric
    from judge.store.database import Database
    from judge.store.datasets import Dataset
    from judge.store.splits import Split


@dataclass(frozen=True, slots=True)
class Tuning:
    """One tuning of a rubric.

    Attributes:
        rubric_hash: The rubric it gave.
        parent_hash: The rubric it started from.
        dataset_id: The data set whose ratings were used.
        model: The judge model it was tuned for.
        splits: How that data set was split.
    """

    rubric_hash: str
    parent_hash: str
    dataset_id: int
    model: str
    splits: Splits


def keep(
    db: Database,
    dataset: Dataset,
    rubric: Rubric,
    parent: Rubric,
    *,
    model: str,
    splits: Splits,
    used: Mapping[int, Split],
    outcome: Mapping[str, Any],
) -> None:
    """Keep a tuning; both rubrics must be kept already.

    Args:
        db: The database.
        dataset: The data set.
        rubric: What tuning gave.
        parent: What it started from.
        model: The judge model's spelling.
        splits: How the data set was split.
        used: Row key of each rated record that was used -> its split.
        outcome: What the held-out split said, for later readers.
    """
    row = {"rubric_hash": rubric.hash, "parent_hash": parent.hash, "dataset_id": dataset.id, "model": model}
    row |= {"seed": splits.seed, "tune": splits.tune, "held_out": splits.held_out}
    row |= {"outcome": dict(outcome), "created": now()}
    with db.write() as connection:
        connection.execute(insert(TUNING), row)
        keys = sorted(used)
        for start in range(0, len(keys), CHUNK):
            query = select(RECORD.c.id, RECORD.c.digest).where(RECORD.c.id.in_(keys[start : start + CHUNK]))
            marks = [
                {"rubric_hash": rubric.hash, "record_id": key, "digest": digest, "split": str(used[key])}
                for key, digest in connection.execute(query)
            ]
            connection.execute(insert_new(connection, TUNING_MARK), marks)


def ancestry(db: Database, rubric_hash: str) -> tuple[Tuning, ...]:
    """The tunings that a rubric came out of, its own first; empty for a rubric that nobody tuned."""
    found: list[Tuning] = []
    wanted, known = [rubric_hash], {rubric_hash}
    while wanted:
        with db.read() as connection:
            query = select(TUNING).where(TUNING.c.rubric_hash.in_(wanted)).order_by(TUNING.c.id)
            made = [_to_tuning(row) for row in connection.execute(query).mappings()]
        found += [each for each in made if each not in found]
        wanted = sorted({each.parent_hash for each in made} - known)
        known.update(wanted)
    return tuple(found)


def wordings(db: Database, rubric_hash: str) -> tuple[str, ...]:
    """The hashes whose ratings answer a rubric's questions: its own, and those of the rubrics it was tuned from.

    Tuning adds examples and guidance for the judge. What people were asked, and the scale, stay as they were.
    """
    return tuple(dict.fromkeys([rubric_hash, *(each.parent_hash for each in ancestry(db, rubric_hash))]))


def looks(db: Database, dataset: Dataset, parent_hash: str, splits: Splits) -> int:
    """How often the held-out split of a data set was looked at before to tune this rubric."""
    query = (
        select(func.count())
        .select_from(TUNING)
        .where(
            TUNING.c.dataset_id == dataset.id,
            TUNING.c.parent_hash.in_(wordings(db, parent_hash)),
            TUNING.c.seed == splits.seed,
        )
    )
    with db.read() as connection:
        return int(connection.scalar(query) or 0)


def marked(db: Database, rubric_hashes: Sequence[str]) -> set[str]:
    """Content hashes of the records that tuned these rubrics, in whatever data set the same content may stand."""
    query = select(TUNING_MARK.c.digest).where(TUNING_MARK.c.rubric_hash.in_(rubric_hashes))
    with db.read() as connection:
        return {str(digest) for digest in connection.scalars(query)}


def _to_tuning(row: Any) -> Tuning:
    splits = Splits(seed=row["seed"], tune=row["tune"], held_out=row["held_out"])
    same = ("rubric_hash", "parent_hash", "dataset_id", "model")
    return Tuning(**{name: row[name] for name in same}, splits=splits)
