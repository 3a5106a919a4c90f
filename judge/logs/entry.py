"""Entries: what one line of a log holds, feedback that came later, and rejects: the lines that could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import datetime

    from judge.records import Record
    from judge.scores import Quote

Raw = str | float | bool | None
"""A label as a log writes it: a word, a number, or true or false; None where there is none."""

REJECT_CHARS: Final = 10_000
"""Longest raw text that a reject keeps, in characters."""

GOLD_RATERS: Final = frozenset({"gold", "expert_gold", "adjudicated", "adjudication", "consensus"})
"""Raters, in lower case, whose label settles an item."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a person said of a record, as the log has it.

    Attributes:
        rater: Who said it.
        value: The raw value: text, number or boolean; None where the rater saw the item and gave none.
        criterion: What it answers, where the log says so.
        gold: Whether it settles the item (adjudicated).
        note: A remark or reason.
        time: When it was given.
        evidence: What was highlighted, with offsets only where the words stand there in the record.
    """

    rater: str
    value: Raw
    criterion: str | None = None
    gold: bool = False
    note: str = ""
    time: datetime | None = None
    evidence: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Output:
    """What a judge that ran elsewhere said of a record, as the log has it.

    Attributes:
        judge: Which judge.
        value: The raw value; None where it could not be read there.
        criterion: What it answers, where the log says so.
        order: In which order a pair was shown (``ab`` or ``ba``); empty where the log does not say.
        reason: Its reason in words.
        raw: Its raw reply, where the log has it.
        probability: The probability it gave to its value, from 0 to 1.
    """

    judge: str
    value: Raw
    criterion: str | None = None
    order: str = ""
    reason: str = ""
    raw: str = ""
    probability: float | None = None

    @property
    def name(self) -> str:
        """The judge's name with the order it was asked in: the same model asked both ways is two judges."""
        return f"{self.judge} {self.order}" if self.order else self.judge


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of a log with the labels and outputs beside it.

    Attributes:
        record: The record.
        labels: What people said of it.
        outputs: What judges elsewhere said of it.
        line: Where it stands: line, row or element number, from 1.
    """

    record: Record
    labels: tuple[Label, ...] = ()
    outputs: tuple[Output, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a user signalled of a response after it was logged: a line ``{"feedback_for": ID, "feedback": 1}``.

    Attributes:
        record_id: The record it is about.
        value: As in `judge.records.Record.feedback`.
        line: Where it stands, from 1.
    """

    record_id: str
    value: float
    line: int = 0


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that could not be read; the lines around it could.

    Attributes:
        file: The file, or ``-`` for standard input.
        line: Its number, from 1.
        reason: What is wrong, in plain words.
        text: The raw text, at most `REJECT_CHARS` characters.
        unit: What is counted: ``line``, ``row`` (Parquet) or ``element`` (one big JSON document).
    """

    file: str
    line: int
    reason: str
    text: str
    unit: str = "line"

    @property
    def where(self) -> str:
        """The place as errors write it: ``log.jsonl:12``, or ``log.parquet: row 12``."""
        return f"{self.file}:{self.line}" if self.unit == "line" else f"{self.file}: {self.unit} {self.line}"


class Unreadable(Exception):  # noqa: N818 - a signal inside this package that ends up as a Reject
    """This line cannot be read; the next one may.

    Args:
        reason: What is wrong, in plain words.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Passed(Exception):  # noqa: N818 - a signal inside this package that ends up as a count
    """This line is not about a response, and is not meant to be.

    Args:
        reason: What it is instead.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Item:
    """One line, row or element before anything is known of its fields.

    Attributes:
        line: Its number, from 1.
        value: The parsed value; None where there is a problem.
        raw: What it was parsed from: bytes, text, or the cells of a row.
        problem: Why there is no value; empty where there is one.
    """

    line: int
    value: Any
    raw: Any
    problem: str = ""
