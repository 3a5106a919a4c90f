"""The board of a watch as a sheet: the newest figures, every series over time, and the alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sheets

from judge.monitoring.alert import State
from judge.reports.board_html import headline, now_told, when
from judge.reports.timeline import dates, timeline

if TYPE_CHECKING:
    from judge.monitoring.alert import Alert
    from judge.monitoring.board import Board, Panel

    Block = dict[str, Any]

WHAT_IS_DRAWN = "The line is corrected, with its interval; dashed is the judge alone; red is your threshold."


def board_blocks(board: Board) -> list[Block]:
    """Everything that a watch has seen."""
    opened = [alert for alert in board.alerts if alert.state == State.OPEN]
    return [
        sheets.heading(headline(board)),
        sheets.tiles(
            sheets.tile(str(len(opened)), "open alerts", f"{len(board.alerts)} so far"),
            sheets.tile(f"{board.records:,}", "responses", f"{board.start:%d %b} to {board.end:%d %b %Y}"),
            sheets.tile(f"{board.judged:,}", "judged", board.judge),
            sheets.tile(str(len(board.spans)), "versions", board.spans[-1].version if board.spans else ""),
        ),
        *(_alert(alert) for alert in opened),
        *(_panel(panel, board) for panel in board.panels if panel.judged),
        _history(board),
        *(_panel(panel, board) for panel in board.panels if not panel.judged),
    ]


def _alert(alert: Alert) -> Block:
    lines = [alert.detail, *(each.text for each in alert.evidence[:3]), *(f"→ {each.text}" for each in alert.advice)]
    return sheets.message(f"{alert.level.upper()} · {alert.kind} · {alert.title}", "\n".join(lines))


def _panel(panel: Panel, board: Board) -> Block:
    about = WHAT_IS_DRAWN if panel.judged else ""
    if panel.uncalibrated:
        about = f"uncalibrated: {panel.uncalibrated}. The line is the judge's own figure."
    title = f"{panel.title} ({panel.name})" if panel.judged else panel.title
    return sheets.timeline(title, about, timeline(panel, board), dates(board), now_told(panel))


def _history(board: Board) -> Block:
    if not board.alerts:
        return sheets.message("No alert so far.", "What moves beyond chance is told here, with its kind and evidence.")
    rows = [[alert.title, when(alert), alert.kind, alert.level, alert.state] for alert in board.alerts]
    return sheets.table("Alerts", ["what", "when", "kind", "level", "state"], rows)
