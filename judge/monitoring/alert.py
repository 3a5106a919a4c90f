"""Alerts: a crossed threshold or a drift, with its evidence, examples and advice, from its opening to its end."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What has moved."""

    DATA = "data"
    """What comes in: the questions, or the documents the system was given."""
    CONCEPT = "concept"
    """The same kind of question is answered differently well now, or new things are asked about."""
    MODEL = "model"
    """How the system answers: its answers' length and style, refusals, latency, by version."""
    JUDGE = "judge"
    """The judge: it is another one, or scores the same records differently."""
    THRESHOLD = "threshold"
    """A figure crossed the bound its owner set."""
    ABSENT = "absent"
    """No record comes any more."""


Level = Literal["warn", "alert"]


class State(StrEnum):
    """Where an alert is in its life."""

    OPEN = "open"
    SNOOZED = "snoozed"
    ACCEPTED = "accepted"
    """Its owner called it the new normal."""
    RESOLVED = "resolved"
    """It went away by itself."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for an alert.

    Attributes:
        series: Which series: a signal, ``RUBRIC.CRITERION``, or a text; with ``@version=...`` or ``@segment=...``.
        text: What was seen, in one sentence with its figures.
        value: The figure now, where there is one.
        before: What it was, where there is that.
        low: Lower limit of the figure now, where it has one.
        high: Upper limit.
        strength: The e-detector's value: evidence that there was a change, against 1 for none.
    """

    series: str
    text: str
    value: float | None = None
    before: float | None = None
    low: float | None = None
    high: float | None = None
    strength: float | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A record that shows it.

    Attributes:
        key: Row key of the record.
        record: Its id.
        text: The part of it that shows it, cut to a few lines.
    """

    key: int
    record: str
    text: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What may be done about it.

    Attributes:
        action: ``roll_back``, ``relabel``, ``curate``, ``retune``, ``look`` or ``accept``.
        text: What to do, with figures and the command where there is one.
        details: The same for machines: versions, records, counts.
    """

    action: str
    text: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Alert:
    """Something that its owner should know.

    Attributes:
        key: What it is about, such as ``model:version=2026-10.1`` or ``threshold:RULE``: one is open at a time.
        kind: What has moved.
        level: ``warn`` or ``alert``.
        title: One line.
        detail: A few sentences: what moved, since when, and what it is attributed to.
        number: Number of the window that opened it.
        start: Start of that window.
        end: Its end.
        evidence: What speaks for it, the strongest first.
        examples: Records that show it.
        advice: What may be done.
        state: Where it is in its life.
        opened: When it was opened.
        updated: When it was last renewed.
        closed: When it ended.
        snoozed_until: Until when nobody wants to hear of it.
        windows: How many windows it has lasted.
        id: Its number in this database; None before it is kept.
    """

    key: str
    kind: Kind
    level: Level
    title: str
    detail: str
    number: int
    start: datetime
    end: datetime
    opened: datetime
    updated: datetime
    evidence: tuple[Evidence, ...] = ()
    examples: tuple[Example, ...] = ()
    advice: tuple[Advice, ...] = ()
    state: State = State.OPEN
    closed: datetime | None = None
    snoozed_until: datetime | None = None
    windows: int = 1
    id: int | None = None

    def to_row(self) -> dict[str, Any]:
        """The alert as the store keeps it."""
        row = {name: getattr(self, name) for name in _SAME}
        row |= {"kind": str(self.kind), "state": str(self.state)}
        return row | {
            name: [asdict(each) for each in getattr(self, name)] for name in ("evidence", "examples", "advice")
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Alert:
        """The alert that a row keeps."""
        values = {name: row[name] for name in _SAME}
        values |= {"kind": Kind(row["kind"]), "state": State(row["state"])}
        for name, made in _LISTS.items():
            values[name] = tuple(made(**each) for each in row[name])
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """The alert for machines."""
        row = self.to_row()
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


_SAME = (
    *("id", "key", "level", "title", "detail", "number", "start", "end", "opened", "updated", "closed"),
    *("snoozed_until", "windows"),
)
_LISTS: Final[Mapping[str, type[Any]]] = {"evidence": Evidence, "examples": Example, "advice": Advice}
