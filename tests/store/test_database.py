import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlmodel import SQLModel

from judge.errors import StoreError, UsageError
from judge.store import migrate
from judge.store.database import Database


def url(path):
    return f"sqlite:///{path}"


def test_migrations_make_the_tables(db):
    """What the migrations build is what the tables say, so that no change of a table is forgotten."""
    with db.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_head_is_the_newest_script():
    """The revision that lets a start skip Alembic is the newest there is."""
    assert ScriptDirectory(str(migrate.SCRIPTS)).get_current_head() == migrate.HEAD


def test_secret_is_kept(tmp_path):
    """The secret survives closing, and two databases have two."""
    with Database(url(tmp_path / "a.db")) as first:
        secret = first.secret()
    with Database(url(tmp_path / "a.db")) as again, Database(url(tmp_path / "b.db")) as other:
        assert again.secret() == secret
        assert other.secret() != secret
    assert len(secret) == 32


def test_sqlite_is_set_up_to_survive_power_loss(db):
    """The write-ahead log is on, commits are synced, and foreign keys hold."""
    with db.read() as connection:
        pragmas = {name: connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous")}
        assert pragmas == {"journal_mode": "wal", "synchronous": 2}
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_newer_database_is_refused(tmp_path):
    """Old code says that a database is newer than itself instead of guessing at its tables."""
    path = tmp_path / "new.db"
    Database(url(path)).close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(StoreError, match=r"at revision 9999, which this version does not know(.|\n)*newer evenhand"):
        Database(url(path))


def test_interrupted_migration_leaves_nothing(tmp_path, monkeypatch):
    """A migration that dies half-way is as if it had never begun, and the next start finishes it."""
    path = tmp_path / "half.db"

    def die(*_args, **_kwargs):
        raise StoreError("the machine lost power")

    from alembic import command

    upgrade = command.upgrade
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", lambda *args: (upgrade(*args), die()))
        with pytest.raises(StoreError, match="lost power"):
            Database(url(path))
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == []
    raw.close()
    with Database(url(path)) as finished:
        assert len(finished.secret()) == 32


def test_not_a_database(tmp_path):
    """A file that is something else is named as such."""
    path = tmp_path / "notes.txt"
    path.write_text("dear diary, " * 500)
    with pytest.raises(StoreError, match=r"not a database(.|\n)*--db"):
        Database(url(path))


def test_another_programs_database_is_left_alone(tmp_path):
    """A file with tables that are not ours is refused, and no table is added to it."""
    path = tmp_path / "places.db"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE bookmark (url)")
    raw.close()
    with pytest.raises(StoreError, match=r"another program's database, with tables like 'bookmark'(.|\n)*--db"):
        Database(str(path))
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmark",)]
    raw.close()


@pytest.mark.parametrize("name", ["a b.db", "100%25.db", "what?mode=ro.db", "a#b@c:d.db", "ü✓.db"])
def test_a_file_name_is_taken_as_it_stands(tmp_path, monkeypatch, name):
    """Whatever characters a file's name has, it is that file which is opened."""
    monkeypatch.chdir(tmp_path)
    Database(name).close()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_starts_at_once_on_an_empty_postgres(postgres):
    """Three processes that find no tables make them once, and all three go on."""
    code = f"from judge.store.database import Database; Database({postgres.empty()!r}).close()"
    starts = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]  # noqa: S603 - our own code
    assert [start.wait() for start in starts] == [0, 0, 0]


def test_missing_folder(tmp_path):
    """A folder that is not there ends in one clear line."""
    with pytest.raises(StoreError, match=r"cannot be opened(.|\n)*check the folder"):
        Database(url(tmp_path / "no" / "such" / "folder.db"))


@pytest.mark.parametrize("wrong", ["mysql://host/name", "nonsense://x", "http://", "sqlite://"])
def test_unknown_database(wrong):
    """A URL of a database we do not speak says what to write."""
    with pytest.raises(UsageError, match=r"is no database URL(.|\n)*sqlite:///FILE or postgresql"):
        Database(wrong)


