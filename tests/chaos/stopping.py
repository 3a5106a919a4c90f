"""Stopping: a run that is sent a signal while it waits for one thing or another."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from judge.store import ledger, runs
from judge.store.database import Database
from provider.faults import Fault
from provider.server import Provider

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SPELLINGS = {"openai": "local/m", "litellm": "litellm/openai/m"}
SIGNALS = {"Ctrl-C": [signal.SIGINT], "Ctrl-C twice": [signal.SIGINT] * 2, "SIGTERM": [signal.SIGTERM]}
RECORDS, CONCURRENCY = 100, 8


@dataclass(frozen=True, slots=True)
class Scene:
    """What a run waits for when the signal comes: the provider answers the first request, and then plays a fault.

    Attributes:
        fault: Which.
        count: The signal comes when it was played this often.
        arguments: Passed to the fault.
        locked: Whether another process holds the database at that moment, so that replies wait in the writer.
        held: Seconds that it still holds it after the signal; None for as long as the run is there.
    """

    fault: str
    count: int = CONCURRENCY
    arguments: Mapping[str, Any] = field(default_factory=dict)
    locked: bool = False
    held: float | None = 1.0


SCENES = {
    "replies that take 2 s": Scene("slow", arguments={"seconds": 2}),
    "replies that take 30 s": Scene("slow", arguments={"seconds": 30}),
    "silence": Scene("silence"),
    "a Retry-After of 200 s": Scene("rate_limit_seconds", arguments={"seconds": 200}),
    "an open circuit": Scene("unavailable", count=18),
    "the writer": Scene("slow", arguments={"seconds": 0.3}, locked=True),
    "a database held for good": Scene("slow", arguments={"seconds": 0.3}, locked=True, held=None),
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended.

    Attributes:
        code: The exit code.
        seconds: From the (last) signal to the end.
        scored: Records with a score.
        requests: By the server's own count.
        attempts: By the ledger's.
        orphans: Calls in flight that were given up.
        talk: What it said.
    """

    code: int
    seconds: float
    scored: int
    requests: int
    attempts: int
    orphans: int
    talk: str


def stop(folder: Path, scene: Scene, backend: str, signals: list[signal.Signals]) -> Ended:
    """Start a run, send the signals when it waits as the scene says, and tell how it ended."""
    rows = [
        {"id": str(n), "question": "How long?", "response": f"For article {n}: {n} days.", "documents": [f"{n} days."]}
        for n in range(RECORDS)
    ]
    (folder / "many.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with Provider([Fault(scene.fault, after=1, arguments=scene.arguments)]).in_thread() as provider:
        process = _start(folder, SPELLINGS[backend], provider.url)
        while provider.counts[scene.fault] < scene.count:
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        with _held(folder / "evenhand.db") if scene.locked else nullcontext():
            time.sleep(0.5)
            began = _send(process, signals)
            if scene.held is not None:
                time.sleep(scene.held if scene.locked else 0)
            else:
                process.wait(timeout=120)
        _, talk = process.communicate(timeout=120)
        seconds = time.monotonic() - began
        return Ended(code=process.returncode, seconds=seconds, requests=provider.count, talk=talk, **_count(folder))


def _count(folder: Path) -> dict[str, int]:
    """What the database says of the run, which must be whole."""
    with Database(f"sqlite:///{folder / 'evenhand.db'}") as db:
        totals = ledger.totals(db, 1)
        with db.read() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            scored = connection.exec_driver_sql("SELECT count(*) FROM judgement WHERE score IS NOT NULL").scalar_one()
            assert [run.state for run in runs.listing(db)] == ["stopped"]
    return {"scored": scored, "attempts": totals.attempts, "orphans": totals.orphans}


def _start(folder: Path, spelling: str, url: str) -> subprocess.Popen[str]:
    (folder / "judge.toml").write_text(f'[endpoints.local]\nbase_url = "{url}"\n')
    command = [sys.executable, "-m", "judge", "run", "many.jsonl", "--rubric", "hallucination", "--judge", spelling]
    environment = {name: value for name, value in os.environ.items() if name != "EVENHAND_DB"}
    environment |= {"OPENAI_API_KEY": "sk-test", "OPENAI_API_BASE": url}
    return subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--concurrency", str(CONCURRENCY), "--json"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _send(process: subprocess.Popen[str], signals: list[signal.Signals]) -> float:
    """Send each signal once the one before was heard; when the last was sent."""
    began = 0.0
    for place, each in enumerate(signals):
        while place and not process.stderr.readline().startswith("Stopping"):  # type: ignore[union-attr]
            assert process.poll() is None
        began = time.monotonic()
        process.send_signal(each)
    return began


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Hold the database's write lock for the block, as another process could."""
    with sqlite3.connect(path, isolation_level=None, timeout=30) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    other.close()
