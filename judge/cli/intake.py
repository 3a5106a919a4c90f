"""``judge intake``: take records and spans over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from judge.cli.console import say, show_json
from judge.cli.options import Json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("intake")(intake)


def intake(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where log files go; a watch reads them.")],
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port; OpenTelemetry exporters use 4318.")] = 4318,
    token_env: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Environment variable with the token that senders show; needed with --host."),
    ] = None,
    json: Json = False,
) -> None:
    """Take logged responses over HTTP into a folder, until Ctrl-C.

    Records go to /v1/records (one JSON object, a list, or one a line), OpenTelemetry spans as OTLP JSON to
    /v1/traces. A sender is told `200` once what it sent is on the disk. `judge watch` and `judge import` read the
    folder.
    """
    import asyncio

    from judge.errors import UsageError
    from judge.intake import RECORDS, TRACES, Intake, serve
    from judge.labeling.server import is_loopback

    token = _token(token_env)
    if token is None and not is_loopback(host):
        raise UsageError(
            f"{host} can be reached from elsewhere, and anybody could send",
            where="--host",
            hint="name the variable that holds a token: --token-env INTAKE_TOKEN",
        )
    server = Intake(folder, token)
    shown = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def ready() -> None:
        if json:
            show_json({"records": shown + RECORDS, "traces": shown + TRACES, "folder": str(folder)})
        say(f"Taking records at {shown}{RECORDS} and spans at {shown}{TRACES} into {folder}. Ctrl-C ends it.")

    try:
        asyncio.run(serve(server, host, port, ready))
    except KeyboardInterrupt:
        say(f"{server.taken:,} taken.")
    except OSError as error:
        raise UsageError(f"cannot listen on {host}:{port}: {error.strerror or error}", where="--port") from error


def _token(name: str | None) -> str | None:
    import os

    from judge.errors import SettingsError

    if name is None:
        return None
    if not os.environ.get(name):
        raise SettingsError("the environment variable is not set", where=f"${name}", hint="it is named by --token-env")
    return os.environ[name]
