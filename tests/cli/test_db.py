"""`judge db`, `judge costs`, and what a user reads when the database cannot be used."""

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys

import pytest

from judge.store import migrate

RUN = ("--rubric", "hallucination", "--judge", "baseline")


def test_a_whole_database_is_whole(judge, log):
    """After a run the check finds nothing, and says so for machines too."""
    judge("run", log, *RUN)
    assert "Whole." in judge("db", "check").out
    found = judge("db", "check", "--json").json
    assert (found["problems"], found["orphans"], found["revision"]) == ([], 0, migrate.HEAD)


def test_damage_is_found(judge, log, tmp_path):
    """Overwritten pages, and a score whose call has no answer, are told with exit code 1, or 4 if none can be read."""
    judge("run", log, *RUN)
    with sqlite3.connect(tmp_path / "evenhand.db") as raw:
        raw.execute("UPDATE call SET state = 'failed'")
    raw.close()
    done = judge("db", "check")
    assert (done.code, "scores whose call has no answer" in done.out) == (1, True)
    path = tmp_path / "evenhand.db"
    content = bytearray(path.read_bytes())
    content[4096 * 4 : 4096 * 12] = os.urandom(4096 * 8)
    path.write_bytes(content)
    done = judge("db", "check")
    assert done.code in {1, 4}
    assert "Traceback" not in done.err


@pytest.mark.parametrize("command", [("check",), ("upgrade",), ("backup", "copy.db")])
def test_what_is_no_database_is_told(judge, tmp_path, command):
    """A text and a folder end in one clear line, whatever is to be done with them."""
    (tmp_path / "notes.txt").write_text("dear diary, " * 500)
    (tmp_path / "folder").mkdir()
    for name, words in {"notes.txt": "not a database", "folder": "cannot be opened"}.items():
        done = judge("db", *command, "--db", name)
        assert (done.code, words in done.err, "Traceback" in done.err) == (4, True, False), done.err


def test_a_backup_is_a_database(judge, log, tmp_path):
    """The copy holds the run; a file that is there is never overwritten; a database that is not there is told."""
    judge("run", log, *RUN)
    assert judge("db", "backup", "copy.db").code == 0
    assert judge("runs", "--db", "copy.db", "--json").json["runs"][0]["state"] == "finished"
    done = judge("db", "backup", "copy.db")
    assert (done.code, "is there already" in done.err) == (2, True)
    done = judge("db", "check", "--db", "nowhere.db")
    assert (done.code, "there is no such database" in done.err) == (2, True)
    assert not (tmp_path / "nowhere.db").exists()


def test_an_old_database_is_copied_and_upgraded(judge, tmp_path):
    """The check says that it is old, the upgrade keeps it as it was and brings it up."""
    from alembic import command
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{tmp_path / 'evenhand.db'}")
    with engine.connect() as connection, connection.begin():
        alembic = migrate._config()
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "0001")
    engine.dispose()
    assert "judge db upgrade" in judge("db", "check").out
    done = judge("db", "upgrade")
    assert (done.code, done.out.strip()) == (0, f"Revision 0001 to {migrate.HEAD}.")
    assert (tmp_path / "evenhand.db.0001.bak").exists()
    assert f"Revision {migrate.HEAD}" in judge("db", "check").out


def test_a_migration_that_is_killed_is_finished_by_the_next_start(judge, tmp_path):
    """Kill -9 after every statement of the migration and before its commit: the next start does it all."""
    code = (
        "import os, signal\nfrom alembic import command\nupgrade = command.upgrade\n"
        "command.upgrade = lambda *args: (upgrade(*args), os.kill(os.getpid(), signal.SIGKILL))\n"
        "from judge.store.database import Database\nDatabase('sqlite:///evenhand.db')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)  # noqa: S603 - our own code
    assert done.returncode == -signal.SIGKILL
    assert judge("runs").code == 0
    assert judge("db", "check", "--json").json["revision"] == migrate.HEAD


def test_a_newer_database_is_told(judge, log, tmp_path):
    """Old code on a new database says so in one line, and writes nothing."""
    judge("run", log, *RUN)
    with sqlite3.connect(tmp_path / "evenhand.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    done = judge("run", log, *RUN)
    assert (done.code, "install the newer evenhand" in done.err, "Traceback" in done.err) == (4, True, False)


def test_a_full_disk_ends_a_run_in_one_line(judge, log, tmp_path):
    """The disk fills up in the midst of a run: one clear line, a whole file, and the run goes on once there is room."""
    rows = [
        {"id": str(n), "question": "How long?", "response": f"{n} days.", "documents": [f"{n} days."]}
        for n in range(600)
    ]
    (tmp_path / "many.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    judge("import", "many.jsonl", "--dataset", "many")
    judge("run", log, *RUN)
    size = sum(path.stat().st_size for path in tmp_path.glob("evenhand.db*"))

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40_000, size + 40_000))

    command = [sys.executable, "-m", "judge", "run", "many", *RUN]
    done = subprocess.run(  # noqa: S603 - our own command
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    assert "disk" in done.stderr
    assert judge("db", "check").code == 0
    again = judge("run", "many", *RUN, "--json")
    assert again.code == 0
    assert again.json["criteria"][0]["scored"] == 600


def test_a_read_only_and_a_busy_database_are_told(judge, log, tmp_path, monkeypatch):
    """Each ends in one clear line with what to do."""
    judge("run", log, *RUN)
    done = judge(
        "run", "answers", "--metric", "rouge", "--db", f"sqlite:///file:{tmp_path}/evenhand.db?mode=ro&uri=true"
    )
    assert (done.code, "read-only" in done.err, "Traceback" in done.err) == (4, True, False)
    monkeypatch.setattr("judge.store.database.BUSY_TIMEOUT_MS", 50)
    holder = sqlite3.connect(tmp_path / "evenhand.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    done = judge("run", "answers", "--metric", "rouge")
    holder.close()
    assert (done.code, "another process holds the database" in done.err) == (4, True)


@pytest.mark.parametrize(("by", "name"), [("run", "1"), ("judge", "baseline"), ("rubric", "hallucination")])
def test_costs_are_told(judge, log, by, name):
    """Calls, tokens and money by run, judge and rubric, and as JSON with the price table's date."""
    assert "No calls yet" in judge("costs").out
    judge("run", log, *RUN)
    (row,) = judge("costs", "--by", by, "--json").json["costs"]
    assert (row[by], row["calls"], row["cost"], row["unknown"]) == (name, 2, 0.0, 0)
    assert (row["price_table"] is not None) == (by == "run")
    assert "Together $0.0000." in judge("costs", "--by", by).out
