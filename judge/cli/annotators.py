"""``judge study annotators``: who may sign in, and their one-time links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from judge.cli.console import say, show, show_json
from judge.cli.options import Config, Db, Json, open_database
from judge.errors import UsageError

if TYPE_CHECKING:
    from judge.labeling.people import Role
    from judge.store.database import Database

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="Let annotators in, and see who they are.")

URL = "http://127.0.0.1:8501"

Name = Annotated[str, typer.Argument(metavar="NAME", help="What their ratings are stored under.")]
Url = Annotated[str, typer.Option("--url", metavar="URL", help="Where annotators find the server.")]
Days = Annotated[float, typer.Option(min=0.01, max=365, help="Days for which the link is good.")]


@app.command()
def add(
    name: Name,
    *,
    role: Annotated[
        list[str] | None, typer.Option("--role", metavar="ROLE", help="annotator, adjudicator or owner.")
    ] = None,
    study: Annotated[
        list[str] | None, typer.Option("--study", metavar="STUDY", help="The study they take part in, or `last`.")
    ] = None,
    email: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="For sign-in through an identity provider.")
    ] = None,
    url: Url = URL,
    days: Days = 7,
    json: Json = False,
    db: Db = None,
    config: Config = None,
) -> None:
    """Register an annotator and print the link that signs them in once."""
    from judge.labeling import people, studies
    from judge.settings import load_settings

    roles = _roles(role or ["annotator"])
    with open_database(db, load_settings(config)) as database:
        found = [studies.find(database, each) for each in study or []]
        people.add(database, name, roles=roles, email=email)
        for each in found:
            people.assign(database, each, name)
        told = _invite(database, name, url, days)
        person = people.find(database, name)
    if json:
        show_json(told | {"roles": sorted(person.roles), "studies": person.studies, "email": email})
    else:
        say(f"{name} ({', '.join(sorted(person.roles))}) is in {', '.join(person.studies) or 'no study yet'}.")
        show(str(told["link"]))
        say(f"This link signs {name} in once, until {told['expires']:%Y-%m-%d %H:%M} UTC. It is shown only now.")


@app.command()
def link(
    name: Name, *, url: Url = URL, days: Days = 7, json: Json = False, db: Db = None, config: Config = None
) -> None:
    """Print a new one-time link for a registered annotator."""
    from judge.settings import load_settings

    with open_database(db, load_settings(config)) as database:
        told = _invite(database, name, url, days)
    if json:
        show_json(told)
    else:
        show(str(told["link"]))


@app.command("list")
def list_(*, json: Json = False, db: Db = None, config: Config = None) -> None:
    """List who may sign in."""
    from judge.labeling import people
    from judge.reports.table import table
    from judge.settings import load_settings

    with open_database(db, load_settings(config)) as database:
        found = people.listing(database)
    if json:
        show_json([{"name": p.id, "roles": sorted(p.roles), "studies": p.studies} for p in found])
    else:
        show(
            table(
                ["name", "roles", "studies"], [[p.id, ", ".join(sorted(p.roles)), ", ".join(p.studies)] for p in found]
            )
        )


@app.command()
def remove(name: Name, *, json: Json = False, db: Db = None, config: Config = None) -> None:
    """Let somebody sign in no more; what they rated stays."""
    from judge.labeling import people
    from judge.settings import load_settings

    with open_database(db, load_settings(config)) as database:
        people.remove(database, name)
    if json:
        show_json({"name": name, "removed": True})
    else:
        say(f"{name} can no longer sign in.")


def _roles(names: list[str]) -> list[Role]:
    from judge.labeling.people import Role

    allowed = [str(role) for role in Role]
    for name in names:
        if name not in allowed:
            raise UsageError(f"there is no role {name!r}", where="--role", hint=f"one of {', '.join(allowed)}")
    return [Role(name) for name in names]


def _invite(database: Database, name: str, url: str, days: float) -> dict[str, Any]:
    from datetime import timedelta

    from judge.labeling import links
    from judge.store.tables import now

    moment = now()
    code = links.invite(database, name, moment, days=days)
    return {"name": name, "link": f"{url.rstrip('/')}/enter/{code}", "expires": moment + timedelta(days=days)}
