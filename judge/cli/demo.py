"""``judge demo``: the main job on a log of our own making, offline."""

from __future__ import annotations

from typing import Annotated

import typer

from judge.cli.console import say, show, show_json
from judge.cli.options import Json, open_database

RUBRICS = ("hallucination", "relevance", "refusal")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    *,
    db: Annotated[str, typer.Option("--db", metavar="URL", help="Where the demo is kept.")] = "evenhand-demo.db",
    json: Json = False,
) -> None:
    """Judge a support log with the embedded baseline judge: no key, no network."""
    from judge.cli.run import perform
    from judge.models.registry import open_model
    from judge.reports.run_text import render
    from judge.rubric.load import load_rubric
    from judge.run.execute import Order
    from judge.run.summary import summarise
    from judge.settings import Settings
    from judge.shipped import folder
    from judge.sources import open_source

    settings = Settings()
    log = folder("examples") / "support.jsonl.gz"
    with open_database(db, settings) as database:
        dataset = open_source(database, str(log), settings, tell=say)
        rubrics = [load_rubric(name) for name in RUBRICS]
        done = perform(database, Order(dataset, rubrics), open_model("baseline", settings), settings)
        summary = summarise(database, done)
    if json:
        show_json(summary.to_json())
        return
    show(render(summary))
