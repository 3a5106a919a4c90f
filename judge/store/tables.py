"""The tables of the main job: data sets, records, rubrics, judges, runs, calls, judgements, ratings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel


class UtcTime(TypeDecorator[datetime]):
    """A timezone-aware time, kept as UTC in every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - signature
        """To the database: naive times are refused rather than guessed."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a timezone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - signature
        """From the database: SQLite forgets the timezone, which is UTC."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def now() -> datetime:
    """The present moment, with its timezone."""
    return datetime.now(UTC)


def _time(**kwargs: Any) -> Any:
    return Field(sa_column=Column(UtcTime(), **kwargs))


def _text(*, nullable: bool = True) -> Any:
    return Field(default=None if nullable else ..., sa_column=Column(Text, nullable=nullable))


def _json() -> Any:
    return Field(default=None, sa_column=Column(JSON, nullable=True))


def _key(target: str, *, index: bool = True, nullable: bool = False) -> Any:
    return Field(
        default=None if nullable else ...,
        sa_column=Column(Integer, ForeignKey(target), index=index, nullable=nullable),
    )


class MetaRow(SQLModel, table=True):
    """One fact about this database, such as the secret behind its nonces."""

    __tablename__: ClassVar[str] = "meta"
    key: str = Field(primary_key=True)
    value: str


class DatasetRow(SQLModel, table=True):
    """A named set of records."""

    __tablename__: ClassVar[str] = "dataset"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    source: str | None = None
    created: datetime = _time(nullable=False)


_DISLIKED = text("feedback <= 0")


class RecordRow(SQLModel, table=True):
    """A record, as `judge.records.Record` describes it."""

    __tablename__: ClassVar[str] = "record"
    __table_args__ = (
        UniqueConstraint("dataset_id", "record_id"),
        Index("ix_record_time", "dataset_id", "time"),
        # Every look of a watch searches weeks of records for the few that users disliked.
        Index("ix_record_disliked", "dataset_id", "time", sqlite_where=_DISLIKED, postgresql_where=_DISLIKED),
    )
    id: int | None = Field(default=None, primary_key=True)
    dataset_id: int = _key("dataset.id", index=False)
    record_id: str
    digest: str
    response: str | None = _text()
    question: str | None = _text()
    documents: list[list[str | None]] | None = _json()
    reference: str | None = _text()
    rival: str | None = _text()
    model: str | None = None
    model_version: str | None = None
    time: datetime | None = _time(nullable=True)
    latency: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    feedback: float | None = None
    segment: str | None = None
    conversation: str | None = None
    group: str | None = None
    extra: dict[str, Any] | None = _json()


class RubricRow(SQLModel, table=True):
    """A rubric as it was when it was used."""

    __tablename__: ClassVar[str] = "rubric"
    hash: str = Field(primary_key=True)
    name: str = Field(index=True)
    version: int
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class JudgeRow(SQLModel, table=True):
    """A judge: everything its fingerprint is made of."""

    __tablename__: ClassVar[str] = "judge"
    fingerprint: str = Field(primary_key=True)
    rubric_hash: str = Field(foreign_key="rubric.hash", index=True)
    model: str = Field(index=True)
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class RunRow(SQLModel, table=True):
    """One execution of rubrics over records."""

    __tablename__: ClassVar[str] = "run"
    id: int | None = Field(default=None, primary_key=True)
    dataset_id: int = _key("dataset.id")
    identity: str = Field(index=True)
    kind: str
    model: str
    state: str
    started: datetime = _time(nullable=False)
    finished: datetime | None = _time(nullable=True)
    settings: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class RunJudgeRow(SQLModel, table=True):
    """Which judges took part in a run."""

    __tablename__: ClassVar[str] = "run_judge"
    run_id: int = Field(foreign_key="run.id", primary_key=True)
    fingerprint: str = Field(foreign_key="judge.fingerprint", primary_key=True)


class CallRow(SQLModel, table=True):
    """The ledger: one question to one judge model, found again by its content."""

    __tablename__: ClassVar[str] = "call"
    key: str = Field(primary_key=True)
    fingerprint: str = Field(foreign_key="judge.fingerprint", index=True)
    record_id: int = _key("record.id")
    run_id: int = _key("run.id")
    state: str
    worker: str | None = None
    attempts: int = 0
    reserved: float | None = None
    cost: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    latency: float | None = None
    answered_by: str | None = None
    problem: str | None = None
    detail: str | None = _text()
    reply: dict[str, Any] | None = _json()
    sent: datetime = _time(nullable=False)
    settled: datetime | None = _time(nullable=True)


