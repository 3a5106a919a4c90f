"""Crashing: work that dies at each of its steps in turn, and is begun again; see `main` for what it prints."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from alembic import command
from sqlalchemy import Engine, create_engine, event

from judge.models.request import Permanent, Price, Request, Transient
from judge.models.scripted import Scripted
from judge.records import Record
from judge.run.execute import Execution, Order
from judge.scores import Reason
from judge.settings import Settings
from judge.store import datasets, ledger, migrate, runs
from judge.store.database import Database
from making import make_rubric

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CRASHED = 9
TOKENS = (200, 20)
PRICE = Price(1000.0, 1000.0)
COST = sum(TOKENS) * PRICE.prompt / 1e6
SETTINGS = Settings.model_validate({"judge": {"concurrency": 2, "max_tokens": 32}})
RECORDS = ("plain", "unreadable", "refused", "broken once", "last")
FIRST = "0001"


class Steps:
    """Counts steps, and ends the process at one of them.

    Args:
        end_at: At which, counted from 1; None for at none.
    """

    def __init__(self, end_at: int | None) -> None:
        self.taken = 0
        self._end_at = end_at
        event.listen(Engine, "before_cursor_execute", self.step)
        event.listen(Engine, "commit", self.step)

    def step(self, *_: Any) -> None:
        """One step more: a statement or a commit that is about to be made, or what the caller says is one."""
        self.taken += 1
        if self.taken == self._end_at:
            os._exit(CRASHED)


def crash_runs(folder: Path) -> Iterator[dict[str, Any]]:
    """What is left of a run that was gone on with after a crash at each step, until a run has no such step."""
    start = folder / "start.db"
    with Database(f"sqlite:///{start}") as db:
        db.secret()
        dataset = datasets.ensure(db, "log")
        datasets.add(db, dataset, [Record(id=name, question="Q?", response=f"It is {name}.") for name in RECORDS])
    end_at, crashed = 0, True
    while crashed:
        end_at += 1
        path = folder / f"run{end_at}.db"
        shutil.copy(start, path)
        crashed = in_a_process(lambda: _run(path, end_at)) == CRASHED  # noqa: B023 - called at once
        yield {"step": end_at} | _survived(path, end_at)


def _survived(path: Path, end_at: int) -> dict[str, Any]:
    stored, asked = _rows(path, "SELECT key FROM call WHERE state = 'answered'"), Counter(_asked(path))
    if end_at % 3 == 0:
        in_a_process(lambda: _run(path, end_at))  # that which goes on may crash too
    code = in_a_process(lambda: _run(path, None))
    again = Counter(_asked(path)) - asked
    with Database(f"sqlite:///{path}") as db:
        totals = [ledger.totals(db, run.id) for run in runs.listing(db)]
    outcomes = _rows(
        path,
        "SELECT record.record_id, score, reason FROM judgement JOIN record ON record.id = judgement.record_id "
        "WHERE run_id = 1 ORDER BY record.id",
    )
    return {
        "code": code,
        "damage": [row for row in _rows(path, "PRAGMA integrity_check") if row != ("ok",)],
        "outcomes": outcomes,
        "states": sorted(set(_rows(path, "SELECT state FROM run"))),
        "workers": len(_rows(path, "SELECT token FROM worker")),
        "stored_asked_again": sum(again[key] for (key,) in stored),
        "asked": len(_asked(path)),
        "attempts": sum(each.attempts for each in totals),
        "orphans": sum(each.orphans for each in totals),
        "paid": _lines(path).count("paid") * COST,
        "told": sum(each.cost + each.reserved for each in totals),
    }


def _run(path: Path, end_at: int | None) -> None:
    steps = Steps(end_at)
    log = os.open(path.with_suffix(".asked"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def answer(request: Request) -> Any:
        assert execution.planner is not None
        key = execution.planner.key(request)
        os.write(log, f"{key}\n".encode())
        steps.step()
        await asyncio.sleep(0.001)
        line = _line(request, _asked(path).count(key))
        if not isinstance(line, Exception):
            os.write(log, b"paid\n")
        steps.step()
        return line

    with Database(f"sqlite:///{path}") as db:
        model = Scripted(answer, price=PRICE, tokens=TOKENS)
        order = Order(datasets.find(db, "log"), [make_rubric()], max_cost=1000.0)
        execution = Execution(db, order, model, SETTINGS)
        asyncio.run(execution.work())


def _line(request: Request, times: int) -> Any:
    first = len(request.messages) == len(("system", "user"))
    if request.record.id == "unreadable" and first:
        return "no object"
    if request.record.id == "refused":
        return Permanent("no", reason=Reason.REJECTED, status=400)
    if request.record.id == "broken once" and times == 1:
        return Transient("503", status=503, retry_after=0.001)
    return '{"tone": {"score": "rude"}}'


def _asked(path: Path) -> list[str]:
    """The keys that the model was asked, by its own record."""
    return [line for line in _lines(path) if line != "paid"]


def _lines(path: Path) -> list[str]:
    log = path.with_suffix(".asked")
    return log.read_text().splitlines() if log.exists() else []


def crash_migrations(folder: Path) -> Iterator[dict[str, Any]]:
    """What is left of a database of the first revision whose upgrade crashed at each step, after the next start."""
    start = folder / "old.db"
    engine = create_engine(f"sqlite:///{start}")
    with engine.connect() as connection, connection.begin():
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, FIRST)
        connection.exec_driver_sql("INSERT INTO dataset VALUES (1, 'log', NULL, '2026-01-01')")
    engine.dispose()
    before = _content(start)
    end_at, crashed = 0, True
    while crashed:
        end_at += 1
        path = folder / f"old{end_at}.db"
        shutil.copy(start, path)
        crashed = in_a_process(lambda: _open(path, end_at)) == CRASHED  # noqa: B023 - called at once
        untouched = _content(path) == before
        # From a database that is as it was, every start does the same: one in a few shows it.
        code = in_a_process(lambda: _open(path, None)) if end_at % 10 == 0 or not untouched else 0  # noqa: B023 - as above
        yield {
            "step": end_at,
            "crashed": crashed,
            "untouched": untouched,
            "code": code,
            "revisions": _rows(path, "SELECT version_num FROM alembic_version"),
            "kept": _rows(path, "SELECT name FROM dataset"),
        }


def _content(path: Path) -> list[str]:
    with sqlite3.connect(path) as raw:
        lines = list(raw.iterdump())
    raw.close()
    return lines


def _open(path: Path, end_at: int | None) -> None:
    Steps(end_at)
    Database(f"sqlite:///{path}").close()


def _rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as raw:
        rows = raw.execute(query).fetchall()
    raw.close()
    return rows


def in_a_process(work: Callable[[], None]) -> int:
    """The exit code of a child process that does this and nothing else."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told by the exit code and on stderr
            print(repr(error), file=sys.stderr)  # noqa: T201
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    """Print one JSON object for each crash of ``runs`` or ``migrations``; works in the folder named after that."""
    what = {"runs": crash_runs, "migrations": crash_migrations}[sys.argv[1]]
    for found in what(Path(sys.argv[2])):
        print(json.dumps(found), flush=True)  # noqa: T201 - this is how the caller learns it


if __name__ == "__main__":
    main()
