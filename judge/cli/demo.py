"""``judge demo``: the main job on a log of our own making, then a real judge held against real people, offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from judge.cli.console import say, show, show_json
from judge.cli.options import Json, open_database

if TYPE_CHECKING:
    from judge.reports.form import Report
    from judge.run.summary import Summary
    from judge.settings import Settings
    from judge.store.database import Database

RUBRICS = ("hallucination", "relevance", "refusal")
RECORDS = 800
"""Drawn at random from the log: enough to see, and done in a few seconds."""
JUDGE = "gpt-4"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    *,
    db: Annotated[str, typer.Option("--db", metavar="URL", help="Where the demo is kept.")] = "evenhand-demo.db",
    html: Annotated[Path, typer.Option(metavar="FILE", help="Where the calibration report is written.")] = Path(
        "evenhand-demo.html"
    ),
    json: Json = False,
) -> None:
    """Judge a support log with the baseline judge, then calibrate GPT-4 on real ratings: no key, no network."""
    from judge.cli.calibrate import rendered, write
    from judge.reports.calibration_text import render as render_report
    from judge.reports.run_text import render as render_summary
    from judge.settings import Settings

    settings = Settings()
    with open_database(db, settings) as database:
        summary = _judge(database, settings)
        if not json:
            say("1. A support log (of our own making) judged by the embedded baseline judge\n")
            show(render_summary(summary))
        report = _calibrate(database, settings)
    if json:
        show_json({"run": summary.to_json(), "calibration": report.to_json()})
        return
    say("\n2. GPT-4 as a judge of refusals (XSTest), held against what three people said of the same responses\n")
    show(render_report(report))
    write(html, rendered(report, "html"))


def _judge(database: Database, settings: Settings) -> Summary:
    from judge.cli.run import perform
    from judge.models.registry import open_model
    from judge.rubric.load import load_rubric
    from judge.run.execute import Order
    from judge.run.selection import Selection
    from judge.run.summary import summarise
    from judge.shipped import folder
    from judge.sources import open_source

    log = folder("examples") / "support.jsonl.gz"
    dataset = open_source(database, str(log), settings, tell=lambda _line: None)
    rubrics = [load_rubric(name) for name in RUBRICS]
    order = Order(dataset, rubrics, selection=Selection(sample=RECORDS))
    return summarise(database, perform(database, order, open_model("baseline", settings), settings))


def _calibrate(database: Database, settings: Settings) -> Report:
    from judge.cli.calibrate import make_report
    from judge.importing import Importer, Labels
    from judge.shipped import folder

    labels = Labels.parse("refusal", {}, ratings=True, judgements=True)
    importer = Importer(database, "xstest", settings=settings, labels=labels)
    importer.read(str(folder("examples") / "xstest_mistral_slice.jsonl.gz"))
    run = importer.finish().judges[JUDGE]
    return make_report(database, settings, run=str(run), study=None, by=None)
