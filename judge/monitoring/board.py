"""The board: what a watch has seen, window by window, as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from judge.monitoring.alert import Alert


@dataclass(frozen=True, slots=True)
class Point:
    """A series in one window.

    Attributes:
        number: The window's.
        start: When it begins.
        end: When it ends.
        n: Values in it.
        value: The figure: of a calibrated criterion the corrected one, else the mean; None where there is none.
        low: Lower limit; None where the figure has no interval.
        high: Upper limit.
        raw: The judge's own figure, where the series is a criterion.
    """

    number: int
    start: datetime
    end: datetime
    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    raw: float | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One series over time.

    Attributes:
        name: The series, such as ``hallucination.supported`` or ``latency``.
        title: What it is called.
        points: One a window, in the order of time; windows without values are left out.
        percent: Whether its figures are shares.
        unit: What its figures are counted in, where they are no shares.
        ends: Lowest and highest possible figure; None where it has no such end.
        limits: The thresholds that its owner set.
        uncalibrated: Why there is no corrected figure; empty where there is, and for signals.
        judged: Whether a judge stands behind it.
    """

    name: str
    title: str
    points: tuple[Point, ...]
    percent: bool = False
    unit: str = ""
    ends: tuple[float | None, float | None] = (0.0, None)
    limits: tuple[float, ...] = ()
    uncalibrated: str = ""
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """When a model version answered.

    Attributes:
        version: Its name.
        start: Start of the first window it answered in.
        end: End of the last.
        records: How many responses are its.
    """

    version: str
    start: datetime
    end: datetime
    records: int


@dataclass(frozen=True, slots=True)
class Board:
    """All of it.

    Attributes:
        watch: The watch's name.
        dataset: What is watched.
        judge: The judge model; empty where there is none.
        start: Start of the first window.
        end: End of the newest.
        level: Confidence level of the intervals.
        records: Records seen.
        judged: Records judged.
        panels: The series, criteria first.
        spans: The model versions that records name, in the order in which they came.
        alerts: Every alert, the newest first.
        made: When the board was made.
    """

    watch: str
    dataset: str
    judge: str
    start: datetime
    end: datetime
    level: float
    records: int
    judged: int
    panels: tuple[Panel, ...]
    spans: tuple[Span, ...]
    alerts: tuple[Alert, ...]
    made: datetime
    notes: tuple[str, ...] = field(default=())
