"""What goes to the terminal: data to standard output, talk to standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import typer

from judge.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment
    from rich.text import Text

PIPE_WIDTH = 160
"""Columns where standard output is no terminal: wide enough that nothing is broken apart for who reads it on."""


def say(text: str) -> None:
    """Talk: a line for the person at the terminal."""
    typer.echo(printable(text), err=True)


def show(data: RenderableType) -> None:
    """Data: text or a table that may be piped on; colour only where a terminal shows it."""
    if isinstance(data, str):
        typer.echo(printable(data))
        return
    console = _console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
    console.print(data)


def as_text(data: RenderableType) -> str:
    """Text or a table as it stands in a file: no colours, as wide as it needs to be."""
    console = _console(width=PIPE_WIDTH, no_color=True, force_terminal=False)
    with console.capture() as capture:
        console.print(data)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def _console(**options: Any) -> Console:
    """A console of rich's that colours what it is told to, and writes out what in the text would command a terminal."""
    from rich.console import Console
    from rich.segment import Segment

    class Printing(Console):
        def render_str(self, text: str, **options: Any) -> Text:
            # Before it is measured, so that its cell is wide enough.
            return super().render_str(printable(text), **options)

        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
            for segment in super().render(renderable, options):
                yield segment if segment.control else Segment(printable(segment.text), segment.style)

    return Printing(highlight=False, **options)


def show_json(value: Any) -> None:
    """Data: one JSON document."""
    import orjson

    option = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
    typer.echo(orjson.dumps(value, option=option, default=str).decode())


def is_terminal() -> bool:
    """Whether a person sees standard error, so that a moving progress bar makes sense."""
    return sys.stderr.isatty()
