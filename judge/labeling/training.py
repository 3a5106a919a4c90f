"""Training: worked examples and gold items, answered and then explained before the rating begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from judge.errors import UsageError
from judge.labeling import events, people, studies
from judge.labeling.desk import DeskItem
from judge.labeling.passages import passages_of
from judge.records import Document, Record
from judge.scales import NOT_APPLICABLE
from judge.scores import Quote, Reason
from judge.store.datasets import to_record
from judge.store.judgements import quotes_from_json, score_from_text
from judge.store.labeling_tables import EVENT, ITEM
from judge.store.tables import RATING, RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from judge.labeling.desk import Answer
    from judge.labeling.study import Study
    from judge.rubric.schema import Example
    from judge.scales import Score
    from judge.store.database import Database

TRAINED: Final = "trained"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the right answer to one criterion would have been.

    Attributes:
        criterion: The criterion.
        given: What the annotator said; None where they skipped.
        right: The right value.
        agrees: Whether they are the same.
        why: The reason, where there is one.
        evidence: What to point at.
    """

    criterion: str
    given: Score | None
    right: Score
    agrees: bool
    why: str
    evidence: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """How far an annotator's training is.

    Attributes:
        items: Items to train on.
        done: Items answered.
        asked: Criteria answered.
        right: Criteria answered as the gold rating has them.
    """

    items: int
    done: int
    asked: int
    right: int


@dataclass(frozen=True, slots=True)
class _Lesson:
    """An item to train on, with its right answers: criterion -> (value, why, evidence)."""

    item: DeskItem
    right: dict[str, tuple[Score, str, tuple[Quote, ...]]]


class Training:
    """The training of a study: the rubric's examples, then its gold items; answers are kept apart from ratings.

    Every method refuses (`UsageError`) whoever is no annotator of the study.

    Args:
        db: The database.
        study: The study's name.

    Raises:
        NotFoundError: There is no such study.
    """

    def __init__(self, db: Database, study: str) -> None:
        self._db = db
        self._study = studies.find(db, study)

    @property
    def study(self) -> Study:
        """The study."""
        return self._study

    def next(self, annotator: str) -> DeskItem | None:
        """The first item the annotator has not answered yet; None where the training is over."""
        with self._db.read() as connection:
            seat = people.seat(connection, self._study, annotator)
            done = _done(connection, self._study, seat.annotator)
            return next((each.item for each in _lessons(connection, self._study) if each.item.id not in done), None)

    def progress(self, annotator: str) -> TrainingProgress:
        """How far the annotator's training is."""
        with self._db.read() as connection:
            seat = people.seat(connection, self._study, annotator)
            done = _done(connection, self._study, seat.annotator)
            count = len(_lessons(connection, self._study))
        asked, right = (sum(detail[key] for detail in done.values()) for key in ("asked", "right"))
        return TrainingProgress(count, len(done), asked, right)

    def answer(self, annotator: str, item: str, answers: Sequence[Answer], now: datetime) -> tuple[Feedback, ...]:
        """What would have been right; the first answer to an item counts.

        Raises:
            UsageError: The study trains on no such item.
        """
        with self._db.write() as connection:
            seat = people.seat(connection, self._study, annotator)
            lesson = next((each for each in _lessons(connection, self._study) if each.item.id == item), None)
            if lesson is None:
                raise UsageError(f"study {self._study.name} trains on no item {item!r}")
            found = tuple(_feedback(lesson, answer) for answer in answers if answer.criterion in lesson.right)
            if item not in _done(connection, self._study, seat.annotator):
                detail: dict[str, Any] = {"item": item, "asked": len(found), "right": sum(f.agrees for f in found)}
                detail["given"] = {feedback.criterion: feedback.given for feedback in found}
                events.add(connection, TRAINED, now, study=self._study.id, annotator=seat.annotator, detail=detail)
        return found


def _feedback(lesson: _Lesson, answer: Answer) -> Feedback:
    right, why, evidence = lesson.right[answer.criterion]
    said = answer.abstention is not None and answer.abstention.reason is Reason.NOT_APPLICABLE
    given = NOT_APPLICABLE if said else answer.score
    return Feedback(answer.criterion, given, right, given == right, why, evidence)


def _done(connection: Connection, study: Study, annotator: int) -> dict[str, dict[str, Any]]:
    mine = (EVENT.c.study_id == study.id, EVENT.c.kind == TRAINED, EVENT.c.annotator_id == annotator)
    details = connection.scalars(select(EVENT.c.detail).where(*mine).order_by(EVENT.c.id))
    return {detail["item"]: detail for detail in details}


def _lessons(connection: Connection, study: Study) -> list[_Lesson]:
    lessons = [_example(study, number, example) for number, example in enumerate(study.rubric.examples)]
    query = (
        select(ITEM.c.code, RECORD)
        .join(RECORD, RECORD.c.id == ITEM.c.record_id)
        .where(ITEM.c.study_id == study.id, ITEM.c.training.is_(True))
        .order_by(ITEM.c.id)
    )
    rows = connection.execute(query).mappings().all()
    gold = _gold(connection, study, [row["id"] for row in rows])
    for row in rows:
        item = DeskItem(row["code"], passages_of(to_record(row), study.rubric), len(lessons) + 1)
        lessons.append(_Lesson(item, gold.get(row["id"], {})))
    return lessons


def _example(study: Study, number: int, example: Example) -> _Lesson:
    record = Record(
        id=f"example-{number}",
        response=example.response,
        question=example.question,
        rival=example.rival,
        reference=example.reference,
        documents=tuple(Document(text) for text in example.documents),
    )
    right: dict[str, tuple[Score, str, tuple[Quote, ...]]] = {}
    for name, answer in example.answers.items():
        score = study.rubric.criterion(name).scale.read(answer.score)
        quotes = tuple(Quote(quote.source, quote.quote) for quote in answer.evidence)
        right[name] = (NOT_APPLICABLE if score is None else score, answer.rationale, quotes)
    return _Lesson(DeskItem(record.id, passages_of(record, study.rubric), number + 1), right)


def _gold(
    connection: Connection, study: Study, records: Sequence[int]
) -> dict[int, dict[str, tuple[Score, str, tuple[Quote, ...]]]]:
    """Record -> criterion -> the newest gold rating of it, whichever study or import it comes from."""
    query = (
        select(RATING)
        .where(
            RATING.c.record_id.in_(records),
            RATING.c.rubric_hash == study.rubric.hash,
            RATING.c.gold.is_(True),
            RATING.c.score.is_not(None),
        )
        .order_by(RATING.c.id)
    )
    found: dict[int, dict[str, tuple[Score, str, tuple[Quote, ...]]]] = {}
    for row in connection.execute(query).mappings():
        score = score_from_text(row["score"], study.rubric.criterion(row["criterion"]).scale)
        if score is not None:
            quotes = quotes_from_json(row["evidence"])
            found.setdefault(row["record_id"], {})[row["criterion"]] = (score, row["note"] or "", quotes)
    return found
