"""A small labelling house on a real database: records, people, studies, presses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from judge.labeling import people, studies
from judge.labeling.desk import Answer, Entry
from judge.labeling.people import Role
from judge.labeling.stored import StoredDesk
from judge.labeling.study import Plan
from judge.records import Document, Record
from judge.rubric.schema import Rubric
from judge.scores import Abstention, Judgement, Reason
from judge.store import datasets, judgements, judges, runs

if TYPE_CHECKING:
    from judge.store.database import Database

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
ALL_ROLES = (Role.ANNOTATOR, Role.ADJUDICATOR, Role.OWNER)
_keys = count(1)


def at(seconds: float) -> datetime:
    """A moment after noon."""
    return NOON + timedelta(seconds=seconds)


def make_rubric(**changes: Any) -> Rubric:
    """A rubric with two criteria, one of which asks for evidence."""
    content = {
        "name": "support",
        "version": 1,
        "title": "Is every claim supported?",
        "reads": ["question", "documents", "response"],
        "criteria": [
            {
                "name": "supported",
                "question": "Do the documents support it?",
                "scale": {"kind": "binary", "values": {"yes": "they do", "no": "they do not"}, "good": "yes"},
                "evidence": {"quote": ["response", "documents"], "roles": {"response": "claim"}},
            },
            {
                "name": "tone",
                "question": "How kind is it?",
                "scale": {"kind": "ordinal", "values": {"1": "harsh", "2": "plain", "3": "kind"}, "good": ["2", "3"]},
                "not_applicable": "It says nothing.",
            },
        ],
    }
    return Rubric.model_validate(content | changes)


def make_records(n: int, *, conversations: int = 0) -> list[Record]:
    """Records with two documents each, the first of them blank."""
    return [
        Record(
            id=f"r{number:04}",
            question=f"Question {number}?",
            response=f"Response {number} 🙂 is here.",
            documents=(Document("  "), Document(f"Text {number}", title="A title")),
            conversation=f"c{number % conversations}" if conversations else None,
        )
        for number in range(n)
    ]


@dataclass
class House:
    """A database with a data set, and what tests do in it."""

    db: Database
    dataset: datasets.Dataset
    rubric: Rubric

    def study(self, name: str = "first", *, people_: tuple[str, ...] = ("ann",), **plan: Any) -> StoredDesk:
        """Make a study whose annotators are these, and open its desk."""
        plan = {"n": 10, "raters": 1} | plan
        study = studies.create(self.db, Plan(name=name, **plan), self.rubric, self.dataset)
        for person in people_:
            people.add(self.db, person)
            people.assign(self.db, study, person)
        return StoredDesk(self.db, name)

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """What a query finds."""
        from sqlalchemy import text

        with self.db.read() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]


def make_house(db: Database, n: int = 30, *, conversations: int = 0, rubric: Rubric | None = None) -> House:
    """A house with n records."""
    dataset = datasets.ensure(db, "log")
    datasets.add(db, dataset, make_records(n, conversations=conversations))
    return House(db, dataset, rubric or make_rubric())


def press(item: str, supported: str = "yes", tone: str = "2", **changes: Any) -> Entry:
    """A press of Save with a key of its own."""
    marks = changes.pop("marks", ())
    answers = (Answer("supported", supported, marks=marks), Answer("tone", tone))
    return Entry(**({"key": f"key-{next(_keys):08}", "item": item, "answers": answers, "seconds": 9.0} | changes))


def skip(item: str, why: str = "") -> Entry:
    """A press of Skip."""
    answers = tuple(Answer(name, abstention=Abstention(Reason.SKIPPED, why)) for name in ("supported", "tone"))
    return press(item, answers=answers)


def judged(
    house: House,
    scores: list[str | None],
    *,
    model: str = "m",
    probabilities: bool = True,
    rubric: Rubric | None = None,
) -> runs.Run:
    """A run in which a judge gave these scores (None for an abstention) to the records in their order."""
    rubric = rubric or house.rubric
    judge = judges.Judge(model, rubric, {"model": {"model": model}})
    run, _ = runs.start(
        house.db, house.dataset, identity=model, kind=runs.JUDGED, model=model, settings={}, judges_=[judge]
    )
    name = rubric.criteria[0].name
    rows = []
    for key, score in enumerate(scores, start=1):
        chance = {"yes": 0.5 + key % 10 / 20, "no": 0.5 - key % 10 / 20} if probabilities and score else {}
        abstention = None if score else Abstention(Reason.REFUSED)
        each = Judgement(f"r{key}", rubric.name, name, score=score, abstention=abstention, probabilities=chance)
        rows.append(
            judgements.to_row(each, run_id=run.id, key=key, fingerprint=judge.fingerprint, call=None, fresh=True)
        )
    with house.db.write() as connection:
        judgements.write(connection, rows)
    return runs.end(house.db, run, runs.FINISHED)
