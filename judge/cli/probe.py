"""``judge probe``: a judge's own crash test, on the user's records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from judge.cli.console import say, show, show_json
from judge.cli.options import Config, Db, Json, open_database, pairs

if TYPE_CHECKING:
    from judge.probing.probe import Probe, ProbeOrder
    from judge.settings import Settings
    from judge.store.database import Database


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("probe")(probe)


def probe(
    *,
    judge: Annotated[str, typer.Option("--judge", "-j", metavar="MODEL", help="The judge to try out.")],
    rubric: Annotated[str, typer.Option("--rubric", "-r", metavar="R", help="A shipped rubric's name, or a path.")],
    source: Annotated[
        str | None,
        typer.Option(metavar="SOURCE", help="Your records: a data set, a log file, `last`.  [default: a shipped log]"),
    ] = None,
    sample: Annotated[int, typer.Option(min=1, help="Records judged first, to see which leave room.")] = 60,
    records: Annotated[int, typer.Option(min=1, help="Most records that each family changes.")] = 20,
    each: Annotated[int, typer.Option(min=1, help="Attacks of one family for one record.")] = 3,
    repeat: Annotated[int, typer.Option(min=1, max=20, help="How often unchanged records are asked.")] = 3,
    family: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this family.")] = None,
    goal: Annotated[
        list[str] | None,
        typer.Option(metavar="CRITERION=VALUE", help="What an attacker wants.  [default: the good value]"),
    ] = None,
    paraphrase: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The same rubric in your own other words.")
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=VALUE", help="Only such records; also != < <= > >= ~.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    max_cost: Annotated[float | None, typer.Option(min=0, metavar="DOLLARS", help="Never spend more.")] = None,
    max_flip: Annotated[
        list[str] | None, typer.Option(metavar="[FAMILY:]SHARE", help="Highest rate of being talked into a score.")
    ] = None,
    min_catch: Annotated[
        list[str] | None, typer.Option(metavar="[FAMILY:]SHARE", help="Least rate of noticing a spoilt record.")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as one page.")] = None,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as Markdown.")] = None,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Try to talk a judge into scores, spoil good records, and see what it notices.

    Records are judged as they are, then attacked, spoilt, and asked in other words; what was asked before is found on
    the ledger. Only a move towards the attacker's goal counts as talked into, and repeats of the same records say how
    much of it is noise.

    Exit codes: 0 every bound is kept · 1 one is failed · 3 an interval lies on both sides of its bound, or the cap is
    reached · 130 it was stopped by hand · 2 and 4 as everywhere.
    """
    from judge.probing.bounds import Bound, check, exit_code
    from judge.reports.probe_build import to_json
    from judge.reports.probe_text import render
    from judge.settings import load_settings

    bounds = [
        *(Bound.parse("max-flip", text) for text in max_flip or ()),
        *(Bound.parse("min-catch", text) for text in min_catch or ()),
    ]
    settings = load_settings(config)
    with open_database(db, settings) as database:
        order = _order(
            database,
            settings,
            source=source,
            rubric=rubric,
            paraphrase=paraphrase,
            drawn=(sample, seed, where or []),
            rest={
                "records": records,
                "each": each,
                "repeats": repeat,
                "families": tuple(family or ()),
                "goals": pairs(goal or [], "--goal"),
                "max_cost": max_cost,
                "level": settings.calibration.level,
            },
        )
        done = _carry_out(database, order, judge, settings)
    checks = check(done, bounds)
    _write(done, html, markdown)
    if json:
        show_json(to_json(done, checks))
    else:
        show(render(done, checks))
    if code := exit_code(checks):
        raise typer.Exit(code)


def _order(
    database: Database,
    settings: Settings,
    *,
    source: str | None,
    rubric: str,
    paraphrase: Path | None,
    drawn: tuple[int, int, list[str]],
    rest: dict[str, Any],
) -> ProbeOrder:
    from judge.probing.probe import ProbeOrder
    from judge.probing.rewording import check_paraphrase
    from judge.rubric.load import load_rubric
    from judge.run.selection import Condition, Selection
    from judge.shipped import folder
    from judge.sources import open_source

    if source is None:
        source = str(folder("examples") / "support.jsonl.gz")
        say("Probing on the shipped support log; --source SOURCE takes your own records.")
    loaded = load_rubric(rubric)
    sample, seed, where = drawn
    conditions = tuple(Condition.parse(text) for text in where)
    return ProbeOrder(
        dataset=open_source(database, source, settings, tell=say),
        rubric=loaded,
        selection=Selection(where=conditions, sample=sample, seed=seed),
        paraphrase=check_paraphrase(loaded, load_rubric(paraphrase)) if paraphrase is not None else None,
        seed=seed,
        **rest,
    )


def _carry_out(database: Database, order: ProbeOrder, spelling: str, settings: Settings) -> Probe:
    import asyncio

    from judge.cli.run import watched
    from judge.models.registry import open_model
    from judge.probing.probe import Prober

    async def work() -> Probe:
        model = open_model(spelling, settings)
        try:
            return await Prober(database, order, model, settings, watch=watched).probe()
        finally:
            await model.close()

    return asyncio.run(work())


def _write(done: Probe, html: Path | None, markdown: Path | None) -> None:
    from judge.cli.calibrate import write

    if html is not None:
        from judge.reports.probe_html import render_html

        write(html, render_html(done))
    if markdown is not None:
        from judge.reports.probe_markdown import render_markdown

        write(markdown, render_markdown(done))
