"""What a look at a system found, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from judge.monitoring.alert import State

if TYPE_CHECKING:
    from judge.monitoring.alert import Alert
    from judge.monitoring.watching import Tick

SHOWN = 6
"""Pieces of evidence of an alert that are shown."""


def render(name: str, tick: Tick) -> str:
    """One look: what was taken, and every alert that is new, renewed or still there."""
    parts = [f"{tick.taken:,} records", f"{tick.judged:,} judged", f"{len(tick.analysed):,} windows analysed"]
    if tick.late:
        parts.append(f"{tick.late:,} came late")
    lines = [f"Watch {name} · {' · '.join(parts)}"]
    for alert in tick.alerts:
        lines += ["", *alert_lines(alert)]
    quiet = [alert for alert in tick.living if alert.id not in {one.id for one in tick.alerts}]
    lines += [f"still: {alert.key} ({alert.state}, {alert.windows} windows)" for alert in quiet]
    if not tick.alerts and not quiet:
        lines.append("Nothing has moved.")
    return "\n".join(lines)


def alert_lines(alert: Alert) -> list[str]:
    """An alert in a few lines."""
    word = alert.level if alert.state is State.OPEN else str(alert.state)
    when = f"{alert.start:%Y-%m-%d %H:%M} to {alert.end:%Y-%m-%d %H:%M}"
    lines = [f"{word.upper()} · {alert.kind} · {alert.title}", f"  {alert.key} · {when}", f"  {alert.detail}"]
    if alert.closed is not None:
        return lines[:2]
    lines += [f"  - {one.text}" for one in alert.evidence[:SHOWN]]
    if len(alert.evidence) > SHOWN:
        lines.append(f"  - and {len(alert.evidence) - SHOWN} more")
    lines += [f"  e.g. {one.record}: {' '.join(one.text.split())[:100]}" for one in alert.examples]
    return lines + [f"  → {one.text}" for one in alert.advice]
