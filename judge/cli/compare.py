"""``judge compare``: versions of a system against each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from judge.cli.calibrate import STUDY, UNSEEN, write
from judge.cli.console import show, show_json
from judge.cli.options import Config, Db, Json, open_database, pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.comparing.found import Compared, Wanted
    from judge.comparing.side import Side
    from judge.settings import Settings
    from judge.store.database import Database

NO = 1
INCONCLUSIVE = 3


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare")(compare)


def compare(
    sides: Annotated[
        list[str],
        typer.Argument(metavar="SIDE SIDE...", help="DATASET, a run's number, or either with :FIELD=VALUE,..."),
    ],
    *,
    by: Annotated[
        str | None, typer.Option("--by", metavar="FIELD", help="One SIDE, split by this field: each value is a side.")
    ] = None,
    rubric: Annotated[
        list[str] | None, typer.Option("--rubric", "-r", metavar="R", help="Only these rubrics.  [default: all]")
    ] = None,
    judge: Annotated[str | None, typer.Option("--judge", "-j", metavar="MODEL", help="Only this judge's runs.")] = None,
    study: Annotated[str | None, STUDY] = None,
    unseen: Annotated[bool, UNSEEN] = False,
    margin: Annotated[
        float, typer.Option(min=0.001, max=0.5, help="The largest difference that does not matter, of each scale.")
    ] = 0.05,
    guardrail: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[:D]", help="Must not get worse by more than D of its scale.  [default D: --margin]"),
    ] = None,
    better: Annotated[
        list[str] | None, typer.Option(metavar="NAME=WAY", help="higher or lower, where the rubric does not say.")
    ] = None,
    pair_by: Annotated[
        str,
        typer.Option(
            metavar="FIELD", help="What makes a pair: auto, record, question, group, a field; `no`: unpaired."
        ),
    ] = "auto",
    adjust: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD", help="Compare at one mix of this field: segment, or a key of the metadata."),
    ] = None,
    looks: Annotated[
        int,
        typer.Option(min=1, max=200, help="How often you will look in all, evenly spaced; intervals hold over all."),
    ] = 1,
    sequential: Annotated[
        bool, typer.Option("--sequential", help="Look as often as you like: anytime-valid intervals.")
    ] = False,
    correct: Annotated[
        str, typer.Option(metavar="HOW", help="Several criteria or sides: holm, bh (false discoveries) or none.")
    ] = "holm",
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write one self-contained page.")] = None,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write Markdown.")] = None,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Compare versions of a system: better, worse, no difference larger than the margin, or not yet known.

    A SIDE is a data set (`support-v2`), a run (`12`), or a part of either (`support:model_version=v1`). Each side is
    corrected by its own ratings, so that a judge that is milder with one of them decides nothing. Sides that answer the
    same questions are compared pair by pair; a mix of questions that differs is told, and `--adjust` takes it out.

    One SIDE alone whose records are pairs (a response and its rival) is compared by preference, by the shipped rubric
    `preference` or one like it: win rates, and strengths where more than two versions meet.

    Exit codes: 0 compared · 1 a guardrail is broken · 3 whether one is kept is not yet known · 2 and 4 as everywhere.
    """
    from judge.comparing.compare import compare as compared_
    from judge.errors import UsageError
    from judge.settings import load_settings

    settings = load_settings(config)
    wanted = _wanted(
        settings,
        margin=margin,
        looks=None if sequential else looks,
        correct=correct,
        pair_by=pair_by,
        adjust=tuple(adjust or ()),
        study=study,
        unseen=unseen,
        better=better or (),
        guardrails=guardrail or (),
    )
    if len(sides) == 1 and by is None:
        if adjust:
            raise UsageError("two responses to one question have no mix to adjust", where="--adjust")
        _prefer(settings, sides[0], wanted, rubrics=rubric or (), judge=judge, db=db, outputs=(html, markdown, json))
        return
    with open_database(db, settings) as database:
        compared = compared_(database, _sides(database, sides, by=by, rubrics=rubric or (), judge=judge), wanted)
    _show(compared, html=html, markdown=markdown, json=json)
    code = {"broken": NO, "not yet known": INCONCLUSIVE}.get(compared.kept or "", 0)
    if code:
        raise typer.Exit(code)


def _prefer(
    settings: Settings,
    text: str,
    wanted: Wanted,
    *,
    rubrics: Sequence[str],
    judge: str | None,
    db: str | None,
    outputs: tuple[Path | None, Path | None, bool],
) -> None:
    from judge.comparing.preferences import prefer
    from judge.comparing.side import read_side
    from judge.reports.preferences import render_html, render_markdown, render_text, to_json

    html, markdown, json = outputs
    with open_database(db, settings) as database:
        side = read_side(database, text, rubrics=rubrics, judge=judge)
        found = prefer(database, side, level=wanted.level, study=wanted.study, unseen=wanted.unseen)
    if html is not None:
        write(html, render_html(found))
    if markdown is not None:
        write(markdown, render_markdown(found))
    if json:
        show_json(to_json(found))
    else:
        show(render_text(found))


def _sides(
    database: Database, texts: Sequence[str], *, by: str | None, rubrics: Sequence[str], judge: str | None
) -> Sequence[Side]:
    from judge.comparing.side import read_side, split_side
    from judge.errors import UsageError

    if by is not None and len(texts) != 1:
        raise UsageError("--by splits one side", where="--by", hint="judge compare DATASET --by model_version")
    found = [read_side(database, text, rubrics=rubrics, judge=judge) for text in texts]
    return split_side(database, found[0], by) if by is not None else found


def _wanted(
    settings: Settings,
    *,
    margin: float,
    looks: int | None,
    correct: str,
    pair_by: str,
    adjust: tuple[str, ...],
    study: str | None,
    unseen: bool,
    better: Sequence[str],
    guardrails: Sequence[str],
) -> Wanted:
    from judge.comparing.conclusion import Guardrail
    from judge.comparing.found import Wanted
    from judge.errors import UsageError
    from judge.stats.sequential import Looks

    if correct not in {"holm", "bh", "none"}:
        raise UsageError(f"there is no correction {correct!r}", where="--correct", hint="one of holm, bh, none")
    ways = pairs(better, "--better")
    for name, way in ways.items():
        if way not in {"higher", "lower"}:
            raise UsageError(f"{way!r} is no way", where=f"--better {name}={way}", hint="higher or lower")
    return Wanted(
        level=settings.calibration.level,
        margin=margin,
        looks=Looks(looks),
        correction=correct,  # type: ignore[arg-type] # checked above
        pair_by=pair_by,
        adjust=adjust,
        study=study,
        unseen=unseen,
        better={name: 1 if way == "higher" else -1 for name, way in ways.items()},
        guardrails=tuple(Guardrail.parse(text, margin) for text in guardrails),
    )


def _show(compared: Compared, *, html: Path | None, markdown: Path | None, json: bool) -> None:
    if html is not None:
        from judge.reports.versions_html import render_html

        write(html, render_html(compared))
    if markdown is not None:
        from judge.reports.versions_markdown import render

        write(markdown, render(compared))
    if json:
        from judge.reports.versions import to_json

        show_json(to_json(compared))
    else:
        from judge.reports.versions_text import render as as_text

        show(as_text(compared))
