"""Incoming ratings: given elsewhere or exported here before, checked as a whole, then stored or refused as a whole."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from judge.errors import LogError, UsageError
from judge.store import judges, ratings
from judge.store.datasets import to_record
from judge.store.labeling_tables import ITEM
from judge.store.tables import RECORD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from judge.labeling.study import Study
    from judge.records import Record
    from judge.rubric.schema import Rubric
    from judge.scores import Rating
    from judge.store.database import Database
    from judge.store.datasets import Dataset

CHUNK = 500
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Incoming:
    """A rating on its way in.

    Attributes:
        rating: The rating; its record is named by the id in the log.
        rubric: The rubric it answers.
        source: Where it was given: ``import`` or a study's name.
        where: Its place in the file, for messages.
    """

    rating: Rating
    rubric: Rubric
    source: str
    where: str


class Unfit(Exception):  # noqa: N818 - a signal inside labelling that ends up in one LogError
    """A row that cannot be a rating."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(reason)
        self.where = where
        self.reason = reason


def refuse(problems: Sequence[Unfit]) -> None:
    """Refuse a file that has problems.

    Raises:
        LogError: It has some; the message tells the first few.
    """
    if not problems:
        return
    first = problems[0]
    others = [f"{each.where}: {each.reason}" for each in problems[1:SHOWN]]
    more = [f"... and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
    told = "\n".join([first.reason, *others, *more])
    raise LogError(told, where=first.where, hint="nothing was imported: put this right, then import again")


def store(db: Database, dataset: Dataset, found: Sequence[Incoming], *, study: Study | None = None) -> int:
    """Store ratings; what says the same as the newest version is left alone.

    Args:
        db: The database.
        dataset: The data set the records are in.
        found: The ratings.
        study: Count them as this study's, whatever they say of their source, with its inclusion probabilities.

    Returns:
        How many were new.

    Raises:
        LogError: A record is not there, or not in the study; nothing is stored.
        UsageError: The study rates with another rubric.
    """
    records = known_records(db, dataset, [each.rating.record_id for each in found])
    chances = _chances(db, study) if study is not None else {}
    problems = []
    groups: dict[tuple[str, str], list[tuple[int, Rating]]] = defaultdict(list)
    for each in found:
        if study is not None and each.rubric.hash != study.rubric.hash:
            raise UsageError(
                f"study {study.name} rates with another wording of {study.rubric.name}",
                where=each.where,
                hint="import without --study",
            )
        key = records.get(each.rating.record_id, (0, None))[0]
        if not key:
            problems.append(Unfit(each.where, f"data set {dataset.name} has no record {each.rating.record_id!r}"))
        elif study is not None and key not in chances:
            problems.append(Unfit(each.where, f"record {each.rating.record_id!r} is not in study {study.name}"))
        else:
            rating = each.rating if study is None else replace(each.rating, inclusion_probability=chances[key])
            groups[each.rubric.hash, each.source if study is None else study.name].append((key, rating))
    refuse(problems)
    rubrics = {each.rubric.hash: each.rubric for each in found}
    for rubric in rubrics.values():
        judges.keep_rubric(db, rubric)
    return sum(
        ratings.add(db, rubrics[hash_], rows[start : start + CHUNK], source=source)
        for (hash_, source), rows in groups.items()
        for start in range(0, len(rows), CHUNK)
    )


def known_records(db: Database, dataset: Dataset, ids: Sequence[str]) -> Mapping[str, tuple[int, Record]]:
    """Row key and record, by id, of those of these ids that are in the data set."""
    found: dict[str, tuple[int, Record]] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        query = select(RECORD).where(RECORD.c.dataset_id == dataset.id, RECORD.c.record_id.in_(some))
        with db.read() as connection:
            rows = connection.execute(query).mappings()
            found |= {row["record_id"]: (int(row["id"]), to_record(row)) for row in rows}
    return found


def _chances(db: Database, study: Study) -> dict[int, float | None]:
    query = select(ITEM.c.record_id, ITEM.c.inclusion_probability).where(
        ITEM.c.study_id == study.id, ITEM.c.training.is_(False)
    )
    with db.read() as connection:
        return {int(row[0]): row[1] for row in connection.execute(query)}
