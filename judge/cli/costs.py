"""``judge costs``: what judging came to."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from judge.cli.console import show, show_json
from judge.cli.options import Config, Db, Json, open_database

if TYPE_CHECKING:
    from judge.store.costs import Cost


class By(StrEnum):
    """What costs are told by."""

    RUN = "run"
    JUDGE = "judge"
    RUBRIC = "rubric"
    DAY = "day"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("costs")(costs)


def costs(
    *,
    by: Annotated[By, typer.Option(help="One line for each of these.")] = By.RUN,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Say what calls came to. What is not known is counted apart: it is never taken for zero."""
    from dataclasses import asdict

    from judge.reports.table import table
    from judge.settings import load_settings
    from judge.store import costs as stored

    with open_database(db, load_settings(config)) as database:
        found = stored.costs(database, by)
    if json:
        rows = [{by.value: each.name, "price_table": each.prices} | asdict(each.totals) for each in found]
        show_json({"by": by.value, "costs": rows})
        return
    if not found:
        show("No calls yet.")
        return
    headings = [by.value, "calls", "retries", "tokens", "known cost", "of unknown cost", "orphans", "at most more"]
    show(table(headings, [_row(each) for each in found], right=set(range(1, 8))))
    sum_ = sum(each.totals.cost for each in found)
    more = sum(each.totals.reserved for each in found)
    show(f"Together ${sum_:.4f}" + (f", and at most ${more:.4f} more for what is not known." if more else "."))


def _row(each: Cost) -> list[str]:
    totals = each.totals
    figures = [totals.calls, totals.retries, totals.prompt_tokens + totals.completion_tokens]
    unknown = [totals.unknown, totals.orphans]
    return [
        each.name,
        *(f"{figure:,}" for figure in figures),
        f"${totals.cost:.4f}",
        *(f"{figure:,}" for figure in unknown),
        f"${totals.reserved:.4f}",
    ]
