"""Sheets: the blocks that a page of figures is made of, as data for the sheet component, which draws text only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from judge.reports.timeline import FULL
from judge.stats.intervals import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.reports.timeline import Timeline
    from judge.stats.intervals import Estimate

    Figure = Estimate | Refused
    Block = dict[str, Any]


def heading(text: str) -> Block:
    """A heading over what follows."""
    return {"kind": "heading", "text": text}


def message(title: str, text: str) -> Block:
    """What stands where there is nothing to show, and what to do about it."""
    return {"kind": "message", "title": title, "text": text}


def tiles(*some: Block) -> Block:
    """Figures side by side."""
    return {"kind": "tiles", "tiles": some}


def tile(value: str, name: str, about: str = "", share: float | None = None) -> Block:
    """One figure; a share of 1 is drawn as a full bar."""
    return {"value": value, "name": name, "about": about, "share": share}


def table(title: str, headings: Sequence[str], rows: Sequence[Sequence[Any]], *, right: Sequence[int] = ()) -> Block:
    """A table; columns named in `right` hold figures."""
    return {"kind": "table", "title": title, "headings": headings, "rows": rows, "right": list(right)}


def intervals(title: str, about: str, rows: Sequence[Block], *, low: float, high: float) -> Block:
    """Figures with their intervals on one axis."""
    middle = (low + high) / 2
    ticks = sorted({low, (low + middle) / 2, middle, (middle + high) / 2, high})
    return {"kind": "intervals", "title": title, "about": about, "rows": rows, "low": low, "high": high, "ticks": ticks}


def interval(name: str, figure: Figure, *, about: str = "", tone: str = "") -> Block:
    """One row of `intervals`: a figure with its limits, or why there is none."""
    row: Block = {"name": name, "about": about, "tone": tone, "text": said(figure)}
    if isinstance(figure, Refused):
        return row
    return row | {"value": figure.value, "low": figure.low, "high": figure.high}


def timeline(title: str, about: str, drawn: Timeline, dates: Sequence[tuple[float, str]], now: str) -> Block:
    """A figure over time with its interval, as `judge.reports.timeline` lays it out."""
    return {
        "kind": "timeline",
        "title": title,
        "about": about,
        "now": now,
        "ticks": [[1 - drawn.axis.place(tick), drawn.axis.label(tick)] for tick in drawn.axis.ticks],
        "dates": [[x / FULL, text] for x, text in dates],
        "band": drawn.band,
        "line": drawn.line,
        "raw": drawn.raw,
        "limits": [y / FULL for y in drawn.limits],
        "dots": [[x / FULL, y / FULL, text] for x, y, text, _ in drawn.dots],
    }


def share(figure: Figure) -> str:
    """A share with its limits in percent, or why there is none."""
    if isinstance(figure, Refused):
        return figure.reason
    return f"{100 * figure.value:.0f} % [{100 * figure.low:.0f}, {100 * figure.high:.0f}]"


def said(figure: Figure) -> str:
    """A figure with its limits in words, or why there is none and what to do."""
    if isinstance(figure, Refused):
        return f"{figure.reason}; {figure.needed}" if figure.needed else figure.reason
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]".replace("-", "−")
