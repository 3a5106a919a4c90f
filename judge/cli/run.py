"""``judge run``: run rubrics over records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from judge.cli.console import say, show, show_json
from judge.cli.options import Config, Db, Json, open_database
from judge.cli.stopping import STOPPED_BY_HAND, interruptible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.run.execute import Execution, Order
    from judge.settings import Settings
    from judge.store.database import Database
    from judge.store.runs import Run


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="An imported data set's name, or a log file.")],
    *,
    rubric: Annotated[
        list[str] | None, typer.Option("--rubric", "-r", metavar="R", help="A shipped rubric's name, or a path.")
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option("--judge", "-j", metavar="MODEL", help="baseline, openai/..., anthropic/..., ENDPOINT/..., ..."),
    ] = None,
    metric: Annotated[
        list[str] | None, typer.Option("--metric", "-m", metavar="NAME", help="rouge, bleu, chrf, toxicity.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Judge at most this many records.")] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="Draw this many records at random.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the draw.")] = 0,
    where: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=VALUE", help="Only such records; also != < <= > >= ~.")
    ] = None,
    split: Annotated[
        str | None, typer.Option(metavar="SPLIT", help="Only this side of an evaluation data set's split.")
    ] = None,
    concurrency: Annotated[int | None, typer.Option(min=1, max=1024, help="Most calls in flight.")] = None,
    max_cost: Annotated[float | None, typer.Option(min=0, metavar="DOLLARS", help="Never spend more.")] = None,
    repeat: Annotated[int, typer.Option(min=1, max=100, help="Ask each question this often.")] = 1,
    recheck_suspicious: Annotated[
        bool,
        typer.Option("--recheck-suspicious", help="Judge flagged records again without what made them suspicious."),
    ] = False,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Run rubrics over logged responses with a judge, and say what came out.

    What was judged before, with the same rubric, model and settings, is not asked or paid for again. A run that was
    interrupted goes on where it stopped when the same command is given again.

    Exit codes: 0 done · 3 the cap is reached · 4 the judge cannot be asked, or none of the calls brought a reply · 130
    it was stopped by hand
    """
    from judge.models.registry import open_model
    from judge.reports.run_text import render
    from judge.run.execute import Order
    from judge.run.selection import Condition, Selection
    from judge.run.summary import summarise
    from judge.settings import load_settings
    from judge.sources import open_source
    from judge.store.editions import split_keys

    settings = load_settings(config)
    if concurrency is not None:
        settings = settings.model_copy(update={"judge": settings.judge.model_copy(update={"concurrency": concurrency})})
    rubrics = _rubrics(rubric or [])
    conditions = tuple(Condition.parse(text) for text in where or [])
    with open_database(db, settings) as database:
        model = open_model(judge, settings) if judge is not None else None
        dataset = open_source(database, source, settings, tell=say)
        only = split_keys(database, dataset.name, split) if split is not None else None
        order = Order(
            dataset=dataset,
            rubrics=rubrics,
            metrics=tuple(metric or ()),
            selection=Selection(where=conditions, sample=sample, seed=seed, limit=limit, only=only),
            repeats=repeat,
            max_cost=max_cost,
        )
        done = perform(database, order, model, settings, recheck=recheck_suspicious)
        summary = summarise(database, done)
    if json:
        show_json(summary.to_json())
    else:
        show(render(summary))
    if done.state == "stopped":
        raise typer.Exit(STOPPED_BY_HAND)
    summary.check()


def _rubrics(names: Sequence[str]) -> list[Any]:
    if not names:
        return []
    from judge.rubric.load import load_rubric

    return [load_rubric(name) for name in names]


def perform(database: Database, order: Order, model: Any, settings: Settings, *, recheck: bool = False) -> Run:
    """Carry an order out under a progress bar, stopping in good order at Ctrl-C.

    Raises:
        EvenhandError: What halted it; everything done until then is kept.
    """
    import asyncio

    from judge.run.execute import Execution

    execution = Execution(database, order, model, settings)
    if execution.resumed:
        say(f"Going on with run {execution.run.id}.")
    again = (database, settings, order.max_cost) if recheck and model is not None else None
    return asyncio.run(_work(execution, model, again))


async def _work(execution: Execution, model: Any, again: tuple[Database, Settings, float | None] | None) -> Run:
    try:
        done = await watched(execution)
        if again is not None and done.state == "finished":
            await _recheck(done, model, *again)
        return done
    finally:
        if model is not None:
            await model.close()


async def _recheck(done: Run, model: Any, database: Database, settings: Settings, max_cost: float | None) -> None:
    from judge.run.recheck import Rechecker

    found = await Rechecker(database, done, model, settings, max_cost=max_cost, watch=watched).work()
    say(f"A second look at {found.flagged:,} flagged records: {found.contested:,} judgements are contested.")


async def watched(execution: Execution) -> Run:
    """Carry a run out under a progress bar, stopping in good order at Ctrl-C."""
    from judge.cli.bar import drawn

    with interruptible(execution.stop):
        async with drawn(execution.progress):
            return await execution.work()
