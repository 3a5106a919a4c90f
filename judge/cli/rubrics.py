"""``judge rubrics``: list, show, check and write rubrics."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from judge.cli.console import say, show, show_json
from judge.cli.options import Json

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="List, show, check and write rubrics.")

Name = Annotated[str, typer.Argument(metavar="R", help="A shipped rubric's name, or a path.")]


@app.command("list")
def list_(*, json: Json = False) -> None:
    """List the shipped rubrics."""
    from judge.reports.table import table
    from judge.rubric.load import load_rubric, shipped_rubrics

    found = [load_rubric(name) for name in shipped_rubrics()]
    if json:
        fields = {"name", "version", "title", "reads"}
        show_json([each.model_dump(include=fields) | {"hash": each.hash} for each in found])
        return
    rows = [
        [each.name, ", ".join(criterion.name for criterion in each.criteria), ", ".join(each.reads), each.title]
        for each in found
    ]
    show(table(["rubric", "criteria", "reads", "title"], rows))


@app.command("show")
def show_(name: Name, *, json: Json = False) -> None:
    """Show a rubric as a rater is told it."""
    from judge.rubric.describe import describe
    from judge.rubric.load import load_rubric

    rubric = load_rubric(name)
    if json:
        show_json(rubric.model_dump(mode="json", by_alias=True) | {"hash": rubric.hash})
    else:
        show(describe(rubric))


@app.command()
def check(
    names: Annotated[list[str], typer.Argument(metavar="R...", help="Rubric files, or shipped rubrics' names.")],
    *,
    json: Json = False,
) -> None:
    """Check rubric files; what is wrong is told with file, line and key, and the exit code is 2."""
    from judge.rubric.load import load_rubric

    found = [(name, load_rubric(name)) for name in names]
    if json:
        show_json([{"file": name, "name": each.name, "hash": each.hash} for name, each in found])
        return
    for name, each in found:
        show(f"{name}: good ({each.name} version {each.version}, {len(each.criteria)} criteria, {each.hash[:12]})")


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new rubric's name.")],
    *,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="[default: NAME.yaml]")] = None,
    json: Json = False,
) -> None:
    """Write a commented rubric file to start from."""
    from judge.errors import UsageError
    from judge.rubric.starter import new_rubric

    path = output or Path(f"{name}.yaml")
    text = new_rubric(name)
    if path.exists():
        raise UsageError("there is such a file already", where=str(path), hint="choose another with -o FILE")
    path.write_text(text, encoding="utf-8")
    if json:
        show_json({"file": str(path)})
    else:
        say(f"Wrote {path}. Try it: judge rubrics check {path}")
