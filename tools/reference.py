"""Write docs/reference from the code. Run: python tools/reference.py."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel
from typer.main import get_command

import judge
from judge import errors
from judge.cli import app
from judge.monitoring.watch_file import TABLES as WATCH_TABLES
from judge.monitoring.watch_file import generate_schema
from judge.rubric.json_schema import key_tables
from judge.rubric.load import load_rubric, shipped_rubrics
from judge.settings import Settings

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
NOTICE = "<!-- Written by tools/reference.py: change the code, then run it again. -->\n\n"


def commands() -> str:
    """Every command with its arguments and options."""
    parts = ["# Commands\n", "Data goes to standard output, talk to standard error. Exit codes:\n"]
    parts += [
        f"- {code.strip()}" for code in (app.info.epilog or "").removeprefix("Exit codes: ").rstrip(".").split("·")
    ]
    root: Any = get_command(app)
    for path, command in _leaves(root, "judge"):
        parts.append(f"\n## `{path}`\n\n{inspect.cleandoc(command.help or '')}\n")
        rows = [_parameter(each) for each in command.params if each.name != "help"]
        parts += ["| | | |", "| --- | --- | --- |", *rows]
    return "\n".join(parts) + "\n"


def _leaves(command: Any, path: str) -> list[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if not children:
        return [(path, command)]
    return [leaf for name, child in sorted(children.items()) for leaf in _leaves(child, f"{path} {name}")]


def _parameter(parameter: Any) -> str:
    is_option = parameter.param_type_name == "option"
    name = (
        ", ".join(f"`{each}`" for each in parameter.opts) if is_option else f"`{parameter.metavar or parameter.name}`"
    )
    default = parameter.default
    told = "" if default in (None, False, (), []) or callable(default) else f"`{getattr(default, 'value', default)}`"
    needed = "needed" if parameter.required else told
    return f"| {name} | {(parameter.help or '').replace('|', chr(92) + '|')} | {needed} |"


_ENVIRONMENT = (
    "Environment: `EVENHAND_DB` (database, after `--db`), `OPENAI_API_KEY`, `OPENAI_BASE_URL`, and whatever variable a "
    "provider of litellm or an endpoint's `key_env` names. Keys stand nowhere else.\n"
)


def settings() -> str:
    """Every key of judge.toml."""
    parts = [
        "# Settings\n",
        "`judge.toml` in the working folder, or the file that `--config` names. A key that is not here is refused.\n",
        _ENVIRONMENT,
    ]
    scalars = [(name, each) for name, each in Settings.model_fields.items() if each.description]
    parts += ["| key | default | |", "| --- | --- | --- |", *(_setting(name, each) for name, each in scalars)]
    for name, field in Settings.model_fields.items():
        table = _table_of(field.annotation)
        if table is None:
            continue
        title = inspect.cleandoc(table.__doc__ or name)
        parts += [f"\n## {title}\n", "| key | default | |", "| --- | --- | --- |"]
        parts += [_setting(key, each) for key, each in table.model_fields.items()]
    return "\n".join(parts) + "\n"


def _table_of(annotation: Any) -> type[BaseModel] | None:
    candidates = [annotation, *getattr(annotation, "__args__", ())]
    return next((each for each in candidates if inspect.isclass(each) and issubclass(each, BaseModel)), None)


def _setting(name: str, field: Any) -> str:
    default = (
        "needed"
        if field.is_required()
        else ""
        if field.default is None
        else f"`{field.get_default(call_default_factory=True)}`"
    )
    return f"| `{name}` | {default} | {field.description} |"


def error_tree() -> str:
    """The tree of errors."""
    tree = inspect.cleandoc(errors.__doc__ or "").partition("\n\n")[2]
    intro = "Every error that Evenhand raises on purpose, with the exit code it gives."
    return f"# Errors\n\n{intro}\n\n```text\n{tree}\n```\n"


def rubrics() -> str:
    """The shipped rubrics."""
    parts = ["# Shipped rubrics\n", "`judge rubrics show NAME` prints one as a rater is told it.\n"]
    for name in shipped_rubrics():
        rubric = load_rubric(name)
        parts.append(f"\n## `{name}`\n\n{rubric.title}\n\nReads: {', '.join(f'`{each}`' for each in rubric.reads)}.\n")
        parts += ["| criterion | question | scale | values |", "| --- | --- | --- | --- |"]
        for each in rubric.criteria:
            scale = each.scale
            values = ", ".join(scale.names) or f"{scale.low:g} to {scale.high:g}"
            parts.append(f"| `{each.name}` | {each.question.strip()} | {scale.level} | {values} |")
        if rubric.sources:
            parts += ["\nSources:\n", *(f"- {source.strip()}" for source in rubric.sources)]
    return "\n".join(parts) + "\n"


def python() -> str:
    """The public names."""
    parts = ["# Python\n", "Everything a program may rely on is a name in `judge`; anything else may change.\n"]
    for name in judge.__all__:
        value = getattr(judge, name)
        if not callable(value) or not getattr(value, "__doc__", None) or name == "Score":
            parts.append(f"\n## `{name}`\n\nOne value on a scale: a name, or a number on an interval scale.\n")
            continue
        signature = f"({', '.join(inspect.signature(value).parameters)})" if inspect.isfunction(value) else ""
        parts.append(f"\n## `{name}{signature}`\n\n```text\n{inspect.cleandoc(value.__doc__)}\n```\n")
    return "\n".join(parts) + "\n"


def watch_file() -> str:
    """Every key of a watch file."""
    intro = "A key that is not here is refused. Editors read [the JSON Schema](watch.schema.json)."
    return f"# A watch file\n\n{intro}\n\n" + key_tables(WATCH_TABLES)


PAGES = {
    "commands.md": commands,
    "settings.md": settings,
    "errors.md": error_tree,
    "rubrics.md": rubrics,
    "python.md": python,
    "watch-file.md": watch_file,
}


def main() -> None:
    """Write every page."""
    for name, write in PAGES.items():
        (FOLDER / name).write_text(NOTICE + write(), encoding="utf-8")
    (FOLDER / "watch.schema.json").write_text(generate_schema(), encoding="utf-8")
    typer.echo(f"wrote {', '.join(PAGES)} and watch.schema.json to {FOLDER}")


if __name__ == "__main__":
    main()
