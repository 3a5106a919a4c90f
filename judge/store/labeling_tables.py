"""The tables of labelling: studies, items, annotators, assignments, claims, presses, adjudications and events."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from judge.store.tables import UtcTime


def _time(*, nullable: bool = False) -> Any:
    return Field(default=None if nullable else ..., sa_column=Column(UtcTime(), nullable=nullable))


def _json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False))


def _text() -> Any:
    return Field(default=None, sa_column=Column(Text, nullable=True))


def _key(target: str, *, index: bool = True, nullable: bool = False) -> Any:
    return Field(
        default=None if nullable else ...,
        sa_column=Column(Integer, ForeignKey(target), index=index, nullable=nullable),
    )


class StudyRow(SQLModel, table=True):
    """Records drawn to be rated, by whom and how."""

    __tablename__: ClassVar[str] = "study"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    dataset_id: int = _key("dataset.id")
    rubric_hash: str = Field(foreign_key="rubric.hash")
    guideline: int = 1
    state: str
    raters: int
    overlap: float
    gold: float
    repeats: float
    seed: int
    design: dict[str, Any] = _json()
    population: int
    half_width: float
    level: float
    lease_seconds: float
    least_seconds: float
    created: datetime = _time()
    closed: datetime | None = _time(nullable=True)


class ItemRow(SQLModel, table=True):
    """A record drawn for a study, with the probability that it would be."""

    __tablename__: ClassVar[str] = "item"
    __table_args__ = (
        UniqueConstraint("study_id", "record_id"),
        CheckConstraint("inclusion_probability > 0 AND inclusion_probability <= 1", name="ck_item_probability"),
    )
    id: int | None = Field(default=None, primary_key=True)
    study_id: int = _key("study.id", index=False)
    record_id: int = _key("record.id")
    code: str = Field(unique=True)
    again: str = Field(unique=True)
    raters: int
    inclusion_probability: float | None = None
    stratum: str | None = None
    cluster: str | None = None
    training: bool = False


class AnnotatorRow(SQLModel, table=True):
    """A person who may sign in."""

    __tablename__: ClassVar[str] = "annotator"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    email: str | None = Field(default=None, unique=True)
    roles: list[str] = _json()
    active: bool = True
    local: bool = False
    created: datetime = _time()


class LinkRow(SQLModel, table=True):
    """A one-time link, known by the hash of its code."""

    __tablename__: ClassVar[str] = "link"
    hash: str = Field(primary_key=True)
    annotator_id: int = _key("annotator.id")
    created: datetime = _time()
    expires: datetime = _time()
    used: datetime | None = _time(nullable=True)


class SessionRow(SQLModel, table=True):
    """A browser that is signed in, known by the hash of its secret."""

    __tablename__: ClassVar[str] = "session"
    hash: str = Field(primary_key=True)
    annotator_id: int = _key("annotator.id")
    created: datetime = _time()
    expires: datetime = _time()
    closed: datetime | None = _time(nullable=True)


class AssignmentRow(SQLModel, table=True):
    """Who takes part in which study."""

    __tablename__: ClassVar[str] = "assignment"
    study_id: int = Field(foreign_key="study.id", primary_key=True)
    annotator_id: int = Field(foreign_key="annotator.id", primary_key=True)
    most: int | None = None
    active: bool = True
    created: datetime = _time()


class ClaimRow(SQLModel, table=True):
    """One annotator's hold on one of an item's slots, until it expires or is fulfilled.

    A repeat and a skipped item take no slot.
    """

    __tablename__: ClassVar[str] = "claim"
    __table_args__ = (
        UniqueConstraint("item_id", "slot"),
        UniqueConstraint("item_id", "annotator_id", "repeat"),
        Index("ix_claim_holder", "annotator_id", "study_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    study_id: int = _key("study.id")
    item_id: int = _key("item.id", index=False)
    annotator_id: int = _key("annotator.id", index=False)
    slot: int | None = None
    repeat: int = 0
    shown: int
    taken: datetime = _time()
    expires: datetime = _time()
    done: datetime | None = _time(nullable=True)


class PressRow(SQLModel, table=True):
    """One press of Save: which entry became which version of a rating."""

    __tablename__: ClassVar[str] = "press"
    __table_args__ = (
        UniqueConstraint("study_id", "annotator_id", "key"),
        UniqueConstraint("claim_id", "version"),
    )
    id: int | None = Field(default=None, primary_key=True)
    study_id: int = _key("study.id", index=False)
    annotator_id: int = _key("annotator.id")
    claim_id: int = _key("claim.id", index=False)
    key: str
    version: int
    flagged: bool = False
    rushed: bool = False
    skipped: bool = False
    seconds: float
    pressed: datetime | None = _time(nullable=True)
    saved: datetime = _time()


class AdjudicationRow(SQLModel, table=True):
    """A decision on an item where raters differ: the gold rating, with what was seen when it was made."""

    __tablename__: ClassVar[str] = "adjudication"
    __table_args__ = (UniqueConstraint("item_id", "criterion", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    study_id: int = _key("study.id")
    item_id: int = _key("item.id", index=False)
    criterion: str
    version: int
    annotator_id: int = _key("annotator.id", index=False)
    rating_id: int = _key("rating.id", index=False)
    seen: list[dict[str, Any]] = _json()
    note: str | None = _text()
    decided: datetime = _time()


class EventRow(SQLModel, table=True):
    """The audit trail: who did what, when."""

    __tablename__: ClassVar[str] = "event"
    __table_args__ = (Index("ix_event_kind", "study_id", "kind"),)
    id: int | None = Field(default=None, primary_key=True)
    study_id: int | None = _key("study.id", index=False, nullable=True)
    annotator_id: int | None = _key("annotator.id", index=False, nullable=True)
    item_id: int | None = _key("item.id", nullable=True)
    kind: str
    detail: dict[str, Any] = _json()
    time: datetime = _time()


_TABLES = SQLModel.metadata.tables
STUDY = _TABLES["study"]
ITEM = _TABLES["item"]
ANNOTATOR = _TABLES["annotator"]
LINK = _TABLES["link"]
SESSION = _TABLES["session"]
ASSIGNMENT = _TABLES["assignment"]
CLAIM = _TABLES["claim"]
PRESS = _TABLES["press"]
ADJUDICATION = _TABLES["adjudication"]
EVENT = _TABLES["event"]
