"""The tables of watching: watches, windows, detectors and alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from judge.store.tables import UtcTime


def _time(*, nullable: bool = False) -> Any:
    return Field(default=None if nullable else ..., sa_column=Column(UtcTime(), nullable=nullable))


def _json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False))


def _watch() -> Any:
    return Field(sa_column=Column(Integer, ForeignKey("watch.id"), nullable=False))


class WatchRow(SQLModel, table=True):
    """A watch, and how far it has come."""

    __tablename__: ClassVar[str] = "watch"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    dataset_id: int = Field(foreign_key="dataset.id")
    shape: str
    config: dict[str, Any] = _json()
    state: dict[str, Any] = _json()
    created: datetime = _time()
    updated: datetime = _time()


class WindowRow(SQLModel, table=True):
    """What came in one window, of one model version and segment; ``*`` stands for all of them."""

    __tablename__: ClassVar[str] = "watch_window"
    __table_args__ = (UniqueConstraint("watch_id", "number", "version", "segment", name="uq_watch_window_place"),)
    id: int | None = Field(default=None, primary_key=True)
    watch_id: int = _watch()
    number: int
    version: str
    segment: str
    start: datetime = _time()
    end: datetime = _time()
    records: int
    late: int
    series: dict[str, Any] = _json()
    draw: list[list[Any]] = _json()
    judged: list[list[Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]"))
    analysed: datetime | None = _time(nullable=True)


class DetectorRow(SQLModel, table=True):
    """What is known of one series: its past, and how far the evidence for a change has grown."""

    __tablename__: ClassVar[str] = "watch_detector"
    __table_args__ = (UniqueConstraint("watch_id", "series", name="uq_watch_detector_series"),)
    id: int | None = Field(default=None, primary_key=True)
    watch_id: int = _watch()
    series: str
    state: dict[str, Any] = _json()


class AlertRow(SQLModel, table=True):
    """An alert, with its evidence and what became of it."""

    __tablename__: ClassVar[str] = "watch_alert"
    __table_args__ = (Index("ix_watch_alert_key", "watch_id", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    watch_id: int = _watch()
    key: str
    kind: str
    level: str
    state: str
    title: str
    detail: str = Field(sa_column=Column(Text, nullable=False))
    number: int
    start: datetime = _time()
    end: datetime = _time()
    opened: datetime = _time()
    updated: datetime = _time()
    closed: datetime | None = _time(nullable=True)
    snoozed_until: datetime | None = _time(nullable=True)
    windows: int
    evidence: list[dict[str, Any]] = _json()
    examples: list[dict[str, Any]] = _json()
    advice: list[dict[str, Any]] = _json()


_TABLES = SQLModel.metadata.tables
WATCH = _TABLES["watch"]
WINDOW = _TABLES["watch_window"]
DETECTOR = _TABLES["watch_detector"]
ALERT = _TABLES["watch_alert"]
