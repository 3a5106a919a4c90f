"""Killing: a run that is killed at random points and gone on with until it is done, with power lost on the way."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provider.server import Provider

if TYPE_CHECKING:
    from pathlib import Path

SPELLINGS = {"openai": "local/m", "litellm": "litellm/openai/m"}


@dataclass(frozen=True, slots=True)
class Survived:
    """What was left after the last kill and the run's end.

    Attributes:
        kills: How often it was killed.
        judgements: Rows of judgements with a score.
        items: Different items among them.
        requests: Requests by the server's own count.
        repeated: Those beyond one a record.
        orphans: Calls that the run's own totals call orphans.
        reserved: Dollars that these can have cost at most.
        unexplained: Records that were asked more often than the ledger says.
        copies: Copies of the database as a power cut would have left it, all of which opened intact.
    """

    kills: int
    judgements: int
    items: int
    requests: int
    repeated: int
    orphans: int
    reserved: float
    unexplained: int
    copies: int


def survive(folder: Path, backend: str, *, records: int, kills: int, seed: int) -> Survived:
    """Run over so many records, killed so often, and count."""
    rows = [
        {"id": str(n), "question": "How long?", "response": f"For {n}: {n} days.", "documents": [f"{n} days."]}
        for n in range(records)
    ]
    (folder / "many.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    rng = random.Random(seed)  # noqa: S311 - which moments, not a secret
    done = 0
    with Provider(latency=0.05).in_thread() as provider:
        spelling = SPELLINGS[backend]
        (folder / "judge.toml").write_text(
            f'[endpoints.local]\nbase_url = "{provider.url}"\n[prices."{spelling}"]\nprompt = 1\ncompletion = 1\n'
        )
        while done < kills:
            process = _start(folder, spelling, provider.url)
            # The kills are spread over the run; each at any moment between two requests.
            target = max(provider.count + 1, records * (done + 1) // (kills + 2) + rng.randrange(8))
            while provider.count < target and process.poll() is None:
                time.sleep(0.002)
            time.sleep(rng.random() * 0.1)
            _cut_power(process, folder, rng)
            done += 1
        process = _start(folder, spelling, provider.url)
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        return _count(folder, json.loads(out), provider, done)


def _start(folder: Path, spelling: str, url: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "judge", "run", "many.jsonl", "--rubric", "hallucination", "--judge", spelling]
    environment = {name: value for name, value in os.environ.items() if name != "EVENHAND_DB"}
    environment |= {"OPENAI_API_KEY": "sk-test", "OPENAI_API_BASE": url}
    return subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--concurrency", "16", "--json"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _cut_power(process: subprocess.Popen[str], folder: Path, rng: random.Random) -> None:
    """Stop it, take a copy as a power cut would leave it (the log's unsynced end torn off), and kill it."""
    process.send_signal(signal.SIGSTOP)
    copy = folder / "copy.db"
    for end in ("", "-wal"):
        (folder / f"copy.db{end}").unlink(missing_ok=True)
        if (folder / f"evenhand.db{end}").exists():
            shutil.copy(folder / f"evenhand.db{end}", f"{copy}{end}")
    log = folder / "copy.db-wal"
    if log.exists() and log.stat().st_size:
        os.truncate(log, log.stat().st_size - rng.randrange(min(3000, log.stat().st_size)))
    process.kill()
    process.communicate()
    with sqlite3.connect(copy) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    raw.close()


def _count(folder: Path, summary: dict[str, Any], provider: Provider, kills: int) -> Survived:
    with sqlite3.connect(folder / "evenhand.db") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = raw.execute("SELECT record_id, criterion FROM judgement WHERE score IS NOT NULL").fetchall()
        askings = [count for (count,) in raw.execute("SELECT count(*) FROM past_call GROUP BY key")]
    raw.close()
    more = sorted((count - 1 for count in provider.asked.values() if count > 1), reverse=True)
    known = sorted(askings, reverse=True)
    return Survived(
        kills=kills,
        judgements=len(rows),
        items=len(set(rows)),
        requests=provider.count,
        repeated=sum(more),
        orphans=summary["totals"]["orphans"],
        reserved=summary["totals"]["reserved"],
        unexplained=sum(max(0, count - held) for count, held in zip(more, known + [0] * len(more), strict=False)),
        copies=kills,
    )
