"""Judging from Python: records in, judgements out, sync or async, also inside a running event loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from judge.errors import UsageError
from judge.logs import read_row
from judge.models.registry import open_model
from judge.records import Record
from judge.rubric.load import load_rubric
from judge.rubric.schema import Rubric
from judge.run.execute import Execution, Order
from judge.run.selection import Selection
from judge.run.summary import Summary, summarise
from judge.settings import Settings, load_settings
from judge.store import datasets, judgements, judges
from judge.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from judge.models.request import Model
    from judge.scores import Judgement
    from judge.store.runs import Run


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging gave.

    Attributes:
        judgements: By record, then in the order of rubrics and criteria.
        summary: The same in figures; every one of them is uncalibrated.
    """

    judgements: tuple[Judgement, ...]
    summary: Summary

    def to_frame(self) -> pd.DataFrame:
        """One row a judgement, as `judge export judgements` writes them, without the columns of the ledger."""
        import pandas as pd  # noqa: PLC0415 - only where a frame is asked for

        rows = [
            {
                "record_id": each.record_id,
                "rubric": each.rubric,
                "criterion": each.criterion,
                "outcome": "scored" if each.abstention is None else "abstained",
                "score": each.score,
                "probability": each.probability,
                "probability_from": each.probability_from,
                "probability_repeats": each.repeats,
                "no_probability": each.no_probability or None,
                "reason": str(each.abstention.reason) if each.abstention else None,
                "rationale": each.rationale,
            }
            for each in self.judgements
        ]
        return pd.DataFrame(rows)


async def ajudge_records(
    records: Iterable[Record | Mapping[str, Any]] | pd.DataFrame,
    rubric: str | Rubric | Iterable[str | Rubric],
    *,
    model: str | Model = "baseline",
    db: str | None = None,
    dataset: str = "python",
    settings: Settings | None = None,
    max_cost: float | None = None,
    repeats: int = 1,
) -> Judged:
    """Judge records by one or more rubrics.

    Args:
        records: Records, or mappings or a DataFrame with fields under any name that `judge import` knows.
        rubric: Names of shipped rubrics, paths, or rubrics.
        model: The judge model's spelling, or a model such as `Scripted`.
        db: Database file or URL, whose ledger makes sure that nothing is paid for twice; gone afterwards if left out.
        dataset: The data set in it.
        settings: The operator's settings; judge.toml in the working folder if left out.
        max_cost: Cap in US dollars.
        repeats: How often each question is asked.

    Raises:
        EvenhandError: What halted it.
    """
    chosen = settings if settings is not None else load_settings()
    rubrics = _rubrics(rubric)
    opened = open_model(model, chosen) if isinstance(model, str) else model
    try:
        with TemporaryDirectory(prefix="evenhand-") as folder, Database(db or f"{folder}/evenhand.db") as database:
            kept = datasets.ensure(database, dataset)
            made = list(_records(records))
            added, keys = datasets.add(database, kept, made)
            if added.conflicts:
                raise UsageError(
                    f"record {added.conflicts[0]!r} is in data set {dataset!r} already, with other content",
                    hint="give records of other content other ids, or name another data set",
                )
            order = Order(
                kept, rubrics, selection=Selection(only=frozenset(keys.values())), repeats=repeats, max_cost=max_cost
            )
            run = await Execution(database, order, opened, chosen).work()
            return Judged(_judgements(database, run, rubrics), summarise(database, run))
    finally:
        if isinstance(model, str):
            await opened.close()


def judge_records(
    records: Iterable[Record | Mapping[str, Any]] | pd.DataFrame,
    rubric: str | Rubric | Iterable[str | Rubric],
    **options: Any,
) -> Judged:
    """`ajudge_records` for synchronous code; in a notebook, whose event loop is running already, it works too.

    Raises:
        EvenhandError: What halted it.
    """

    def work() -> Judged:
        return asyncio.run(ajudge_records(records, rubric, **options))

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work()
    with ThreadPoolExecutor(1, thread_name_prefix="evenhand") as pool:
        return pool.submit(work).result()


def _rubrics(given: str | Rubric | Iterable[str | Rubric]) -> list[Rubric]:
    listed = [given] if isinstance(given, str | Rubric) else list(given)
    return [each if isinstance(each, Rubric) else load_rubric(each) for each in listed]


def _records(given: Iterable[Record | Mapping[str, Any]] | pd.DataFrame) -> Iterable[Record]:
    # A DataFrame is known by what it can do: pandas is not imported for those who do not use it.
    frame: Any = given
    rows: Iterable[Any] = given
    if hasattr(frame, "columns") and hasattr(frame, "to_dict"):
        rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return (each if isinstance(each, Record) else read_row(each, place=place).record for place, each in enumerate(rows))


def _judgements(db: Database, run: Run, rubrics: list[Rubric]) -> tuple[Judgement, ...]:
    scales = {
        (fingerprint, criterion.name): criterion.scale
        for fingerprint in run.fingerprints
        for criterion in judges.find(db, fingerprint).rubric.criteria
    }
    place = {
        (rubric.name, each.name): (n, m) for n, rubric in enumerate(rubrics) for m, each in enumerate(rubric.criteria)
    }
    found = judgements.stream(db, run, scales)
    in_order = sorted(found, key=lambda each: (each.key, place[each.judgement.rubric, each.judgement.criterion]))
    return tuple(stored.judgement for stored in in_order)
