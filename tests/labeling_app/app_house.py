"""A labelling house for the app's tests: studies on a real database, made and read through `judge.labeling`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text

from judge.labeling import links, own_work, people, studies
from judge.labeling.desk import Answer, Entry
from judge.labeling.stored import StoredDesk
from judge.labeling.study import Plan
from judge.records import Document, Record
from judge.rubric.schema import Rubric
from judge.store import datasets
from judge.store.database import Database
from judge.store.labeling_tables import ANNOTATOR, CLAIM, ITEM, PRESS
from judge.store.tables import RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from judge.labeling.people import Role
    from judge.store.runs import Run

TOGETHER = "one conversation"
"""The conversation of every record: a study that keeps conversations together shows them in the order of the log."""


def make_item(name: str, response: str, documents: Sequence[str | Document] = ("A document.",)) -> Record:
    """A record to be rated."""
    some = tuple(each if isinstance(each, Document) else Document(each) for each in documents)
    return Record(name, response, question=f"What about {name}?", documents=some, conversation=TOGETHER)


@dataclass(frozen=True)
class Stored:
    """One press as it stands in the database: who said what of which record, and as which version."""

    key: str
    annotator: str
    item: str
    version: int
    rushed: bool
    entry: Entry


class HouseStudy:
    """A study at work.

    Its people take part in no other study: a suffix keeps them apart.

    Args:
        db: The database.
        name: The study's name.
    """

    def __init__(self, db: Database, name: str) -> None:
        self.db = db
        self.name = name
        self.suffix = f" of {name}"
        self.desk = StoredDesk(db, name)
        query = select(RECORD.c.record_id, ITEM.c.code).join(ITEM, ITEM.c.record_id == RECORD.c.id)
        with db.read() as connection:
            key = studies.find(db, name).id
            self.codes = {row.record_id: row.code for row in connection.execute(query.where(ITEM.c.study_id == key))}
        self._names = {code: record for record, code in self.codes.items()}

    def person(self, name: str) -> str:
        """A person of this study only, under the name they are stored by."""
        return name + self.suffix

    def seat(self, name: str, *roles: Role) -> str:
        """Let a person take part, and give the code of their one-time link."""
        person = self.person(name)
        people.add(self.db, person, roles=roles or (people.Role.ANNOTATOR,))
        people.assign(self.db, studies.find(self.db, self.name), person)
        return links.invite(self.db, person, datetime.now(UTC))

    def rate(self, name: str, count: int, score: str, *, late: float = 0) -> list[str]:
        """Have somebody rate so many items without a browser, so many seconds from now; gives the records' names."""
        self.seat(name)
        moment = datetime.now(UTC) + timedelta(seconds=late)
        rated = []
        while len(rated) < count:
            item = self.desk.lease(self.person(name), 2, moment)[0]
            entry = Entry(f"key-{name}-{item.id}", item.id, (Answer("supported", score=score),), seconds=3.0)
            (ack,) = self.desk.save(self.person(name), [entry], moment)
            assert ack.saved, ack.reason
            rated.append(self._names[item.id])
        return rated

    def ratings(self) -> list[Stored]:
        """Every press in the order of saving, with what became of it in the table of ratings."""
        query = (
            select(PRESS, ITEM.c.record_id, CLAIM.c.repeat, RECORD.c.record_id.label("name"))
            .join(CLAIM, CLAIM.c.id == PRESS.c.claim_id)
            .join(ITEM, ITEM.c.id == CLAIM.c.item_id)
            .join(RECORD, RECORD.c.id == ITEM.c.record_id)
            .where(ITEM.c.code.in_(list(self._names)))
            .order_by(PRESS.c.id)
        )
        study = studies.find(self.db, self.name)
        with self.db.read() as connection:
            rows = connection.execute(query).mappings().all()
            names = {row.id: row.name for row in connection.execute(select(ANNOTATOR.c.id, ANNOTATOR.c.name))}
            given: dict[Any, Any] = {}
            for key in {row["annotator_id"] for row in rows}:
                seat = people.seat(connection, study, names[key])
                theirs = own_work._given(connection, study, seat, [row["record_id"] for row in rows])
                given |= {(key, *place): ratings for place, ratings in theirs.items()}
        return [
            self._stored(
                row,
                names[row["annotator_id"]],
                given[row["annotator_id"], row["record_id"], row["repeat"], row["version"]],
            )
            for row in rows
        ]

    def _stored(self, row: Any, annotator: str, ratings: Sequence[Any]) -> Stored:
        entry = Entry(
            key=row["key"],
            item=self.codes[row["name"]],
            answers=own_work._answers(ratings, studies.find(self.db, self.name)),
            note=ratings[0]["note"] or "",
            flagged=row["flagged"],
            seconds=row["seconds"],
            pressed=row["pressed"],
        )
        short = annotator.removesuffix(self.suffix)
        return Stored(row["key"], short, row["name"], row["version"], row["rushed"], entry)


class House:
    """A database for the app.

    Args:
        folder: Where its file is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "house.db"
        self.db = Database(f"sqlite:///{self.file}")

    def study(
        self, name: str, items: Sequence[Record] | int, rubric: dict[str, Any], runs: Sequence[Run] = (), **plan: Any
    ) -> HouseStudy:
        """Make a study of these records, or of so many plain ones, shown to everybody in this order."""
        some = [make_item(f"i{n}", f"Response number {n}.") for n in range(items)] if isinstance(items, int) else items
        dataset = datasets.ensure(self.db, name)
        datasets.add(self.db, dataset, some)
        asked = {"n": len(some), "raters": 1, "clusters": True, "least_seconds": 1.0} | plan
        studies.create(self.db, Plan(name=name, **asked), Rubric.model_validate(rubric), dataset, runs=runs)
        return HouseStudy(self.db, name)

    def broken(self, *, broken: bool = True) -> None:
        """Make the database refuse every press from now on, or none any more."""
        refuse = "CREATE TRIGGER broken BEFORE INSERT ON press BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END"
        with self.db.write() as connection:
            connection.execute(text(refuse if broken else "DROP TRIGGER broken"))

    def close(self) -> None:
        """Give the database back."""
        self.db.close()
