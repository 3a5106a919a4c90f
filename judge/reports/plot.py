"""Interval plots: where each figure and its limits lie on one axis, for drawing in any medium."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from judge.reports import words
from judge.reports.form import EstimatePart

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from judge.reports.form import FiguresPart, Result

Kind = Literal["raw", "human", "corrected"]

LABELS: dict[Kind, str] = {"raw": "judge alone (raw)", "human": "people alone", "corrected": "corrected"}

STEPS = (1, 2, 2.5, 5, 10)
TICKS = 6
WIDTH = 56
"""Columns of a plot in characters."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of a plot.

    Attributes:
        kind: Which figure.
        label: What it is called.
        value: The figure; None where there is none.
        low: Lower limit; for the raw figure its worst case. None where there is none.
        high: Upper limit likewise.
        text: Figure and limits in words, or why there are none.
    """

    kind: Kind
    label: str
    value: float | None
    low: float | None
    high: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The line that figures lie on.

    Attributes:
        low: Its left end.
        high: Its right end.
        ticks: Where it is labelled.
        percent: Whether its figures are shares.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    percent: bool

    def place(self, value: float) -> float:
        """Where a value lies, 0 at the left end and 1 at the right."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    def label(self, tick: float) -> str:
        """A tick in as few digits as tell the ticks apart."""
        step = (self.ticks[1] - self.ticks[0]) * (100 if self.percent else 1) if len(self.ticks) > 1 else 1
        digits = max(0, -math.floor(math.log10(step) + 1e-9)) if step < 1 else 0
        digits += not math.isclose(step * 10**digits, round(step * 10**digits))
        shown = tick * 100 if self.percent else tick
        return f"{shown:.{digits}f}" + (" %" if self.percent else "")


def _label(tick: float, axis: Axis) -> str:
    return axis.label(tick)


def marks(figures: FiguresPart) -> list[Mark]:
    """The three lines of a figure's plot: the judge alone, people alone, corrected."""
    percent = words.is_rate(figures)
    low, high = figures.bounds or (None, None)
    if figures.raw is None or low == high:
        low = high = None
    raw = "nothing scored" if figures.raw is None else words.number(figures.raw, percent=percent)
    if low is not None and high is not None:
        raw += f" (between {words.number(low, percent=percent)} and {words.number(high, percent=percent)}"
        raw += ", had all abstentions gone one way)"
    first = Mark("raw", LABELS["raw"], figures.raw, low, high, raw)
    return [first, _mark("human", figures.human, percent), _mark("corrected", figures.corrected, percent)]


def _mark(kind: Kind, result: Result, percent: bool) -> Mark:  # noqa: FBT001 - handed on as it is
    text = words.full(result, percent=percent)
    if not isinstance(result, EstimatePart):
        return Mark(kind, LABELS[kind], None, None, None, text)
    return Mark(kind, LABELS[kind], result.value, result.low, result.high, text)


def axis_of(lines: Sequence[Mark], ends: tuple[float, float], *, percent: bool) -> Axis:
    """An axis that holds every figure and limit, with round ticks, inside the possible figures.

    Args:
        lines: The lines to be drawn.
        ends: Lowest and highest possible figure.
        percent: Whether the figures are shares.
    """
    seen = [value for line in lines for value in (line.value, line.low, line.high) if value is not None]
    return round_axis(seen or ends, ends, percent=percent)


def round_axis(seen: Sequence[float], ends: tuple[float | None, float | None], *, percent: bool) -> Axis:
    """An axis that holds some values, with round ticks.

    Args:
        seen: The values, at least one.
        ends: Lowest and highest possible value, None where there is none.
        percent: Whether they are shares.
    """
    least, most = (-math.inf if ends[0] is None else ends[0]), (math.inf if ends[1] is None else ends[1])
    low, high = min(seen), max(seen)
    # A plot zoomed in too far makes a hair's breadth look like a gulf.
    whole = most - least if math.isfinite(most - least) else max(abs(low), abs(high)) or 1.0
    spare = max(0.0, whole / 10 - (high - low)) / 2 + (high - low) / 12
    low, high = max(least, low - spare), min(most, high + spare)
    step = _step((high - low) / TICKS)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    low, high = max(least, first * step), min(most, last * step)
    ticks = [place * step for place in range(first, last + 1) if low - 1e-9 <= place * step <= high + 1e-9]
    return Axis(low, high, tuple(round(tick, 10) for tick in ticks), percent)


def _step(least: float) -> float:
    size = 10.0 ** math.floor(math.log10(least))
    return next(step * size for step in STEPS if step * size >= least - 1e-12)


def in_characters(
    lines: Sequence[Mark], axis: Axis, width: int = WIDTH, *, label: Callable[[float, Axis], str] = _label
) -> list[tuple[str, str, str]]:
    """A plot for the terminal.

    Args:
        lines: The lines.
        axis: Their axis.
        width: Characters from its left to its right end.
        label: How a tick is written.

    Returns:
        (label, drawing, text) of each line, the axis with its ticks last.
    """
    rows = [(line.label, _drawn(line, axis, width), line.text) for line in lines]
    rule, names = ["─"] * width, [" "] * (width + 8)
    for tick in axis.ticks:
        rule[_column(axis, tick, width)] = "┴"
    for tick in _named(axis, width):
        name = label(tick, axis)
        start = max(0, _column(axis, tick, width) - len(name) // 2)
        names[start : start + len(name)] = name
    return [*rows, ("", "".join(rule), ""), ("", "".join(names).rstrip(), "")]


def _named(axis: Axis, width: int) -> tuple[float, ...]:
    """The ticks that are labelled: all, or every second, third, ... so that labels do not touch."""
    # The first label cannot be centred under its tick, so half a label more is kept free.
    longest = 1.5 * max((len(axis.label(tick)) for tick in axis.ticks), default=0) + 1
    apart = (width - 1) / max(1, len(axis.ticks) - 1)
    return axis.ticks[:: math.ceil(longest / apart)]


def _column(axis: Axis, value: float, width: int) -> int:
    return round(axis.place(value) * (width - 1))


def _drawn(line: Mark, axis: Axis, width: int) -> str:
    row = [" "] * width
    if line.low is not None and line.high is not None:
        left, right = _column(axis, line.low, width), _column(axis, line.high, width)
        bar, first, last = ("┄", "╎", "╎") if line.kind == "raw" else ("─", "├", "┤")
        row[left : right + 1] = bar * (right - left + 1)
        row[left], row[right] = first, last
    if line.value is not None:
        row[_column(axis, line.value, width)] = "●" if line.kind == "corrected" else "○"
    return "".join(row)
