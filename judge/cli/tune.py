"""``judge tune``: a better rubric from the items on which judge and people differ."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from judge.cli.calibrate import STUDY, write
from judge.cli.console import say, show, show_json
from judge.cli.options import Config, Db, Json, open_database
from judge.cli.stopping import interruptible

if TYPE_CHECKING:
    from judge.rubric.schema import Rubric
    from judge.store.splits import Splits
    from judge.tuning.trial import Bench
    from judge.tuning.tune import Tuned, Tuner


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("tune")(tune)


def tune(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The data set with the ratings.")],
    *,
    rubric: Annotated[str, typer.Option("--rubric", "-r", metavar="R", help="A shipped rubric's name, or a path.")],
    judge: Annotated[str, typer.Option("--judge", "-j", metavar="MODEL", help="The judge to tune it for.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The new rubric.  [default: NAME-VERSION.yaml]"),
    ] = None,
    proposer: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Who writes guidance; `none` for examples alone.  [default: the judge]"),
    ] = None,
    study: Annotated[str | None, STUDY] = None,
    shares: Annotated[
        str, typer.Option(metavar="TUNE,HELD_OUT", help="Shares of the groups; the rest is kept for calibration.")
    ] = "0.3,0.3",
    seed: Annotated[int, typer.Option(help="Seed of the split; keep it, so that the calibration split stays one.")] = 0,
    max_cost: Annotated[
        float | None, typer.Option(min=0, metavar="DOLLARS", help="Never spend more, over everything tried.")
    ] = None,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write Markdown.")] = None,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Propose examples and guidance from mistakes, and say what they gain on records that took no part in it.

    Rated records are split in three by group. Changes are made from the first part and compared within it; the best one
    is measured once on the second; the third is left for `judge calibrate --unseen`. No file is ever overwritten.

    Exit codes: 0 the new rubric is better · 1 it is not shown to be, or there is none · 3 the cap is reached · 130
    it was stopped by hand
    """
    import asyncio

    from judge.models.registry import open_model
    from judge.reports.tuning import TuningReport, render, render_markdown, to_json
    from judge.rubric.load import load_rubric
    from judge.settings import load_settings
    from judge.sources import open_source
    from judge.tuning.gain import Outcome
    from judge.tuning.guidance import Proposer
    from judge.tuning.trial import Bench
    from judge.tuning.tune import Task, Tuner

    settings = load_settings(config)
    splits = _splits(shares, seed)
    chosen = load_rubric(rubric)
    file = output or Path(f"{chosen.name}-{chosen.version + 1}.yaml")
    _check_free(file)
    with open_database(db, settings) as database:
        model = open_model(judge, settings)
        writer = _proposing(judge, proposer, model, lambda name: open_model(name, settings))
        dataset = open_source(database, source, settings, tell=say)
        task = Task(dataset, chosen, study, splits, settings.calibration.level)
        bench = Bench(database, dataset, model, settings, max_cost=max_cost, watch=_drawn)
        guide = None if writer is None else Proposer(database, dataset, writer, settings)
        tuner = Tuner(database, task, bench, model.name, proposer=guide, tell=say)
        tuned = asyncio.run(_work(tuner, bench, [model, *([writer] if writer is not None else [])]))
        report = TuningReport(tuned, bench.totals, None if tuned.rubric is None else str(file))
    if tuned.rubric is not None:
        write(file, _with_heading(tuned, tuned.rubric))
    if markdown is not None:
        write(markdown, render_markdown(report))
    if json:
        show_json(to_json(report))
    else:
        show(render(report))
    if tuned.outcome is not Outcome.BETTER:
        raise typer.Exit(1)


def _splits(shares: str, seed: int) -> Splits:
    from judge.errors import UsageError
    from judge.store.splits import Splits

    try:
        tune, held_out = (float(part) for part in shares.split(","))
    except ValueError:
        raise UsageError(f"{shares!r} is not two shares", where="--shares", hint="--shares 0.3,0.3") from None
    return Splits(seed, tune, held_out)


def _check_free(file: Path) -> None:
    from judge.errors import UsageError

    if file.exists():
        raise UsageError("is there already, and nothing is overwritten", where=str(file), hint="-o ANOTHER.yaml")
    if not file.parent.is_dir():
        raise UsageError("the folder is not there", where=str(file), hint="make it, or name another with -o")


def _proposing(judge: str, proposer: str | None, model: Any, opened: Any) -> Any:
    """The model that writes guidance, or none: a judge that is no LLM has no words to give."""
    if proposer == "none":
        return None
    if proposer is not None and proposer != judge:
        return opened(proposer)
    if judge == "baseline":
        say("Guidance needs a model that can write: add --proposer MODEL. Only examples are tried.")
        return None
    return model


async def _work(tuner: Tuner, bench: Bench, models: list[Any]) -> Tuned:
    try:
        with interruptible(bench.stop):
            return await tuner.work()
    finally:
        for model in {id(one): one for one in models}.values():
            await model.close()


def _drawn(progress: Any) -> Any:
    from judge.cli.bar import drawn

    return drawn(progress)


def _with_heading(tuned: Tuned, rubric: Rubric) -> str:
    """The file: where it comes from, then the rubric."""
    from judge.rubric.writing import write_rubric

    before, dataset = tuned.task.rubric, " ".join(tuned.task.dataset.name.split())
    lines = (
        f"{rubric.name}, version {rubric.version}: tuned from version {before.version} for judge {tuned.model}",
        f"with rated records of {dataset}, of which its examples are a part; calibrate it with --unseen.",
    )
    return "".join(f"# {line}\n" for line in lines) + write_rubric(rubric)
