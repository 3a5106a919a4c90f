"""The tables of tuning: which rubric was made of which, and the records that made it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer
from sqlmodel import Field, SQLModel

from judge.store.tables import UtcTime


class TuningRow(SQLModel, table=True):
    """One tuning of a rubric: what came of it on the held-out split."""

    __tablename__: ClassVar[str] = "tuning"
    id: int | None = Field(default=None, primary_key=True)
    rubric_hash: str = Field(foreign_key="rubric.hash", index=True)
    parent_hash: str = Field(foreign_key="rubric.hash", index=True)
    dataset_id: int = Field(sa_column=Column(Integer, ForeignKey("dataset.id"), nullable=False))
    model: str
    seed: int
    tune: float
    held_out: float
    outcome: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created: datetime = Field(sa_column=Column(UtcTime(), nullable=False))


class TuningMarkRow(SQLModel, table=True):
    """A record whose ratings tuned a rubric, or said what the tuning gained."""

    __tablename__: ClassVar[str] = "tuning_mark"
    __table_args__ = (Index("ix_tuning_mark_digest", "digest"),)
    rubric_hash: str = Field(foreign_key="rubric.hash", primary_key=True)
    record_id: int = Field(sa_column=Column(Integer, ForeignKey("record.id"), primary_key=True))
    digest: str
    split: str


_TABLES = SQLModel.metadata.tables
TUNING = _TABLES["tuning"]
TUNING_MARK = _TABLES["tuning_mark"]
