"""Entry: one-time links and the sessions they open; the store knows only hashes of either."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select, update

from judge.labeling import events, people
from judge.store.labeling_tables import ANNOTATOR, LINK, SESSION

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from judge.labeling.desk import Person
    from judge.store.database import Database

LINK_DAYS: Final = 7
SESSION_DAYS: Final = 30
_BYTES: Final = 24


def hashed(secret: str) -> str:
    """What the store knows of a code or secret: both have 192 random bits, so that a plain hash cannot be undone."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def invite(db: Database, name: str, now: datetime, *, days: float = LINK_DAYS) -> str:
    """A new one-time code for a person; links made before go on working until they are used or out of date.

    Raises:
        NotFoundError: There is nobody of that name.
    """
    people.find(db, name)
    code = secrets.token_urlsafe(_BYTES)
    with db.write() as connection:
        key = connection.scalar(select(ANNOTATOR.c.id).where(ANNOTATOR.c.name == name))
        row = {"hash": hashed(code), "annotator_id": key, "created": now, "expires": now + timedelta(days=days)}
        connection.execute(insert(LINK), row)
        events.add(connection, "invited", now, annotator=key)
    return code


def peek(db: Database, code: str, now: datetime) -> Person | None:
    """Whom a code would sign in; it is not used up."""
    query = select(LINK.c.annotator_id).where(LINK.c.hash == hashed(code), LINK.c.used.is_(None), LINK.c.expires > now)
    with db.read() as connection:
        return _person(connection, connection.scalar(query))


def redeem(db: Database, code: str, now: datetime) -> str | None:
    """Use up a code and open a session; of many calls with one code, one gets a secret."""
    with db.write() as connection:
        mine = (LINK.c.hash == hashed(code), LINK.c.used.is_(None), LINK.c.expires > now)
        # The row is taken by the update itself, so that two calls cannot both find it unused.
        if connection.execute(update(LINK).where(*mine).values(used=now)).rowcount != 1:
            return None
        key = connection.scalar(select(LINK.c.annotator_id).where(LINK.c.hash == hashed(code)))
        if _person(connection, key) is None:
            return None
        secret = secrets.token_urlsafe(_BYTES)
        ends = now + timedelta(days=SESSION_DAYS)
        row = {"hash": hashed(secret), "annotator_id": key, "created": now, "expires": ends}
        connection.execute(insert(SESSION), row)
        events.add(connection, "signed in", now, annotator=key)
    return secret


def who(db: Database, secret: str, now: datetime) -> Person | None:
    """Whose session it is."""
    mine = (SESSION.c.hash == hashed(secret), SESSION.c.closed.is_(None), SESSION.c.expires > now)
    with db.read() as connection:
        return _person(connection, connection.scalar(select(SESSION.c.annotator_id).where(*mine)))


def who_has_email(db: Database, email: str) -> Person | None:
    """The person with that address."""
    query = select(ANNOTATOR.c.id).where(ANNOTATOR.c.email == email.strip().lower())
    with db.read() as connection:
        return _person(connection, connection.scalar(query))


def leave(db: Database, secret: str, now: datetime) -> None:
    """Close a session."""
    mine = (SESSION.c.hash == hashed(secret), SESSION.c.closed.is_(None))
    with db.write() as connection:
        connection.execute(update(SESSION).where(*mine).values(closed=now))


def _person(connection: Connection, key: int | None) -> Person | None:
    if key is None:
        return None
    query = select(ANNOTATOR).where(ANNOTATOR.c.id == key, ANNOTATOR.c.active.is_(True))
    row = connection.execute(query).mappings().first()
    return None if row is None else people.to_person(connection, row)
