"""The tables of editions: evaluation data sets in versions, and where each of their records comes from."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from judge.store.tables import UtcTime


class EditionRow(SQLModel, table=True):
    """One version of an evaluation data set; its records stand in a data set of their own and never change."""

    __tablename__: ClassVar[str] = "edition"
    __table_args__ = (UniqueConstraint("name", "version", name="uq_edition_version"),)
    id: int | None = Field(default=None, primary_key=True)
    name: str
    version: int
    dataset_id: int = Field(foreign_key="dataset.id", unique=True)
    parent_id: int | None = Field(default=None, foreign_key="edition.id")
    content_hash: str
    made: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created: datetime = Field(sa_column=Column(UtcTime(), nullable=False))


class EditionRecordRow(SQLModel, table=True):
    """Where a record of an edition comes from, why it is in it, and on which side of a split it is."""

    __tablename__: ClassVar[str] = "edition_record"
    record_id: int = Field(foreign_key="record.id", primary_key=True)
    edition_id: int = Field(foreign_key="edition.id", index=True)
    source_id: int | None = Field(default=None, foreign_key="record.id")
    why: list[str] = Field(sa_column=Column(JSON, nullable=False))
    split: str | None = None


EDITION = SQLModel.metadata.tables["edition"]
EDITION_RECORD = SQLModel.metadata.tables["edition_record"]
