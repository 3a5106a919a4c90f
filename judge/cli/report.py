"""``judge report``: a calibration report as a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from judge.cli.calibrate import BY, RUN, STUDY, UNSEEN, make_report, rendered, write
from judge.cli.console import show, show_json
from judge.cli.options import Config, Db, open_database


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
    format_: Annotated[Format | None, typer.Option("--format", help="By the file's ending if left out.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; standard output if left out.")
    ] = None,
    db: Db = None,
    config: Config = None,
) -> None:
    """Write a run's calibration report: one self-contained HTML page, Markdown, text or JSON."""
    from judge.settings import load_settings

    chosen = format_ or _format_of(output)
    settings = load_settings(config)
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
