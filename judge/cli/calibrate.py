"""``judge calibrate``: how far a judge can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from judge.cli.console import say, show, show_json
from judge.cli.options import Config, Db, Json, open_database, pairs

if TYPE_CHECKING:
    from judge.calibration.compare import Comparison, Mixing
    from judge.reports.form import Report
    from judge.settings import Settings
    from judge.store.database import Database

RUN = typer.Option("--run", metavar="RUN", help="A run's number from `judge runs`, or `last`.")
STUDY = typer.Option("--study", metavar="NAME", help="Only ratings from this study, or from `import`.")
BY = typer.Option("--by", metavar="FIELD,...", help="Also for each part: model_version, segment, a metadata key.")
UNSEEN = typer.Option("--unseen", help="Without what tuned the rubric or stands in it as an example.")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("calibrate")(calibrate)


def calibrate(
    *,
    run: Annotated[str, RUN] = "last",
    study: Annotated[str | None, STUDY] = None,
    by: Annotated[str | None, BY] = None,
    unseen: Annotated[bool, UNSEEN] = False,
    judge: Annotated[
        list[str] | None, typer.Option("--judge", "-j", metavar="MODEL", help="Its newest run; two or more: compared.")
    ] = None,
    target_agreement: Annotated[
        float | None,
        typer.Option(min=0, max=1, metavar="SHARE", help="Which mixture of judges and people keeps it, e.g. 0.95."),
    ] = None,
    rating_cost: Annotated[float | None, typer.Option(min=0, metavar="DOLLARS", help="Price of one rating.")] = None,
    price: Annotated[
        list[str] | None,
        typer.Option(metavar="MODEL=DOLLARS", help="Price of a judge's 1,000 items, if not its run's."),
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write one self-contained page.")] = None,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write Markdown.")] = None,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Compare a run's judgements with the ratings of the same items: raw, by people alone, and corrected.

    Ratings come from the labelling app or from `judge import --ratings`. Without any, the judge is uncalibrated.
    """
    from judge.settings import load_settings

    settings = load_settings(config)
    if judge:
        _check_judges(judge, run=run, by=by)
    mixing = _mixing(target_agreement, rating_cost, price or [], judges=len(judge or ()))
    with open_database(db, settings) as database:
        if judge and len(judge) > 1:
            found = compared(database, settings, judge, study=study, unseen=unseen, mixing=mixing)
            _show_comparison(found, html=html, markdown=markdown, json=json)
            return
        if judge:
            from judge.calibration.compare import newest_run

            run = str(newest_run(database, judge[0]).id)
        report = make_report(database, settings, run=run, study=study, by=by, unseen=unseen)
    for path, format_ in ((html, "html"), (markdown, "markdown")):
        if path is not None:
            write(path, rendered(report, format_))
    if json:
        show_json(report.to_json())
    else:
        from judge.reports.calibration_text import render

        show(render(report))


def _check_judges(judges: list[str], *, run: str, by: str | None) -> None:
    from judge.errors import UsageError

    if run != "last":
        raise UsageError("a run has its judge: give --run or --judge, not both", where="--judge")
    if len(judges) != len(set(judges)):
        raise UsageError("a judge is named twice", where="--judge")
    if len(judges) > 1 and by is not None:
        raise UsageError(
            "a comparison is of whole data sets", where="--by", hint="calibrate each judge alone for its parts"
        )


def _mixing(target: float | None, rating: float | None, prices: list[str], *, judges: int) -> Mixing:
    from judge.calibration.compare import LEAST_JUDGES, Mixing
    from judge.errors import UsageError

    given = {"--target-agreement": target, "--rating-cost": rating, "--price": prices or None}
    named = [name for name, value in given.items() if value is not None]
    if named and judges < LEAST_JUDGES:
        raise UsageError("a mixture is of two judges and people", where=named[0], hint="name two with --judge")
    return Mixing(target, rating, {name: _price(name, text) for name, text in pairs(prices, "--price").items()})


def _price(name: str, text: str) -> float:
    from judge.errors import UsageError

    try:
        price = float(text)
    except ValueError:
        price = -1.0
    if not 0 <= price < float("inf"):
        raise UsageError(f"{text!r} is no price", where=f"--price {name}", hint=f"--price {name}=0.40")
    return price


def compared(
    database: Database, settings: Settings, judges: list[str], *, study: str | None, unseen: bool, mixing: Mixing
) -> tuple[Comparison, ...]:
    """Judges on the same items."""
    from judge.calibration.compare import compare

    return compare(database, judges, settings.calibration, study=study, unseen=unseen, mixing=mixing)


def _show_comparison(found: tuple[Comparison, ...], *, html: Path | None, markdown: Path | None, json: bool) -> None:
    from judge.reports.comparison import render, to_json

    if html is not None:
        from judge.reports.comparison_html import render_html

        write(html, render_html(found))
    if markdown is not None:
        from judge.reports.comparison_markdown import render_markdown

        write(markdown, render_markdown(found))
    if json:
        show_json(to_json(found))
    else:
        show(render(found))


def make_report(
    database: Database, settings: Settings, *, run: str, study: str | None, by: str | None, unseen: bool = False
) -> Report:
    """The report of a run."""
    from judge.calibration.calibrate import calibrate as calibrated
    from judge.reports.build import build
    from judge.store import runs

    fields = [name.strip() for name in (by or "").split(",") if name.strip()]
    limits = settings.calibration
    chosen = runs.find(database, run)
    return build(database, calibrated(database, chosen, limits, by=fields, study=study, unseen=unseen), limits)


def rendered(report: Report, format_: str) -> str:
    """A report as one text.

    Args:
        report: The report.
        format_: ``html``, ``markdown``, ``text`` or ``json``.
    """
    if format_ == "html":
        from judge.reports.calibration_html import render_html

        return render_html(report)
    if format_ == "markdown":
        from judge.reports.calibration_markdown import render_markdown

        return render_markdown(report)
    if format_ == "json":
        import orjson

        return orjson.dumps(report.to_json(), option=orjson.OPT_INDENT_2).decode() + "\n"
    from judge.cli.console import as_text
    from judge.reports.calibration_text import render

    return as_text(render(report))


def write(path: Path, text: str) -> None:
    """Write a report, and say where.

    Raises:
        UsageError: The file cannot be written.
    """
    from judge.errors import UsageError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", where=str(path)) from error
    say(f"Wrote {path}.")
