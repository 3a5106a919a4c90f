"""The command line: one verb a stage."""

from __future__ import annotations

from typing import Annotated

import typer

from judge.cli import (
    agreement,
    assign,
    calibrate,
    compare,
    costs,
    curate,
    db,
    demo,
    export,
    gate,
    import_,
    intake,
    label,
    probe,
    reparse,
    report,
    rubrics,
    run,
    runs,
    study,
    tune,
    watch,
)

app = typer.Typer(
    name="judge",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Judge logged LLM responses by rubrics, and report no number without saying how far it can be trusted.",
    epilog="Exit codes: 0 done · 1 the answer is no · 2 fix your input · 3 stopped before the end, or inconclusive · "
    "4 the world outside failed, try again · 5 the judge has changed · 70 our bug · 130 interrupted.",
)


def _version(value: bool) -> None:  # noqa: FBT001 - the form of a Typer callback
    if value:
        from importlib.metadata import version

        typer.echo(f"evenhand {version('evenhand')}")
        raise typer.Exit


@app.callback()
def _main(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options before any command."""


COMMANDS = (
    demo,
    import_,
    intake,
    run,
    agreement,
    calibrate,
    report,
    gate,
    probe,
    tune,
    export,
    reparse,
    runs,
    costs,
    label,
    assign,
    compare,
    watch,
)

for module in COMMANDS:
    module.register(app)
app.add_typer(rubrics.app, name="rubrics")
app.add_typer(study.app, name="study")
app.add_typer(curate.app, name="curate")
app.add_typer(db.app, name="db")
