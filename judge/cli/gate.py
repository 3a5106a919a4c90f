"""``judge gate``: pass or fail on corrected figures, for continuous integration."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from judge.cli.calibrate import RUN, STUDY, UNSEEN
from judge.cli.console import show, show_json
from judge.cli.options import Config, Db, Json, open_database

SUMMARY = "GITHUB_STEP_SUMMARY"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("gate")(gate)


def gate(
    *,
    run: Annotated[str, RUN] = "last",
    study: Annotated[str | None, STUDY] = None,
    unseen: Annotated[bool, UNSEEN] = False,
    max_rate: Annotated[
        list[str] | None, typer.Option(metavar="NAME:SHARE", help="Highest corrected rate, e.g. hallucination:0.05.")
    ] = None,
    min_mean: Annotated[
        list[str] | None, typer.Option(metavar="NAME:VALUE", help="Lowest corrected mean, e.g. coherence:4.")
    ] = None,
    min_agreement: Annotated[
        list[str] | None, typer.Option(metavar="[NAME:]ALPHA", help="Least agreement of the judge with people.")
    ] = None,
    fingerprint: Annotated[
        list[str] | None, typer.Option(metavar="HEX", help="The judge that is expected; its first digits are enough.")
    ] = None,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Hold a run against bounds, by corrected figures with their intervals; the summary is Markdown.

    Exit codes: 0 every bound is kept · 1 one is failed · 3 an interval lies on both sides of its bound · 5 the judge
    has changed · 2 and 4 as everywhere. The summary is also added to $GITHUB_STEP_SUMMARY where that is set.
    """
    from judge.calibration.calibrate import calibrate
    from judge.calibration.gate import Bound, check
    from judge.reports.gate_markdown import render, to_json
    from judge.settings import load_settings
    from judge.store import runs

    bounds = [
        *(Bound.parse("max-rate", text) for text in max_rate or ()),
        *(Bound.parse("min-mean", text) for text in min_mean or ()),
        *(Bound.parse("min-agreement", text) for text in min_agreement or ()),
    ]
    settings = load_settings(config)
    with open_database(db, settings) as database:
        calibration = calibrate(database, runs.find(database, run), settings.calibration, study=study, unseen=unseen)
        done = check(calibration, bounds, fingerprints=fingerprint or ())
    summary = render(done, calibration)
    _add_to_summary(summary)
    if json:
        show_json(to_json(done, calibration))
    else:
        show(summary)
    if done.exit_code:
        raise typer.Exit(done.exit_code)


def _add_to_summary(text: str) -> None:
    from judge.errors import UsageError

    place = os.environ.get(SUMMARY)
    if not place:
        return
    try:
        with Path(place).open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", where=f"${SUMMARY} {place}") from error
