"""``judge label``: the rating desk in the browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Annotated

import typer

from judge.cli.console import say, show_json
from judge.cli.options import Config, Db, Json, open_database
from judge.errors import BrokenError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from judge.labeling.study import Study
    from judge.settings import Settings
    from judge.store.database import Database

LOCAL = "me"
"""Who rates on this machine where nobody was given a link."""

TRIES = 600
INTERVAL = 0.1


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("label")(label)


def label(
    study: Annotated[
        str | None, typer.Argument(metavar="[STUDY]", help="A study's name.  [default: the newest]")
    ] = None,
    *,
    rubric: Annotated[
        str | None, typer.Option("--rubric", "-r", metavar="R", help="Make a study on the spot, with this rubric.")
    ] = None,
    source: Annotated[
        str, typer.Option("--from", metavar="DATASET", help="Its records: a data set's, a log file's, or `last`.")
    ] = "last",
    n: Annotated[int, typer.Option("--n", min=1, help="How many records.")] = 100,
    raters: Annotated[int, typer.Option(min=1, max=20, help="How many annotators rate each.")] = 1,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8501,
    allow_host: Annotated[
        list[str] | None, typer.Option("--allow-host", metavar="NAME", help="A name the server is known by.")
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the browser, where there is one.")
    ] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Make the study and its link, and serve nothing.")] = False,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Rate records in the browser, in a study there is or in one made on the spot.

    Without --host it serves this machine only, and whoever sits here rates as `me`. To let others in, register them
    with `judge study annotators add`, and serve with --host and --allow-host.
    """
    from judge.labeling import people
    from judge.labeling.server import is_loopback, plan_server
    from judge.settings import load_settings

    settings = load_settings(config)
    with open_database(db, settings) as database:
        url = database.url.render_as_string(hide_password=False)
        named = any(person.id != LOCAL for person in people.listing(database))
        server = plan_server(url, host=host, port=port, hosts=tuple(allow_host or ()), sign_in=named)
        if not dry_run:
            _check_port(host, port)
        chosen = _study(database, settings, study, rubric=rubric, source=source, n=n, raters=raters)
        link = f"{server.url}/enter/{_local_code(database, chosen)}" if is_loopback(host) else server.url
    if json:
        show_json({"study": chosen.name, "url": link, "host": host, "port": port})
    else:
        say(f"Study {chosen.name}: {link}")
    if not dry_run:
        raise typer.Exit(serve(server.command, server.environment, server.url, link if browser else None))


def _study(
    database: Database, settings: Settings, name: str | None, *, rubric: str | None, source: str, n: int, raters: int
) -> Study:
    from judge.cli.studies import chosen_source, free_name, told
    from judge.labeling import studies
    from judge.labeling.study import Plan
    from judge.rubric.load import load_rubric

    if rubric is None:
        return studies.find(database, name or "last")
    loaded = load_rubric(rubric)
    dataset, runs = chosen_source(database, settings, source)
    plan = Plan(name=name or free_name(database, loaded.name), n=n, raters=raters)
    made = studies.create(database, plan, loaded, dataset, runs=runs)
    say(told(database, made))
    return made


def _local_code(database: Database, study: Study) -> str:
    """A one-time code for whoever sits at this machine."""
    from judge.labeling import links, people
    from judge.store.tables import now

    people.add(database, LOCAL, roles=tuple(people.Role), local=True)
    people.assign(database, study, LOCAL)
    return links.invite(database, LOCAL, now())


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UsageError(
                f"cannot listen on {host}:{port}: {error.strerror}", where="--port", hint=f"such as --port {port + 1}"
            ) from error


def serve(command: Sequence[str], environment: Mapping[str, str], url: str, link: str | None) -> int:
    """Run the server until it ends or Ctrl-C.

    Args:
        command: Its command line.
        environment: What to add to the environment.
        url: Where it can be asked for its health.
        link: What to open in the browser once it answers, where there is a browser; nothing if left out.

    Returns:
        Its exit code; 0 after Ctrl-C, which is how it is meant to end.

    Raises:
        BrokenError: It ended before it answered.
    """
    process = subprocess.Popen(command, env={**os.environ, **environment})  # noqa: S603 - our own command
    try:
        if not _answers(process, url):
            raise BrokenError(
                f"the labelling app did not start (exit code {process.poll()})", hint="what it said stands above"
            )
        if link is not None and has_browser():
            import webbrowser

            webbrowser.open(link)
        return process.wait()
    except KeyboardInterrupt:
        process.wait()
        return 0
    finally:
        if process.poll() is None:
            process.terminate()


def _answers(process: subprocess.Popen[bytes], url: str) -> bool:
    for _ in range(TRIES):
        try:
            urllib.request.urlopen(f"{url}/health", timeout=5).close()  # noqa: S310 - our own server
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            try:
                # Waits for the process rather than for a time, so that its end is noticed at once.
                process.wait(INTERVAL)
            except subprocess.TimeoutExpired:
                continue
            return False
        return True
    return False


def has_browser() -> bool:
    """Whether a person sits here in front of a screen."""
    screen = sys.platform in {"darwin", "win32"} or any(os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY"))
    return screen and sys.stdout.isatty()
