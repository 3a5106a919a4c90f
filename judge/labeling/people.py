"""People: annotators, what they may do, and which studies they take part in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update

from judge.errors import NotFoundError, UsageError
from judge.labeling import events
from judge.labeling.desk import Person
from judge.store.database import upsert
from judge.store.labeling_tables import ANNOTATOR, ASSIGNMENT, STUDY
from judge.store.tables import now

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, RowMapping

    from judge.labeling.study import Study
    from judge.store.database import Database

NAME = re.compile(r"[^\s/\x00-\x1f\x7f]([^/\x00-\x1f\x7f]{0,58}[^\s/\x00-\x1f\x7f])?")
RESERVED: Final = frozenset({"gold", "adjudicated", "adjudication", "consensus", "judge"})
"""Names that imports and exports give to ratings that are nobody's own."""

ADJUDICATED: Final = "adjudicated"
"""The annotator that gold ratings of a study are stored under; who decided stands in the adjudication."""


class Role(StrEnum):
    """What a person may do."""

    ANNOTATOR = "annotator"
    ADJUDICATOR = "adjudicator"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's place in a study, proven for this action.

    Attributes:
        annotator: Row key of the person.
        name: The person's name, which ratings are stored under.
        most: Most items they are to rate; None for any number.
    """

    annotator: int
    name: str
    most: int | None


def add(
    db: Database,
    name: str,
    *,
    roles: Collection[Role] = (Role.ANNOTATOR,),
    email: str | None = None,
    local: bool = False,
) -> Person:
    """Register a person, or give a registered one these roles (and this address).

    Args:
        db: The database.
        name: What ratings are stored under; it cannot be changed later.
        roles: What they may do.
        email: The address an identity provider proves, for sign-in through it.
        local: Whether this is just whoever sits at this machine, who was given no link of their own.

    Raises:
        UsageError: The name or the address cannot be one, or belongs to somebody else.
    """
    if not NAME.fullmatch(name) or name.lower() in RESERVED:
        raise UsageError(
            f"{name!r} is no name for an annotator",
            hint=f"1 to 60 characters in one line without /; not {', '.join(sorted(RESERVED))}",
        )
    address = email.strip().lower() if email else None
    if address is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
        raise UsageError(f"{email!r} is no e-mail address", where="--email", hint="such as --email ann@example.org")
    chosen = sorted({Role(role) for role in roles})
    with db.write() as connection:
        owner = connection.scalar(select(ANNOTATOR.c.name).where(ANNOTATOR.c.email == address)) if address else None
        if owner not in {None, name}:
            raise UsageError(f"{address} belongs to {owner}", where="--email", hint="an address is one person's")
        row = {"name": name, "email": address, "roles": chosen, "active": True, "local": local, "created": now()}
        renewed = ["roles", "active", *(["email"] if address else []), *([] if local else ["local"])]
        connection.execute(upsert(connection, ANNOTATOR, key=["name"], renewed=renewed), row)
        events.add(connection, "registered", now(), detail={"name": name, "roles": chosen})
    return find(db, name)


def find(db: Database, name: str) -> Person:
    """The registered person of that name.

    Raises:
        NotFoundError: There is none; the message names those there are.
    """
    with db.read() as connection:
        row = connection.execute(select(ANNOTATOR).where(ANNOTATOR.c.name == name)).mappings().first()
        if row is not None:
            return to_person(connection, row)
        known = [str(each) for each in connection.scalars(select(ANNOTATOR.c.name).order_by(ANNOTATOR.c.name))]
    near = get_close_matches(name, known, n=1)
    there = f"there are: {', '.join(known)}" if known else "there is none yet: judge study annotators add NAME"
    raise NotFoundError(f"there is no annotator {name!r}", hint=f"did you mean {near[0]!r}?" if near else there)


def listing(db: Database) -> list[Person]:
    """Everybody who may sign in, by name."""
    query = select(ANNOTATOR).where(ANNOTATOR.c.active.is_(True)).order_by(ANNOTATOR.c.name)
    with db.read() as connection:
        return [to_person(connection, row) for row in connection.execute(query).mappings().all()]


def remove(db: Database, name: str) -> None:
    """Let a person sign in no more; what they rated stays.

    Raises:
        NotFoundError: There is nobody of that name.
    """
    find(db, name)
    with db.write() as connection:
        connection.execute(update(ANNOTATOR).where(ANNOTATOR.c.name == name).values(active=False))
        events.add(connection, "removed", now(), detail={"name": name})


def assign(db: Database, study: Study, name: str, *, most: int | None = None) -> None:
    """Let a person take part in a study.

    Args:
        db: The database.
        study: The study.
        name: The person's name.
        most: Most items they are to rate.

    Raises:
        NotFoundError: There is nobody of that name.
    """
    _set_assignment(db, study, name, most=most, active=True)


def dismiss(db: Database, study: Study, name: str) -> None:
    """Let a person take part in a study no more; what they rated stays.

    Raises:
        NotFoundError: There is nobody of that name.
    """
    _set_assignment(db, study, name, most=None, active=False)


def _set_assignment(db: Database, study: Study, name: str, *, most: int | None, active: bool) -> None:
    find(db, name)
    with db.write() as connection:
        key = connection.scalar(select(ANNOTATOR.c.id).where(ANNOTATOR.c.name == name))
        row = {"study_id": study.id, "annotator_id": key, "most": most, "active": active, "created": now()}
        renewed = upsert(connection, ASSIGNMENT, key=["study_id", "annotator_id"], renewed=["most", "active"])
        connection.execute(renewed, row)
        kind = "assigned" if active else "dismissed"
        events.add(connection, kind, now(), study=study.id, annotator=key, detail={"most": most})


def seat(connection: Connection, study: Study, name: str) -> Seat:
    """A person's place in a study as an annotator.

    Raises:
        UsageError: They have none.
    """
    query = (
        select(ANNOTATOR.c.id, ANNOTATOR.c.roles, ASSIGNMENT.c.most)
        .join(ASSIGNMENT, ASSIGNMENT.c.annotator_id == ANNOTATOR.c.id)
        .where(
            ANNOTATOR.c.name == name,
            ANNOTATOR.c.active.is_(True),
            ASSIGNMENT.c.study_id == study.id,
            ASSIGNMENT.c.active.is_(True),
        )
    )
    row = connection.execute(query).first()
    if row is None or Role.ANNOTATOR not in row[1]:
        raise UsageError(
            f"{name} is no annotator of study {study.name}", hint=f"judge study assign {study.name!r} {name!r}"
        )
    return Seat(int(row[0]), name, row[2])


def require(connection: Connection, name: str, role: Role) -> int:
    """Row key of a person who has a role.

    Raises:
        UsageError: They do not have it.
    """
    query = select(ANNOTATOR.c.id, ANNOTATOR.c.roles).where(ANNOTATOR.c.name == name, ANNOTATOR.c.active.is_(True))
    row = connection.execute(query).first()
    if row is None or role not in row[1]:
        raise UsageError(f"{name} is no {role}", hint=f"judge study annotators add {name!r} --role {role}")
    return int(row[0])


def to_person(connection: Connection, row: RowMapping) -> Person:
    """A person from their row, with the studies they take part in; an owner takes part in all."""
    query = select(STUDY.c.name).order_by(STUDY.c.id)
    if Role.OWNER not in row["roles"]:
        mine = select(ASSIGNMENT.c.study_id).where(
            ASSIGNMENT.c.annotator_id == row["id"], ASSIGNMENT.c.active.is_(True)
        )
        query = query.where(STUDY.c.id.in_(mine))
    studies = tuple(str(name) for name in connection.scalars(query))
    return Person(id=row["name"], name=row["name"], roles=frozenset(row["roles"]), studies=studies)
