"""Timelines: where the points of a series lie, for drawing one figure over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from judge.reports import words
from judge.reports.plot import Axis, round_axis

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from judge.monitoring.board import Board, Panel, Point

FULL = 1000
"""Units of the drawing from side to side and from top to bottom; it is stretched to fit."""

MOST_DATES = 5
_STEPS = (1, 2, 4, 7, 14, 28, 56, 91, 182, 365)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing of one panel, in `FULL` units across and down.

    Attributes:
        axis: The upright axis.
        band: Outlines of the interval band, a polygon for each run of windows that have one.
        line: Outlines of the figure's line, likewise.
        raw: Outlines of the judge's own figure, likewise.
        dots: (across, down, text, whether it is the newest) of each figure.
        limits: How far down each threshold lies.
    """

    axis: Axis
    band: tuple[str, ...]
    line: tuple[str, ...]
    raw: tuple[str, ...]
    dots: tuple[tuple[float, float, str, bool], ...]
    limits: tuple[float, ...]


def timeline(panel: Panel, board: Board) -> Timeline:
    """How a panel is drawn."""
    axis = _axis(panel)
    runs = list(_runs(panel.points))

    def place(point: Point, value: float) -> tuple[float, float]:
        return across(middle(point), board), _down(axis, value)

    def outline(run: Sequence[Point], name: str) -> list[tuple[float, float]]:
        return [place(point, value) for point in run if (value := getattr(point, name)) is not None]

    banded = [[point for point in run if point.low is not None and point.high is not None] for run in runs]
    band = [outline(run, "low") + outline(run, "high")[::-1] for run in banded]
    dots = [
        (*place(point, point.value), told(point, panel), point is panel.points[-1])
        for point in panel.points
        if point.value is not None
    ]
    return Timeline(
        axis=axis,
        band=tuple(_points(one) for one in band if len(one) > 2),  # noqa: PLR2004 - two points enclose nothing
        line=tuple(_points(outline(run, "value")) for run in runs),
        raw=tuple(_points(outline(run, "raw")) for run in runs if panel.judged),
        dots=tuple(dots),
        limits=tuple(_down(axis, limit) for limit in panel.limits),
    )


def across(time: datetime, board: Board) -> float:
    """How far to the right a time lies."""
    return round(FULL * ((time - board.start) / (board.end - board.start)), 2)


def middle(point: Point) -> datetime:
    """The time that a window's figure is drawn at."""
    return point.start + (point.end - point.start) / 2


def told(point: Point, panel: Panel) -> str:
    """A point in words, for who cannot see it or holds the pointer over it."""
    day = f"{point.start:%d %b %Y}"
    if point.value is None:
        return f"{day}: none"
    text = f"{day}: {with_limits(point, panel)}"
    if panel.judged and point.raw is not None:
        text += f", judge alone {figure(point.raw, panel)}"
    return f"{text}; {point.n:,} records"


def with_limits(point: Point, panel: Panel) -> str:
    """The figure of a point with its unit and its interval."""
    if point.value is None:
        return "none"
    text = figure(point.value, panel) + (f" {panel.unit}" if panel.unit else "")
    if point.low is not None and point.high is not None:
        text += f" [{figure(point.low, panel)}, {figure(point.high, panel)}]"
    return text


def figure(value: float, panel: Panel) -> str:
    """A figure of a panel, without its unit where that is no per cent."""
    if panel.percent:
        return words.share(value)
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2  # noqa: PLR2004 - three digits tell enough
    return f"{value:,.{digits}f}"


def dates(board: Board) -> list[tuple[float, str]]:
    """Where the time axis is labelled, and with what."""
    days = max(1, (board.end - board.start) // _DAY)
    step = next((each for each in _STEPS if days / each <= MOST_DATES), _STEPS[-1])
    first = datetime(board.start.year, board.start.month, board.start.day, tzinfo=UTC)
    first += _DAY * (first < board.start)
    whole = [first + _DAY * step * place for place in range(days // step + 1)]
    return [(across(day, board), f"{day:%d %b}") for day in whole if board.start <= day < board.end]


def _axis(panel: Panel) -> Axis:
    seen = [v for p in panel.points for v in (p.value, p.low, p.high, p.raw if panel.judged else None) if v is not None]
    seen += panel.limits
    low, high = panel.ends
    return round_axis(seen or [0.0, 1.0], (low, high), percent=panel.percent)


def _down(axis: Axis, value: float) -> float:
    return round(FULL * (1 - axis.place(value)), 2)


def _runs(points: Sequence[Point]) -> Iterable[list[Point]]:
    """Windows that follow one another, so that no line is drawn over a time of which nothing is known."""
    run: list[Point] = []
    for point in points:
        if run and point.start - run[-1].end > (point.end - point.start) / 2:
            yield run
            run = []
        run.append(point)
    if run:
        yield run


def _points(places: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in places)
