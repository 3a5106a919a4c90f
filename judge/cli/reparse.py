"""``judge reparse``: read stored replies again."""

from __future__ import annotations

from typing import Annotated

import typer

from judge.cli.console import show, show_json
from judge.cli.options import Config, Db, Json, open_database


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reparse")(reparse)


def reparse(
    run: Annotated[str, typer.Argument(metavar="RUN", help="`last`, or a run's number.")] = "last",
    *,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Read the stored raw replies of a run again, and replace its judgements by what they say now. Asks nobody."""
    from judge.run.reparse import reparse as read_again
    from judge.settings import load_settings
    from judge.store import runs

    with open_database(db, load_settings(config)) as database:
        found = runs.find(database, run)
        read, changed = read_again(database, found)
    if json:
        show_json({"run": found.id, "read": read, "changed": changed})
    else:
        show(f"Run {found.id}: {read:,} judgements read again, {changed:,} changed.")
