"""``judge agreement``: how alike people rate, without any judge."""

from __future__ import annotations

from typing import Annotated

import typer

from judge.cli.console import say, show, show_json
from judge.cli.options import Config, Db, Json, open_database


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("agreement")(agreement)


def agreement(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="An imported data set's name, or `last`.")],
    *,
    rubric: Annotated[str, typer.Option("--rubric", "-r", metavar="R", help="A shipped rubric's name, or a path.")],
    study: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only ratings from this study, or from `import`.")
    ] = None,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Say how alike annotators rate: the ceiling of any judge, and whether the rubric can be applied at all."""
    from judge.calibration.people import people_alone
    from judge.reports.people import build, render
    from judge.rubric.load import load_rubric
    from judge.settings import load_settings
    from judge.sources import open_source

    settings = load_settings(config)
    level = settings.calibration.level
    loaded = load_rubric(rubric)
    with open_database(db, settings) as database:
        dataset = open_source(database, source, settings, tell=say)
        found = people_alone(database, dataset, loaded, level=level, study=study)
    report = build(dataset.name, loaded, found, level=level, study=study)
    if json:
        show_json(report.to_json())
    else:
        show(render(report))
