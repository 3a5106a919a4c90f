"""Telling: an alert as the notice that is sent of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from judge.monitoring.alert import State
from judge.monitoring.sending.notice import Notice

if TYPE_CHECKING:
    from judge.monitoring.alert import Alert


def notice_of(alert: Alert, watch: str) -> Notice | None:
    """What is sent of an alert as it stands; None of one that nobody wants to hear of now.

    An alert is told when it opens, again if it grows graver, and when it resolves: its number, level and state are the
    notice's key, so that whatever else changes of it is not sent again.

    Args:
        alert: The alert, kept in the store.
        watch: The watch's name.
    """
    if alert.state in {State.SNOOZED, State.ACCEPTED}:
        return None
    level = "resolved" if alert.state == State.RESOLVED else alert.level
    lines = [alert.detail, *(each.text for each in alert.evidence)]
    return Notice(
        key=f"{watch}/{alert.id}/{level}",
        level=level,
        title=f"Resolved: {alert.title}" if level == "resolved" else alert.title,
        time=alert.updated if level == "resolved" else alert.opened,
        watch=watch,
        lines=tuple(line for line in lines if line),
        advice=tuple(each.text for each in alert.advice) if level != "resolved" else (),
        payload=alert.to_json(),
    )
