"""A small front desk and its desks on SQLite: what the app's tests run against, with a judge's scores beside."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from judge.errors import NotFoundError, StoreError
from judge.labeling.desk import Ack, Answer, DeskItem, Entry, Mark, Passage, PastRating, Person, Progress
from judge.rubric.schema import Rubric
from judge.scores import Abstention, Reason

if TYPE_CHECKING:
    from pathlib import Path

TABLES = """
create table if not exists rating (n integer primary key, key text unique, annotator text, item text, version int,
  entry text, unique (annotator, item, version));
create table if not exists claim (annotator text, item text unique);
create table if not exists judgement (item text, score text, rationale text);
"""


def entry_to_json(entry: Entry) -> str:
    """An entry as text."""
    return json.dumps(dataclasses.asdict(entry), default=str)


def entry_from_json(text: str) -> Entry:
    """An entry from text."""
    data = json.loads(text)
    answers = tuple(
        Answer(
            criterion=a["criterion"],
            score=a["score"],
            abstention=Abstention(Reason(a["abstention"]["reason"]), a["abstention"]["detail"])
            if a["abstention"]
            else None,
            marks=tuple(Mark(**mark) for mark in a["marks"]),
        )
        for a in data["answers"]
    )
    pressed = datetime.fromisoformat(data["pressed"]) if data["pressed"] else None
    return Entry(**{**data, "answers": answers, "pressed": pressed})


class FakeDesk:
    """A desk over a folder that holds rubric.json, items.json and house.db.

    Args:
        folder: The folder, named like the study.
    """

    lease_seconds = 60.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.study = folder.name
        self.rubric = Rubric.model_validate_json((folder / "rubric.json").read_text())
        raw = json.loads((folder / "items.json").read_text())
        self.items = [
            DeskItem(i["id"], tuple(Passage(**passage) for passage in i["passages"]), n)
            for n, i in enumerate(raw, start=1)
        ]
        self.writing = threading.Lock()
        with closing(self.connect()) as db:
            db.executescript(TABLES)

    def connect(self) -> sqlite3.Connection:
        """An open database."""
        db = sqlite3.connect(self.folder / "house.db", timeout=30, isolation_level=None)
        db.execute("pragma journal_mode = wal")
        return db

    def _busy(self) -> None:
        if (self.folder / "broken").exists():
            raise StoreError("the database is broken on purpose")

    def lease(self, annotator: str, n: int, now: datetime) -> list[DeskItem]:
        """Each item for one annotator only, in order."""
        del now
        self._busy()
        with self.writing, closing(self.connect()) as db:
            db.execute("begin immediate")
            rated = {row[0] for row in db.execute("select item from rating where annotator = ?", [annotator])}
            claims = dict(db.execute("select item, annotator from claim").fetchall())
            free = [i for i in self.items if claims.get(i.id, annotator) == annotator and i.id not in rated][:n]
            db.executemany("insert or ignore into claim values (?, ?)", [(annotator, item.id) for item in free])
            db.execute("commit")
        return free

    def save(self, annotator: str, entries: list[Entry], now: datetime) -> list[Ack]:
        """As the contract says."""
        del now
        self._busy()
        with self.writing, closing(self.connect()) as db:
            db.execute("begin immediate")
            acks = [self._save(db, annotator, entry) for entry in entries]
            db.execute("commit")
        return acks

    def _save(self, db: sqlite3.Connection, annotator: str, entry: Entry) -> Ack:
        before = db.execute("select version from rating where key = ?", [entry.key]).fetchone()
        if before:
            return Ack(entry.key, saved=True, version=before[0])
        claim = db.execute("select annotator from claim where item = ?", [entry.item]).fetchone()
        if claim != (annotator,):
            return Ack(entry.key, saved=False, reason="somebody else rates this item")
        where = [annotator, entry.item]
        count = db.execute("select count(*) from rating where annotator = ? and item = ?", where).fetchone()[0]
        row = [entry.key, annotator, entry.item, count + 1, entry_to_json(entry)]
        db.execute("insert into rating (key, annotator, item, version, entry) values (?, ?, ?, ?, ?)", row)
        return Ack(entry.key, saved=True, version=count + 1)

    def progress(self, annotator: str, now: datetime) -> Progress:
        """Rated of all."""
        del now
        with closing(self.connect()) as db:
            query = "select count(distinct item) from rating where annotator = ?"
            return Progress(db.execute(query, [annotator]).fetchone()[0], len(self.items))

    def history(self, annotator: str, *, limit: int, offset: int = 0) -> list[PastRating]:
        """The newest versions, newest first."""
        query = "select item, max(version), entry from rating where annotator = ? group by item order by n desc"
        with closing(self.connect()) as db:
            rows = db.execute(query, [annotator]).fetchall()
        return [self._past(*row) for row in rows[offset : offset + limit]]

    def _past(self, name: str, version: int, text: str) -> PastRating:
        entry, item = entry_from_json(text), self._item(name)
        opening = next((p.text for p in item.passages if p.source == "response"), "")[:120]
        return PastRating(
            item=name,
            order=item.order,
            answers=entry.answers,
            version=version,
            saved=entry.pressed or datetime.now(UTC),
            note=entry.note,
            flagged=entry.flagged,
            seconds=entry.seconds,
            rushed=entry.seconds < 1,
            opening=opening,
        )

    def _item(self, name: str) -> DeskItem:
        return next(item for item in self.items if item.id == name)

    def reopen(self, annotator: str, item: str) -> DeskItem | None:
        """An item with its newest answers."""
        query = "select entry from rating where annotator = ? and item = ? order by version desc"
        with closing(self.connect()) as db:
            row = db.execute(query, [annotator, item]).fetchone()
        return dataclasses.replace(self._item(item), given=entry_from_json(row[0])) if row else None

    def ratings(self) -> list[dict[str, Any]]:
        """Every stored version in the order of storing."""
        query = "select key, annotator, item, version, entry from rating order by n"
        with closing(self.connect()) as db:
            rows = db.execute(query).fetchall()
        names = ("key", "annotator", "item", "version")
        return [dict(zip(names, row, strict=False)) | {"entry": entry_from_json(row[4])} for row in rows]


class FakeFrontDesk:
    """Links and sessions that say STUDY.NAME in the clear, and work again and again.

    Args:
        root: The folder with a folder for each study.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.desks: dict[str, FakeDesk] = {}

    def peek(self, code: str, now: datetime) -> Person | None:
        """Whom a code like ``link.STUDY.NAME`` names."""
        del now
        kind, _, rest = code.partition(".")
        study, _, name = rest.partition(".")
        if kind not in {"link", "secret"} or not (self.root / study / "rubric.json").exists():
            return None
        return Person(name, name.capitalize(), frozenset({"annotator"}), (study,))

    def redeem(self, code: str, now: datetime) -> str | None:
        """A session whose secret can be foreseen: this is a fake."""
        return code.replace("link.", "secret.", 1) if self.peek(code, now) else None

    def who(self, secret: str, now: datetime) -> Person | None:
        """Whom the secret names, unless the study is closed to everybody."""
        person = self.peek(secret, now)
        return None if person and (self.root / person.studies[0] / "signed-out").exists() else person

    def who_has_email(self, email: str, now: datetime) -> Person | None:
        """Nobody has an address here."""
        del email, now

    def leave(self, secret: str) -> None:
        """Nothing is kept, so nothing is left."""

    def desk(self, study: str) -> FakeDesk:
        """The desk over the folder of that name."""
        if study not in self.desks:
            if not (self.root / study / "rubric.json").exists():
                raise NotFoundError(f"there is no study {study!r}")
            self.desks[study] = FakeDesk(self.root / study)
        return self.desks[study]