def test_a_password_in_a_wrong_url_is_not_repeated():
    """The message shows where the database was said to be, not how to get in."""
    with pytest.raises(UsageError, match=r"'mysql://\*\*\*@host/name' is no database URL") as caught:
        Database("mysql://me:planted@host/name")
    assert "planted" not in str(caught.value)


def test_locked_database(tmp_path, monkeypatch):
    """A database that another process holds says so instead of waiting for ever."""
    path = tmp_path / "held.db"
    monkeypatch.setattr("judge.store.database.BUSY_TIMEOUT_MS", 50)
    with Database(url(path)) as ours:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process holds the database"), ours.write():
            pass
        holder.close()


def test_a_writer_that_never_ends(tmp_path, monkeypatch):
    """A thread waits its turn to write, and says so instead of waiting for ever; afterwards it can."""
    with Database(url(tmp_path / "turns.db")) as ours:
        with ours.write():
            monkeypatch.setattr("judge.store.database.BUSY_TIMEOUT_MS", 50)
            with pytest.raises(StoreError, match="another process holds the database"), ours.write():
                pass
        with ours.write() as connection:
            assert connection.scalar(text("SELECT 1")) == 1


def test_many_threads_write_in_turn(tmp_path):
    """Forty threads that read and write at one moment all succeed, each write seeing the one before."""
    with Database(url(tmp_path / "turns.db")) as ours:

        def add(_number):
            with ours.write() as connection:
                found = int(connection.scalar(text("SELECT count(*) FROM meta")))
                connection.execute(text("INSERT INTO meta VALUES (:key, 'x')"), {"key": f"k{found}"})
            with ours.read() as connection:
                return connection.scalar(text("SELECT 1"))

        with ThreadPoolExecutor(40) as threads:
            assert list(threads.map(add, range(40))) == [1] * 40
        with ours.read() as connection:
            assert connection.scalar(text("SELECT count(*) FROM meta WHERE value = 'x'")) == 40


def test_full_disk(db):
    """A disk that is full ends in one clear line, and what was committed is still there."""
    db.secret()
    with db.read() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
    with pytest.raises(StoreError, match="the disk is full"), db.write() as connection:
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        for number in range(1000):
            connection.execute(
                text("INSERT INTO meta VALUES (:key, :value)"), {"key": str(number), "value": "x" * 4000}
            )
    with db.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM meta")) == 1


def test_passwords_are_not_told():
    """An error about a Postgres URL shows no password."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import OperationalError

    from judge.store.database import explain

    error = OperationalError("SELECT 1", {}, Exception("connection refused"))
    told = str(explain(error, make_url("postgresql+psycopg://me:hunter2@localhost/x")))
    assert "hunter2" not in told
    assert "connection refused" in told


def test_read_only_database(tmp_path):
    """A file that may not be written says so."""
    path = tmp_path / "readonly.db"
    Database(url(path)).close()
    ours = Database(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(StoreError, match="read-only"), ours, ours.write() as connection:
        connection.execute(text("INSERT INTO meta VALUES ('a', 'b')"))


def test_ratings_of_the_first_tables_are_kept(tmp_path):
    """A database of revision 0001 with ratings is brought up to date; every rating is there, and is no repeat."""
    path = tmp_path / "old.db"
    engine = create_engine(url(path))
    with engine.connect() as connection, connection.begin():
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in (
            "INSERT INTO dataset VALUES (1, 'log', NULL, '2026-01-01')",
            "INSERT INTO rubric VALUES ('h', 'polite', 1, '{}')",
            "INSERT INTO record (id, dataset_id, record_id, digest) VALUES (1, 1, 'r1', 'd')",
            (
                "INSERT INTO rating (record_id, rubric, rubric_hash, criterion, annotator, source, version, score, "
                "gold) VALUES (1, 'polite', 'h', 'tone', 'ann', 'import', 1, 'rude', 0)"
            ),
        ):
            connection.execute(text(statement))
    engine.dispose()
    with Database(url(path)) as ours, ours.read() as connection:
        assert connection.execute(text("SELECT annotator, score, repeat FROM rating")).all() == [("ann", "rude", 0)]
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == migrate.HEAD
