"""``judge assign``: which version a conversation meets."""

from __future__ import annotations

from typing import Annotated

import typer

from judge.cli.console import show, show_json
from judge.cli.options import Json, pairs


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("assign")(assign)


def assign(
    conversation: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CONVERSATION]...", help="Ids of conversations; none: one a line on standard input."),
    ] = None,
    *,
    experiment: Annotated[
        str, typer.Option("--experiment", "-e", metavar="NAME", help="What is tried; each name deals anew.")
    ],
    weights: Annotated[
        str, typer.Option(metavar="V=SHARE,...", help="Versions and their shares of the traffic, in any unit.")
    ] = "a=1,b=1",
    salt: Annotated[str, typer.Option(help="A text of your own that outsiders do not know.")] = "",
    json: Json = False,
) -> None:
    """Give each conversation its version in an A/B experiment: the same one every time, on every machine.

    In an application, `judge.assign("c-17", "greeting", {"v1": 0.9, "v2": 0.1})` says the same in microseconds.
    """
    import sys

    from judge.assigning import assign as assigned

    shares = read_weights(weights)
    names = conversation or [line.strip() for line in sys.stdin if line.strip()]
    found = {name: assigned(name, experiment, shares, salt=salt) for name in names}
    if json:
        show_json({"experiment": experiment, "weights": shares, "assigned": found})
    elif len(names) == 1:
        show(found[names[0]])
    else:
        for name in names:
            show(f"{name}\t{found[name]}")


def read_weights(text: str, *, option: str = "--weights") -> dict[str, float]:
    """Shares from ``v1=0.9,v2=0.1``.

    Raises:
        UsageError: One is no number.
    """
    from judge.errors import UsageError

    found = {}
    for name, value in pairs(text.split(","), option).items():
        try:
            found[name] = float(value)
        except ValueError:
            raise UsageError(f"{value!r} is no number", where=f"{option} {text}", hint="v1=0.9,v2=0.1") from None
    return found
