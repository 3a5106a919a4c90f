"""``judge import``: logs into the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from judge.cli.console import say, show, show_json
from judge.cli.options import Config, Db, Json, open_database, pairs

SOME_LINES = 5


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_)


def import_(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="JSONL, CSV, Parquet, also .gz; - for stdin.")],
    *,
    dataset: Annotated[str, typer.Option(metavar="NAME", help="The data set the records go into.")],
    format_: Annotated[
        str, typer.Option("--format", metavar="F", help="auto, rows, chat, otel, langfuse or promptfoo.")
    ] = "auto",
    map_: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=PATH", help="Where a field is, e.g. response=answer.")
    ] = None,
    ratings: Annotated[bool, typer.Option("--ratings", help="Also take the human labels in the log.")] = False,
    judgements: Annotated[bool, typer.Option("--judgements", help="Also take the judge outputs in the log.")] = False,
    rubric: Annotated[
        str | None, typer.Option(metavar="R[:CRITERION]", help="Which criterion the labels answer.")
    ] = None,
    label_map: Annotated[
        list[str] | None, typer.Option(metavar="WORD=VALUE", help="Where labels use other words than the rubric.")
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where bad lines are kept.  [default: NAME.rejects.jsonl]")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first bad line.")] = False,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Import logs: records, and the human labels and judge outputs that are already in them.

    Importing the same file again changes nothing. A bad line is reported and kept in a rejects file; the rest goes in.
    """
    from judge.importing import Importer, Labels
    from judge.settings import load_settings

    settings = load_settings(config)
    labels = None
    if ratings or judgements or rubric or label_map:
        labels = Labels.parse(rubric, pairs(label_map or [], "--label-map"), ratings=ratings, judgements=judgements)
    with open_database(db, settings) as database:
        importer = Importer(
            database,
            dataset,
            settings=settings,
            format_=format_,
            mapping=pairs(map_ or [], "--map"),
            labels=labels,
            rejects=rejects or Path(f"{dataset}.rejects.jsonl"),
            strict=strict,
        )
        for file in files:
            importer.read(file)
        report = importer.finish()
    for problem in report.problems[:SOME_LINES]:
        say(problem)
    if len(report.problems) > SOME_LINES:
        say(f"... and {len(report.problems) - SOME_LINES} more")
    if json:
        show_json(report.to_json())
    else:
        show(str(report))
