"""Outbox: notices wait in the database until their channel has taken them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from judge.errors import EvenhandError
from judge.monitoring.sending.channels import AnyChannel, FileChannel, HookChannel, MailChannel, WebhookChannel
from judge.monitoring.sending.failed import FailedError
from judge.monitoring.sending.local import append, run_hook
from judge.monitoring.sending.mail import send_mail
from judge.monitoring.sending.notice import Notice
from judge.monitoring.sending.webhook import post
from judge.store import deliveries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from judge.store.database import Database
    from judge.store.deliveries import Delivery

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
GIVEN_UP_AFTER: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one notice on one channel.

    Attributes:
        channel: The channel's name.
        title: The notice's.
        problem: Why it was not taken; empty where it was.
        again: Whether it will be tried again.
    """

    channel: str
    title: str
    problem: str = ""
    again: bool = False


def put(db: Database, watch: str, notices: Iterable[Notice], channels: Sequence[AnyChannel], now: datetime) -> int:
    """Put notices into the outbox, each for every channel that takes its level; one that is there stays as it is.

    Returns:
        How many deliveries are new.
    """
    wanted = [
        (watch, channel.name, notice.key, notice.to_json())
        for notice in notices
        for channel in channels
        if notice.level in channel.levels
    ]
    return deliveries.add(db, wanted, now)


def deliver(db: Database, watch: str, channels: Sequence[AnyChannel], now: Callable[[], datetime]) -> list[Sent]:
    """Send what is due, oldest first.

    A delivery is claimed before it is sent. Where the program dies between the two, the claim runs out and the notice
    is sent again under the same key: at least once, and a receiver that knows keys sees it once. A hook is the
    exception: it is run at most once.

    Args:
        db: The database.
        watch: The watch whose notices are meant.
        channels: Its channels; what waits for others stays.
        now: The clock.

    Returns:
        What became of each.
    """
    by_name = {channel.name: channel for channel in channels}
    found: list[Sent] = []
    while (delivery := deliveries.claim(db, watch, list(by_name), now())) is not None:
        channel = by_name[delivery.channel]
        if isinstance(channel, HookChannel):
            # Said before it is run: nobody knows how far a command came that was cut short.
            deliveries.give_up(db, delivery, "it was begun, and its end is not known", now())
        found.append(_send(db, channel, delivery, now))
    return found


def _send(db: Database, channel: AnyChannel, delivery: Delivery, now: Callable[[], datetime]) -> Sent:
    notice = Notice.from_json(delivery.notice)
    try:
        _hand(channel, notice, now())
    except FailedError as failed:
        problem, again = failed.reason, failed.again
    except EvenhandError as error:
        # The owner's to mend, such as a variable that is not set: it may be set at the next start.
        problem, again = str(error), True
    else:
        deliveries.note_sent(db, delivery, now())
        return Sent(channel.name, notice.title)
    again = again and now() - delivery.created < GIVEN_UP_AFTER
    if again:
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(delivery.attempts - 1, 10))
        deliveries.put_off(db, delivery, problem, now() + wait)
    else:
        deliveries.give_up(db, delivery, problem, now())
    return Sent(channel.name, notice.title, problem, again)


def _hand(channel: AnyChannel, notice: Notice, now: datetime) -> None:
    match channel:
        case FileChannel():
            append(channel, notice)
        case WebhookChannel():
            post(channel, notice, now)
        case MailChannel():
            send_mail(channel, notice)
        case HookChannel():
            run_hook(channel, notice)
