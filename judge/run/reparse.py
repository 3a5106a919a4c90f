"""Reparsing: judgements made again from the raw replies on the ledger."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from judge.rubric.pairs import asked_both_ways, is_turned, turned
from judge.run.reading import read
from judge.store import datasets, judgements, judges, ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from judge.store.database import Database
    from judge.store.runs import Run


def reparse(db: Database, run: Run) -> tuple[int, int]:
    """Read every stored reply of a run again and keep what it says now.

    Returns:
        How many judgements were read, and how many of them changed.
    """
    asked_by = {fingerprint: judges.find(db, fingerprint) for fingerprint in run.fingerprints}
    count = changed = 0
    for asked in _batches(db, run):
        records = datasets.fetch(db, sorted({row["record_id"] for row in asked}))
        answers = ledger.answered(db, sorted({row["call_key"] for row in asked}))
        rows: list[dict[str, Any]] = []
        for (key, record_key, fingerprint, repeat), group in groupby(asked, key=_call_of):
            if key not in answers:
                continue
            before = {row["criterion"]: row for row in group}
            other = asked_both_ways(asked_by[fingerprint].content) and is_turned(repeat)
            made = read(
                answers[key].reply,
                rubric=asked_by[fingerprint].rubric,
                record=turned(records[record_key]) if other else records[record_key],
                criteria=list(before),
                repeat=repeat,
                was_turned=other,
            )
            for each in made:
                fresh = before[each.criterion]["fresh"]
                row = judgements.to_row(
                    each, run_id=run.id, key=record_key, fingerprint=fingerprint, call=key, fresh=fresh
                )
                rows.append(row)
                count += 1
                changed += any(row[name] != before[each.criterion][name] for name in row)
        if rows:
            with db.write() as connection:
                judgements.write(connection, rows)
    return count, changed


def _call_of(row: dict[str, Any]) -> tuple[str, int, str, int]:
    return row["call_key"], row["record_id"], row["fingerprint"], row["repeat"]


def _batches(db: Database, run: Run) -> Iterator[list[dict[str, Any]]]:
    after = 0
    while records := judgements.asked(db, run, after=after):
        yield sorted(records, key=_call_of)
        after = max(row["record_id"] for row in records)
