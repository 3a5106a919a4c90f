"""The board of a watch as one self-contained HTML page."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from judge.monitoring.alert import State
from judge.reports.page import environment, page
from judge.reports.timeline import FULL, across, dates, timeline, told, with_limits

if TYPE_CHECKING:
    from jinja2 import Environment

    from judge.monitoring.alert import Alert
    from judge.monitoring.board import Board, Panel, Point


MOST_TOLD = 3
"""Criteria whose figures the headline tells."""


def render_board(board: Board) -> str:
    """The board as one page: no request, no script, and nothing that a record says is ever markup."""
    return page(
        _world(),
        "board.html.jinja",
        styles=("report.css", "board.css"),
        board=board,
        headline=headline(board),
        opened=[alert for alert in board.alerts if alert.state == State.OPEN],
    )


def board_json(board: Board) -> dict[str, Any]:
    """The board for machines."""
    return asdict(board) | {"alerts": [alert.to_json() for alert in board.alerts]}


@cache
def _world() -> Environment:
    return environment(
        {
            "timeline": timeline,
            "dates": dates,
            "now": now_told,
            "spoken": spoken,
            "starts": starts,
            "lanes": lanes,
            "when": when,
        }
    )


def headline(board: Board) -> str:
    """The newest figures in one sentence."""
    opened = [alert for alert in board.alerts if alert.state == State.OPEN]
    if opened:
        gravest = min(opened, key=lambda alert: (alert.level != "alert", -alert.updated.timestamp()))
        return gravest.title
    known = [panel for panel in board.panels if panel.judged and not panel.uncalibrated][:MOST_TOLD]
    return " ".join(["No alert is open.", *(f"{panel.title}: {now_told(panel)}." for panel in known)])


def now_told(panel: Panel) -> str:
    """The newest figure of a panel with its interval."""
    point = _newest(panel)
    if point is None or point.value is None:
        return "none yet"
    return with_limits(point, panel)


def spoken(panel: Panel) -> str:
    """A panel in words: its newest figure and where it began."""
    shown = [point for point in panel.points if point.value is not None]
    return f"{told(shown[-1], panel)}; at first {told(shown[0], panel)}" if shown else "no figures yet"


def _newest(panel: Panel) -> Point | None:
    return next((point for point in reversed(panel.points) if point.value is not None), None)


def starts(board: Board) -> list[dict[str, Any]]:
    """Where each alert began, with its place in the list."""
    return [
        {"x": across(alert.start, board), "level": alert.level, "title": alert.title, "place": place}
        for place, alert in enumerate(board.alerts, start=1)
        if board.start <= alert.start <= board.end
    ]


def lanes(board: Board) -> list[dict[str, Any]]:
    """The stretches of the time axis at whose beginning a version came, up to the coming of the next."""
    ends = [*(span.start for span in board.spans[1:]), board.end][: len(board.spans)]
    found = []
    for span, end in zip(board.spans, ends, strict=True):
        left, right = across(span.start, board), min(float(FULL), across(end, board))
        said = f"{span.version}: {span.start:%d %b} to {span.end:%d %b %Y}, {span.records:,} responses"
        found.append({"x": left, "width": max(0.0, right - left), "version": span.version, "told": said})
    return found


def when(alert: Alert) -> str:
    """From when to when an alert lasted."""
    text = f"since {alert.start:%d %b %Y}"
    if alert.closed is not None:
        text = f"{alert.start:%d %b} to {alert.closed:%d %b %Y}"
    return f"{text}, {alert.windows} window{'' if alert.windows == 1 else 's'}"
