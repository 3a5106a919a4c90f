"""``judge report``: a calibration report as a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from judge.cli.calibrate import BY, RUN, STUDY, UNSEEN, make_report, rendered, write
from judge.cli.console import show, show_json
from judge.cli.options import Config, Db, open_database

if TYPE_CHECKING:
    from judge.settings import Settings


class Format(StrEnum):
    """What a report can be written as."""

    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def report(
    *,
    run: Annotated[str, RUN] = "last",
    study: Annotated[str | None, STUDY] = None,
    by: Annotated[str | None, BY] = None,
    unseen: Annotated[bool, UNSEEN] = False,
    monitor: Annotated[
        str | None, typer.Option("--monitor", metavar="WATCH", help="What this watch has seen, as one HTML page.")
    ] = None,
    format_: Annotated[Format | None, typer.Option("--format", help="By the file's ending if left out.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; standard output if left out.")
    ] = None,
    db: Db = None,
    config: Config = None,
) -> None:
    """Write a run's calibration report, or with --monitor what a watch has seen.

    A calibration report is one self-contained HTML page, Markdown, text or JSON; the board of a watch is HTML or JSON.
    """
    from judge.settings import load_settings

    chosen = format_ or _format_of(output)
    settings = load_settings(config)
    if monitor is not None:
        _monitor(monitor, chosen, output, db, settings)
        return
    with open_database(db, settings) as database:
        made = make_report(database, settings, run=run, study=study, by=by, unseen=unseen)
    if output is not None:
        write(output, rendered(made, chosen))
    elif chosen is Format.JSON:
        show_json(made.to_json())
    elif chosen is Format.TEXT:
        from judge.reports.calibration_text import render

        show(render(made))
    else:
        show(rendered(made, chosen))


def _monitor(name: str, chosen: Format, output: Path | None, db: str | None, settings: Settings) -> None:
    from datetime import UTC, datetime

    from judge.errors import UsageError
    from judge.monitoring.boarding import board_of
    from judge.reports.board_html import board_json, render_board

    if chosen not in {Format.HTML, Format.JSON}:
        raise UsageError("the board of a watch is HTML or JSON", where="--monitor", hint="-o board.html")
    with open_database(db, settings) as database:
        board = board_of(database, name, datetime.now(UTC))
    if output is not None:
        import orjson

        text = orjson.dumps(board_json(board), option=orjson.OPT_INDENT_2).decode() + "\n"
        write(output, render_board(board) if chosen is Format.HTML else text)
    elif chosen is Format.JSON:
        show_json(board_json(board))
    else:
        show(render_board(board))


ENDINGS = {".html": Format.HTML, ".htm": Format.HTML, ".md": Format.MARKDOWN, ".txt": Format.TEXT, ".json": Format.JSON}


def _format_of(output: Path | None) -> Format:
    from judge.errors import UsageError

    if output is None:
        return Format.TEXT
    if output.suffix not in ENDINGS:
        raise UsageError(
            f"no format belongs to the ending {output.suffix!r}",
            where=str(output),
            hint=f"add --format html, markdown, text or json, or use one of {', '.join(ENDINGS)}",
        )
    return ENDINGS[output.suffix]
