"""A private Postgres server for tests: made in a temporary folder, reached by a socket in it, gone afterwards."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path

import pytest

PROGRAMS = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))  # noqa: PTH207 - Debian keeps one folder a version
_numbers = count(1)


class Cluster:
    """A running server.

    Args:
        folder: Where its files and its socket are; the path must be short.
        programs: The folder of initdb and pg_ctl.
    """

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self._programs = programs
        self._template: str | None = None

    def start(self) -> None:
        """Make it and start it."""
        self._run("initdb", "-D", "data", "-A", "trust", "-U", "evenhand", "-E", "UTF8", "--no-sync", "--no-locale")
        options = (
            f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off -c max_connections=60"
        )
        self._run("pg_ctl", "-D", "data", "-w", "-o", options, "-l", "log", "start")

    def stop(self) -> None:
        """Stop it, whoever is still connected."""
        self._run("pg_ctl", "-D", "data", "-m", "immediate", "stop")

    def url(self, name: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql+psycopg://evenhand@/{name}?host={self.folder}"

    def database(self) -> str:
        """The URL of a new database whose tables are up to date."""
        from judge.store.database import Database

        if self._template is None:
            self._template = "template_evenhand"
            self._create(self._template)
            Database(self.url(self._template)).close()
        name = f"test_{next(_numbers)}"
        self._create(f"{name} TEMPLATE {self._template}")
        return self.url(name)

    def empty(self) -> str:
        """The URL of a new database without tables."""
        name = f"test_{next(_numbers)}"
        self._create(name)
        return self.url(name)

    def _create(self, name: str) -> None:
        import psycopg

        with psycopg.connect(f"host={self.folder} user=evenhand dbname=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")

    def _run(self, program: str, *args: str) -> None:
        # Postgres refuses to run as root, as continuous integration may do.
        other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*other, str(self._programs / program), *args]
        # The server outlives the command and would hold a pipe open, so its words go to a file.
        with (self.folder / "out").open("ab") as out:
            done = subprocess.run(command, cwd=self.folder, stdout=out, stderr=out, check=False)  # noqa: S603 - ours
        if done.returncode:
            raise RuntimeError((self.folder / "out").read_text())


def why_not() -> str:
    """Why there can be no server here; empty where there can."""
    if not PROGRAMS:
        return "needs Debian's postgresql (initdb)"
    if os.geteuid() == 0 and "postgres" not in {user.pw_name for user in pwd.getpwall()}:
        return "Postgres refuses to run as root, and there is no user postgres"
    return ""


@pytest.fixture(scope="session")
def postgres():
    """A running Postgres server; skipped where there can be none."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    cluster = Cluster(folder, Path(PROGRAMS[-1]).parent)
    try:
        cluster.start()
        yield cluster
        cluster.stop()
    finally:
        shutil.rmtree(folder)