class PastCallRow(SQLModel, table=True):
    """An asking of a call that ended without an answer, by a failure or a crash, before the call was asked anew."""

    __tablename__: ClassVar[str] = "past_call"
    id: int | None = Field(default=None, primary_key=True)
    key: str
    fingerprint: str = Field(foreign_key="judge.fingerprint")
    record_id: int = _key("record.id", index=False)
    run_id: int = _key("run.id")
    state: str
    attempts: int
    reserved: float | None = None
    cost: float | None = None
    problem: str | None = None
    detail: str | None = _text()
    sent: datetime = _time(nullable=False)
    settled: datetime | None = _time(nullable=True)


class WorkerRow(SQLModel, table=True):
    """A process that is at work on a run, with its last sign of life."""

    __tablename__: ClassVar[str] = "worker"
    token: str = Field(primary_key=True)
    run_id: int = _key("run.id", index=False)
    machine: str
    process: int
    begun: datetime = _time(nullable=False)
    beat: datetime = _time(nullable=False)


class JudgementRow(SQLModel, table=True):
    """A judgement, as `judge.scores.Judgement` describes it."""

    __tablename__: ClassVar[str] = "judgement"
    __table_args__ = (UniqueConstraint("run_id", "record_id", "fingerprint", "criterion", "repeat"),)
    id: int | None = Field(default=None, primary_key=True)
    run_id: int = _key("run.id", index=False)
    record_id: int = _key("record.id")
    fingerprint: str = Field(foreign_key="judge.fingerprint")
    rubric: str
    criterion: str
    repeat: int = 0
    score: str | None = None
    reason: str | None = None
    detail: str | None = _text()
    probabilities: dict[str, float] | None = _json()
    rationale: str | None = _text()
    evidence: list[list[Any]] | None = _json()
    suspicious: list[str] | None = _json()
    contested: str | None = _text()
    call_key: str | None = Field(default=None, foreign_key="call.key")
    fresh: bool = True


class RatingRow(SQLModel, table=True):
    """A rating, as `judge.scores.Rating` describes it; corrections are new versions."""

    __tablename__: ClassVar[str] = "rating"
    __table_args__ = (
        UniqueConstraint(
            *("record_id", "rubric_hash", "criterion", "annotator", "source", "repeat", "version"),
            name="uq_rating_place",
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    record_id: int = _key("record.id")
    rubric: str
    rubric_hash: str = Field(foreign_key="rubric.hash", index=True)
    criterion: str
    annotator: str
    source: str
    repeat: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    version: int = 1
    score: str | None = None
    reason: str | None = None
    detail: str | None = _text()
    evidence: list[list[Any]] | None = _json()
    note: str | None = _text()
    seconds: float | None = None
    inclusion_probability: float | None = None
    gold: bool = False
    time: datetime | None = _time(nullable=True)


class MeasureRow(SQLModel, table=True):
    """A metric's value for a record: a number that needed no judge model."""

    __tablename__: ClassVar[str] = "measure"
    __table_args__ = (UniqueConstraint("run_id", "record_id", "metric"),)
    id: int | None = Field(default=None, primary_key=True)
    run_id: int = _key("run.id", index=False)
    record_id: int = _key("record.id")
    metric: str
    value: float | None = None
    reason: str | None = None
    detail: str | None = _text()


_TABLES = SQLModel.metadata.tables
META = _TABLES["meta"]
DATASET = _TABLES["dataset"]
RECORD = _TABLES["record"]
RUBRIC = _TABLES["rubric"]
JUDGE = _TABLES["judge"]
RUN = _TABLES["run"]
RUN_JUDGE = _TABLES["run_judge"]
CALL = _TABLES["call"]
PAST_CALL = _TABLES["past_call"]
WORKER = _TABLES["worker"]
JUDGEMENT = _TABLES["judgement"]
RATING = _TABLES["rating"]
MEASURE = _TABLES["measure"]
