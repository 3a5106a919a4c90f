"""Ratings in the store: imported or given at the desk, the newest version of each in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, func, insert, select

from judge.scores import Abstention, Rating, Reason
from judge.store import tunings
from judge.store.judgements import quotes_from_json, quotes_to_json, score_from_text
from judge.store.tables import RATING, RECORD, now

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import Connection, RowMapping

    from judge.rubric.schema import Rubric
    from judge.store.database import Database
    from judge.store.datasets import Dataset

IMPORT = "import"


def add(db: Database, rubric: Rubric, ratings: Sequence[tuple[int, Rating]], *, source: str = IMPORT) -> int:
    """Store ratings; one that says what the newest version says is left alone, another becomes a new version.

    Args:
        db: The database.
        rubric: The rubric they answer; it must be kept already.
        ratings: Row key of the record, and the rating.
        source: Where they come from: ``import`` or a study's name.

    Returns:
        How many were new.
    """
    with db.write() as connection:
        newest = _newest(connection, rubric, {key for key, _ in ratings}, source)
        rows = []
        for key, rating in ratings:
            row = to_row(key, rating, rubric, source)
            place = (key, rating.criterion, rating.annotator, rating.repeat)
            before = newest.get(place)
            if before is not None and all(before[name] == row[name] for name in _SAID):
                continue
            row["version"] = before["version"] + 1 if before is not None else 1
            newest[place] = row
            rows.append(row)
        if rows:
            connection.execute(insert(RATING), rows)
    return len(rows)


_SAID = ("score", "reason", "evidence", "note", "gold")


def _newest(connection: Connection, rubric: Rubric, keys: set[int], source: str) -> dict[Any, dict[str, Any]]:
    query = (
        select(RATING)
        .where(RATING.c.record_id.in_(keys), RATING.c.rubric_hash == rubric.hash, RATING.c.source == source)
        .order_by(RATING.c.version)
    )
    rows = connection.execute(query).mappings()
    return {(row["record_id"], row["criterion"], row["annotator"], row["repeat"]): dict(row) for row in rows}


def to_row(key: int, rating: Rating, rubric: Rubric, source: str) -> dict[str, Any]:
    """The row of a rating, but for its version."""
    return {
        "record_id": key,
        "rubric": rubric.name,
        "rubric_hash": rubric.hash,
        "criterion": rating.criterion,
        "annotator": rating.annotator,
        "source": source,
        "repeat": rating.repeat,
        "score": None if rating.score is None else str(rating.score),
        "reason": str(rating.abstention.reason) if rating.abstention else None,
        "detail": rating.abstention.detail if rating.abstention else None,
        "evidence": quotes_to_json(rating.evidence),
        "note": rating.note or None,
        "seconds": rating.seconds,
        "inclusion_probability": rating.inclusion_probability,
        "gold": rating.gold,
        "time": rating.time or now(),
    }


def stream(
    db: Database,
    dataset: Dataset,
    rubric: Rubric,
    *,
    any_version: bool = False,
    criterion: str | None = None,
    source: str | None = None,
    repeats: bool = False,
    keys: Collection[int] | None = None,
    pointing: bool = False,
    size: int = 2000,
) -> Iterator[tuple[int, str, Rating]]:
    """Every rating in force for a rubric on a data set.

    Args:
        db: The database.
        dataset: The data set.
        rubric: The rubric; ratings given under another content hash are left out unless `any_version`, save those of
            the rubrics that it was tuned from.
        any_version: Take ratings of every version of the rubric that shares its name.
        criterion: Only those on this one.
        source: Only from there: ``import`` or a study's name.
        repeats: Take also what annotators said when they were shown an item again.
        keys: Only those of these records, a few hundred at most.
        pointing: Only those that point at text.
        size: How many are held at once.

    Yields:
        Row key of the record, the source (``import`` or a study), and the rating.
    """
    place = (RATING.c.record_id, RATING.c.rubric_hash, RATING.c.criterion, RATING.c.annotator, RATING.c.source)
    same = RATING.c.rubric_hash.in_(tunings.wordings(db, rubric.hash))
    wanted = [RATING.c.rubric == rubric.name if any_version else same]
    wanted += [] if criterion is None else [RATING.c.criterion == criterion]
    wanted += [] if source is None else [RATING.c.source == source]
    wanted += [] if repeats else [RATING.c.repeat == 0]
    wanted += [] if keys is None else [RATING.c.record_id.in_(keys)]
    rank = func.row_number().over(partition_by=(*place, RATING.c.repeat), order_by=RATING.c.version.desc()).label("age")
    ranked = (
        select(RATING, RECORD.c.record_id.label("name"), rank)
        .join(RECORD, RATING.c.record_id == RECORD.c.id)
        .where(RECORD.c.dataset_id == dataset.id, *wanted)
        .subquery()
    )
    query = select(ranked).where(ranked.c.age == 1).order_by(ranked.c.id)
    if pointing:
        query = query.where(ranked.c.evidence.cast(Text) != "null")
    with db.read() as connection:
        for row in connection.execution_options(yield_per=size).execute(query).mappings():
            yield row["record_id"], row["source"], to_rating(row, rubric)


def count_older(db: Database, dataset: Dataset, rubric: Rubric, criterion: str) -> int:
    """Ratings of a criterion that were given under another wording of the rubric."""
    query = (
        select(func.count())
        .select_from(RATING.join(RECORD, RATING.c.record_id == RECORD.c.id))
        .where(
            RECORD.c.dataset_id == dataset.id,
            RATING.c.rubric == rubric.name,
            RATING.c.rubric_hash.not_in(tunings.wordings(db, rubric.hash)),
            RATING.c.criterion == criterion,
        )
    )
    with db.read() as connection:
        return int(connection.scalar(query) or 0)


def to_rating(row: RowMapping, rubric: Rubric) -> Rating:
    """A rating from its row, which names its record."""
    same = ("criterion", "annotator", "seconds", "inclusion_probability", "gold", "time", "repeat")
    return Rating(
        record_id=row["name"],
        rubric=row["rubric"],
        score=score_from_text(row["score"], rubric.criterion(row["criterion"]).scale),
        abstention=Abstention(Reason(row["reason"]), row["detail"] or "") if row["reason"] else None,
        evidence=quotes_from_json(row["evidence"]),
        note=row["note"] or "",
        **{name: row[name] for name in same},
    )
