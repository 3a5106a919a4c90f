"""Telling: an alert as the notice that is sent of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from judge.monitoring.alert import Alert, State
from judge.monitoring.sending import outbox
from judge.monitoring.sending.notice import Notice
from judge.store import watches

if TYPE_CHECKING:
    from datetime import datetime

    from judge.monitoring.form import Watch
    from judge.monitoring.sending.outbox import Sent
    from judge.store.database import Database
    from judge.store.watches import Kept


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


def tell(db: Database, watch: Watch, kept: Kept, now: datetime) -> list[Sent]:
    """Send what is to be told of a watch's alerts, and what an earlier round could not send.

    It goes by the alerts in the store and not by what one look has found: whatever dies in between, the next round
    tells it. What resolved longer ago than notices are tried for is old news, as in a back-fill of months.

    Args:
        db: The database.
        watch: The watch file, which says where to.
        kept: The watch in the store.
        now: The present.
    """
    if not watch.send:
        return []
    with db.read() as connection:
        alerts = [Alert.from_row(row) for row in watches.alerts(connection, kept)]
    recent = [alert for alert in alerts if alert.closed is None or now - alert.closed < outbox.GIVEN_UP_AFTER]
    notices = [notice for alert in recent if (notice := notice_of(alert, watch.name)) is not None]
    outbox.put(db, watch.name, notices, watch.send, now)
    return outbox.deliver(db, watch.name, watch.send, lambda: now)
