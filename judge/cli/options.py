"""Options that several commands share, and what they open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from judge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.settings import Settings
    from judge.store.database import Database

Db = Annotated[
    str | None,
    typer.Option("--db", metavar="URL", help="Database file or URL.  [default: $EVENHAND_DB, else evenhand.db]"),
]
Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings file.  [default: judge.toml, if it is here]")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


def open_database(db: str | None, settings: Settings) -> Database:
    """The database that the options and settings name."""
    # SQLAlchemy takes longer to import than `judge --help` may take.
    from judge.settings import database_url
    from judge.store.database import Database

    return Database(database_url(db, settings))


def pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    """Options of the form ``KEY=VALUE``.

    Raises:
        UsageError: One has no ``=``, or a key is given twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"{text!r} is not of the form KEY=VALUE", where=option)
        if key.strip() in found:
            raise UsageError(f"{key.strip()!r} is given twice", where=option)
        found[key.strip()] = value.strip()
    return found
