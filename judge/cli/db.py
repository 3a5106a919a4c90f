"""``judge db``: check, copy and upgrade the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from judge.cli.console import say, show, show_json
from judge.cli.options import Config, Db, Json

if TYPE_CHECKING:
    from judge.store.database import Database

app = typer.Typer(no_args_is_help=True, help="Check, copy and upgrade the database.")

DAMAGED = 1


def _open(db: str | None, config: Path | None) -> Database:
    from judge.errors import NotFoundError
    from judge.settings import database_url, load_settings
    from judge.store.database import Database

    database = Database(database_url(db, load_settings(config)), upgrade=False)
    file = database.url.database
    if database.engine.dialect.name == "sqlite" and file and not file.startswith("file:") and not Path(file).exists():
        raise NotFoundError("there is no such database", where=file, hint="name it with --db")
    return database


@app.command("check")
def check(*, json: Json = False, db: Db = None, config: Config = None) -> None:
    """Look at every page, every reference and the ledger; changes nothing. Exit code 1 where something is wrong."""
    from dataclasses import asdict

    from judge.store import upkeep

    with _open(db, config) as database:
        found = upkeep.check(database)
    if json:
        show_json(asdict(found))
    else:
        for problem in found.problems:
            show(f"Wrong: {problem}")
        if not found.problems:
            show(f"Whole. Revision {found.revision}, {found.orphans:,} orphans that were not asked again.")
        if found.revision != found.newest:
            show(f"The newest revision is {found.newest}: judge db upgrade")
    if found.problems:
        raise typer.Exit(DAMAGED)


@app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")], *, db: Db = None, config: Config = None
) -> None:
    """Copy the database to a new file, also while a run is writing to it; the copy is checked."""
    from judge.store import upkeep

    with _open(db, config) as database:
        upkeep.backup(database, file)
    say(f"Copied to {file}.")


@app.command("upgrade")
def upgrade(*, db: Db = None, config: Config = None) -> None:
    """Bring the tables to the newest revision, after a copy beside the file. Other commands do it without a copy."""
    from judge.store import upkeep
    from judge.store.migrate import HEAD

    with _open(db, config) as database:
        before, copy = upkeep.upgrade(database)
    if copy is not None:
        say(f"The database as it was: {copy}")
    show(f"Revision {HEAD}." if before == HEAD else f"Revision {before or 'none'} to {HEAD}.")
