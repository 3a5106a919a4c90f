"""``judge runs``: what was run so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from judge.cli.console import show, show_json
from judge.cli.options import Config, Db, Json, open_database

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("runs")(runs)


def runs(*, json: Json = False, db: Db = None, config: Config = None) -> None:
    """List data sets and runs, the newest first."""
    from dataclasses import asdict

    from judge.reports.table import table
    from judge.settings import load_settings
    from judge.store import datasets
    from judge.store import runs as stored

    with open_database(db, load_settings(config)) as database:
        sets, found = datasets.listing(database), stored.listing(database)
    if json:
        names = [{"name": name, "records": count} for name, count in sets]
        show_json({"datasets": names, "runs": [asdict(run) for run in found]})
        return
    show(table(["data set", "records"], [[name, f"{count:,}"] for name, count in sets], right={1}))
    rows = [
        [str(run.id), run.kind, run.dataset, run.model, run.state, f"{run.started:%Y-%m-%d %H:%M}"] for run in found
    ]
    if rows:
        show("")
        show(table(["run", "kind", "data set", "model", "state", "started (UTC)"], rows, right={0}))
