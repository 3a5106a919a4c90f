"""Migrations: every database is brought to the newest tables when it is opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from judge.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Engine

SCRIPTS = Path(__file__).with_name("migrations")
HEAD = "0009"
"""The newest revision; a test holds it against the scripts."""


def revision_of(engine: Engine) -> str | None:
    """The revision a database is at; None if it has no tables of ours."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return revision


def bring_up_to_date(engine: Engine) -> None:
    """Run the migrations that this database lacks, all in one transaction.

    Raises:
        StoreError: The database was written by a newer program.
    """
    revision = revision_of(engine)
    if revision == HEAD:
        return
    # Alembic takes as long to import as everything else here; most starts do not need it.
    from alembic import command  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = _config()
    if revision is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(revision)
        except CommandError as error:
            raise StoreError(
                f"the database is at revision {revision}, which this version does not know",
                where=engine.url.render_as_string(hide_password=True),
                hint="install the newer evenhand that wrote it, or choose another database with --db",
            ) from error
    with engine.connect().execution_options(evenhand_write=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415 - as in bring_up_to_date

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    # pyproject-style path separators silence a deprecation of Alembic's.
    config.set_main_option("path_separator", "os")
    return config
