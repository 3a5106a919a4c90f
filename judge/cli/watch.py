"""``judge watch``: what a system answers, watched day by day."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from judge.cli.console import say, show, show_json
from judge.cli.options import Config, Db, Json, open_database
from judge.errors import UsageError

if TYPE_CHECKING:
    from judge.monitoring.watching import Tick, Watching


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("watch")(watch)


def watch(
    config_file: Annotated[Path, typer.Argument(metavar="CONFIG.yaml", help="What is watched.")],
    more: Annotated[
        list[str] | None, typer.Argument(metavar="[LOG]...", help="Further logs to take in now; - for stdin.")
    ] = None,
    *,
    every: Annotated[
        str | None, typer.Option(metavar="LENGTH", help="Stay and look again every 5m, 1h, ... instead of once.")
    ] = None,
    now: Annotated[
        str | None, typer.Option(metavar="TIME", help="Take this for the present (ISO 8601), to back-fill in steps.")
    ] = None,
    accept: Annotated[
        str | None, typer.Option(metavar="KEY", help="Call what an alert tells the new normal, then look.")
    ] = None,
    snooze: Annotated[
        str | None, typer.Option(metavar="KEY", help="Hear nothing of an alert for a while, then look.")
    ] = None,
    length: Annotated[str, typer.Option("--for", metavar="LENGTH", help="How long an alert is snoozed.")] = "24h",
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Take what is new, judge a share of it, fold it into windows, and say what has moved and why.

    For cron, or with --every left running. What was taken and judged before is not taken or paid for again. Exit codes:
    0 nothing to tell · 1 an alert is new, graver or goes on · 2 and 4 as everywhere.
    """
    import asyncio

    from judge.models.registry import open_model
    from judge.monitoring.duration import parse_duration
    from judge.monitoring.watch_file import load_watch
    from judge.monitoring.watching import Watching
    from judge.settings import load_settings

    pause = _length(every, "--every", parse_duration) if every is not None else None
    if pause is not None and now is not None:
        raise UsageError("--every waits for the real time to pass, --now sets another", where="--now")
    settings = load_settings(config)
    form, rubrics = load_watch(config_file)
    with open_database(db, settings) as database:
        model = open_model(form.judge, settings) if form.judge is not None else None
        watching = Watching(database, form, rubrics, settings, model)
        moment = _moment(now)
        if accept is not None:
            watching.accept(accept, moment)
        if snooze is not None:
            watching.snooze(snooze, moment + _length(length, "--for", parse_duration), moment)
        worst = asyncio.run(_work(watching, moment, pause, more or [], json=json))
    if worst:
        raise typer.Exit(1)


def _length(text: str, option: str, parse: Any) -> timedelta:
    try:
        found: timedelta = parse(text)
    except ValueError as error:
        raise UsageError(f"found {text!r}, where {error} is needed", where=option) from error
    return found


def _moment(now: str | None) -> datetime:
    if now is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(now)
    except ValueError as error:
        raise UsageError(f"{now!r} is no time", where="--now", hint="write 2026-10-05T00:00:00Z") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


async def _work(watching: Watching, moment: datetime, pause: timedelta | None, more: list[str], *, json: bool) -> bool:
    import asyncio
    import signal

    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM) if pause is not None else ()
    for each in signals:
        loop.add_signal_handler(each, stopped.set)
    told = False
    try:
        while True:
            tick = await watching.tick(moment, more=more, tell=say, on_lot=_progress())
            told = _told(watching, tick, moment, json=json) or told
            watching.send(datetime.now(UTC))
            if pause is None:
                return told
            try:
                await asyncio.wait_for(stopped.wait(), pause.total_seconds())
            except TimeoutError:
                moment, more = datetime.now(UTC), []
            else:
                return told
    finally:
        for each in signals:
            loop.remove_signal_handler(each)
        await watching.close()


def _progress() -> Any:
    """A line that counts up where a person sees it."""
    from judge.cli.console import is_terminal

    if not is_terminal():
        return lambda _: None
    total = 0

    def count(records: int) -> None:
        nonlocal total
        total += records
        typer.echo(f"\r{total:,} records", nl=False, err=True)

    return count


def _told(watching: Watching, tick: Tick, moment: datetime, *, json: bool) -> bool:
    from judge.monitoring.alert import State
    from judge.reports.watch_text import render

    sent = watching.tell(moment)
    for one in sent:
        say(f"{one.channel}: {one.problem or one.title}" + (" (it is tried again)" if one.again else ""))
    if json:
        show_json(tick.to_json() | {"sent": [asdict(one) for one in sent]})
    else:
        show(render(watching.kept.name, tick))
    return any(alert.state is State.OPEN and alert.level == "alert" for alert in tick.alerts)
