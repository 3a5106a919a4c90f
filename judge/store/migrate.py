"""Migrations: every database is brought to the newest tables when it is opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, inspect, select, text

from judge.errors import StoreError
from judge.store.patience import Patience

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, Engine

SCRIPTS = Path(__file__).with_name("migrations")
HEAD = "0009"
"""The newest revision; a test holds it against the scripts."""
_MIGRATING: Final = 0x6D696772  # "migr": any number that is ours


def revision_of(engine: Engine) -> str | None:
    """The revision a database is at; None if it has no tables of ours."""
    with engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def bring_up_to_date(engine: Engine) -> None:
    """Run the migrations that this database lacks, all in one transaction, and those of one process after another's.

    Raises:
        StoreError: The database was written by a newer program, or by quite another one.
    """
    if revision_of(engine) == HEAD:
        return
    # Alembic takes as long to import as everything else here; most starts do not need it.
    from alembic import command  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = _config()
    where = engine.url.render_as_string(hide_password=True)
    with engine.connect().execution_options(evenhand_write=Patience()) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
        revision = _revision(connection)
        if revision is None:
            _refuse_a_foreign_file(connection, where)
        else:
            try:
                ScriptDirectory.from_config(config).get_revision(revision)
            except CommandError as error:
                raise StoreError(
                    f"the database is at revision {revision}, which this version does not know",
                    where=where,
                    hint="install the newer evenhand that wrote it, or choose another database with --db",
                ) from error
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _refuse_a_foreign_file(connection: Connection, where: str) -> None:
    """A SQLite file has one owner; a Postgres database may well hold another program's tables beside ours."""
    tables = inspect(connection).get_table_names() if connection.dialect.name == "sqlite" else []
    if tables:
        raise StoreError(
            f"the file is another program's database, with tables like {tables[0]!r}",
            where=where,
            hint="choose another file with --db",
        )


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415 - as in bring_up_to_date

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    # pyproject-style path separators silence a deprecation of Alembic's.
    config.set_main_option("path_separator", "os")
    return config
