"""``judge export``: judgements, ratings and records as files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from judge.cli.console import say, show_json
from judge.cli.options import Config, Db, Json, open_database


class What(StrEnum):
    """What can be exported."""

    JUDGEMENTS = "judgements"
    RATINGS = "ratings"
    RECORDS = "records"


class Format(StrEnum):
    """In which form."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


def chosen_format(format_: Format | None, output: Path | None) -> Format:
    """The form that was asked for, else that of the file's ending, else JSONL."""
    endings = [each for each in Format if output is not None and output.suffix == f".{each}"]
    return format_ or (endings[0] if endings else Format.JSONL)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    what: Annotated[What, typer.Argument(help="What to export.")],
    *,
    run: Annotated[str, typer.Option(metavar="RUN", help="`last`, or a run's number.")] = "last",
    dataset: Annotated[
        str | None, typer.Option(metavar="NAME", help="For ratings and records: this data set, not the run's.")
    ] = None,
    format_: Annotated[Format | None, typer.Option("--format", help="[default: by FILE's ending]")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="[default: stdout]")] = None,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Export judgements, ratings or records as JSONL, CSV or Parquet."""
    from judge import exporting
    from judge.rows import write_rows
    from judge.settings import load_settings
    from judge.store import datasets, judges, runs

    chosen = chosen_format(format_, output)
    with open_database(db, load_settings(config)) as database:
        if what is What.JUDGEMENTS:
            rows, columns = exporting.judgement_rows(database, runs.find(database, run)), exporting.JUDGEMENT_COLUMNS
        else:
            chosen_set = datasets.find(database, dataset or runs.find(database, run).dataset)
            if what is What.RATINGS:
                rubrics = judges.rated_rubrics(database, chosen_set.id)
                rows, columns = exporting.rating_rows(database, chosen_set, rubrics), exporting.RATING_COLUMNS
            else:
                rows, columns = exporting.record_rows(database, chosen_set), exporting.RECORD_COLUMNS
        count = write_rows(rows, columns, format_=chosen, output=output)
    if output is not None:
        if json:
            show_json({"rows": count, "file": str(output), "format": chosen})
        else:
            say(f"{count:,} {what} written to {output}.")
