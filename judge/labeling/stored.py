"""The desks and the front desk on the database; nothing here reads what a judge said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from judge.labeling import claims, links, own_work, people, saving, studies
from judge.labeling.desk import DeskItem
from judge.labeling.passages import passages_of
from judge.store import datasets
from judge.store.tables import now as present

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from judge.labeling.desk import Ack, Entry, PastRating, Person, Progress
    from judge.labeling.study import Study
    from judge.rubric.schema import Rubric
    from judge.store.database import Database


class StoredDesk:
    """A study's desk; see `judge.labeling.desk.Desk`.

    Claims with more than 80 % of their lease left are not renewed, and nothing is topped up while half of what was
    asked for is held, so that most calls of `lease` only read.

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
    def study(self) -> str:
        """The study's name."""
        return self._study.name

    @property
    def rubric(self) -> Rubric:
        """The rubric that the study rates with."""
        return self._study.rubric

    @property
    def lease_seconds(self) -> float:
        """How long a claim lasts without a sign of life."""
        return self._study.lease_seconds

    def lease(self, annotator: str, n: int, now: datetime) -> Sequence[DeskItem]:
        """The items the annotator holds and has not rated, topped up to at most n."""
        study, seat = self._seated(annotator)
        held = claims.lease(self._db, study, seat, n, now)
        records = datasets.fetch(self._db, [each.record for each in held])
        return [DeskItem(each.code, passages_of(records[each.record], study.rubric), each.shown) for each in held]

    def save(self, annotator: str, entries: Sequence[Entry], now: datetime) -> Sequence[Ack]:
        """Commit entries, each key once."""
        study, seat = self._seated(annotator)
        return saving.save(self._db, study, seat, entries, now)

    def progress(self, annotator: str, now: datetime) -> Progress:
        """How far the annotator is."""
        study, seat = self._seated(annotator)
        with self._db.read() as connection:
            return own_work.progress(connection, study, seat, now)

    def history(self, annotator: str, *, limit: int, offset: int = 0) -> Sequence[PastRating]:
        """The annotator's own ratings, newest first."""
        study, seat = self._seated(annotator)
        with self._db.read() as connection:
            return own_work.history(connection, study, seat, limit=limit, offset=offset)

    def reopen(self, annotator: str, item: str) -> DeskItem | None:
        """An item the annotator has rated, with the newest answers."""
        study, seat = self._seated(annotator)
        with self._db.read() as connection:
            return own_work.reopen(connection, study, seat, item)

    def _seated(self, annotator: str) -> tuple[Study, people.Seat]:
        # The state can change while the app runs; everything else of a study is fixed.
        with self._db.read() as connection:
            seat = people.seat(connection, self._study, annotator)
            self._study = studies.refreshed(connection, self._study)
        return self._study, seat


class StoredFrontDesk:
    """Sign-in and the desks; see `judge.labeling.desk.FrontDesk`.

    Args:
        db: The database.
    """

    def __init__(self, db: Database) -> None:
        self.db = db
        self._desks: dict[str, StoredDesk] = {}

    def peek(self, code: str, now: datetime) -> Person | None:
        """Whom a one-time link would sign in."""
        return links.peek(self.db, code, now)

    def redeem(self, code: str, now: datetime) -> str | None:
        """Use up a one-time link and open a session."""
        return links.redeem(self.db, code, now)

    def who(self, secret: str, now: datetime) -> Person | None:
        """Whose session it is."""
        return links.who(self.db, secret, now)

    def who_has_email(self, email: str, now: datetime) -> Person | None:
        """The person with that address."""
        del now
        return links.who_has_email(self.db, email)

    def leave(self, secret: str) -> None:
        """Close a session."""
        links.leave(self.db, secret, present())

    def desk(self, study: str) -> StoredDesk:
        """The desk of a study.

        Raises:
            NotFoundError: There is no such study.
        """
        if study not in self._desks:
            self._desks[study] = StoredDesk(self.db, study)
        return self._desks[study]
