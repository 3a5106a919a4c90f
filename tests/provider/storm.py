"""Storm: a run through every fault that does not end it, and whether all of it adds up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from judge.models.registry import open_model
from judge.records import Document, Record
from judge.rubric.load import load_rubric
from judge.run.execute import Execution, Order
from judge.run.summary import summarise
from judge.settings import Settings
from judge.store import datasets
from provider.faults import FAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.store.database import Database

FATAL = {"quota", "unauthorized", "forbidden", "unknown_model", "redirect"}
SHAPES = {"unsupported", "only_tool", "only_json", "only_text"}
"""About parameters, which the first call of a run settles."""

KINDS = sorted(set(FAULTS) - FATAL - SHAPES)
PRICE = 1.0


def specs(share: float) -> list[str]:
    """Rules by which this share of the records meets a fault: every kind alike, half of the kinds once, half always."""
    return [f"{name}:{share / len(KINDS)}" + (":1" if place % 2 else "") for place, name in enumerate(KINDS)]


@dataclass(frozen=True, slots=True)
class Accounts:
    """What a run through a storm came to, in its own words."""

    records: int
    scored: int
    abstained: Mapping[str, int]
    attempts: int
    cost: float
    reserved: float
    unknown: int
    orphans: int

    def check(self, server: Mapping[str, Any]) -> None:
        """Hold it against the server's own count."""
        assert self.scored + sum(self.abstained.values()) == self.records
        assert self.attempts == server["count"]
        assert self.orphans == 0
        paid = server["tokens"] * PRICE / 1e6
        assert self.cost <= paid * (1 + 1e-9) <= (self.cost + self.reserved) * (1 + 2e-9), (self, paid)


async def through(db: Database, url: str, records: int, concurrency: int, patience: float = 5) -> Accounts:
    """Judge so many records, with so many seconds for an attempt."""
    dataset = datasets.ensure(db, "log")
    for start in range(0, records, 500):
        made = [
            Record(id=str(n), question="How long?", response=f"For {n}: {n} days.", documents=(Document("30 days."),))
            for n in range(start, min(records, start + 500))
        ]
        datasets.add(db, dataset, made)
    settings = Settings.model_validate(
        {
            "endpoints": {"local": {"base_url": url}},
            "prices": {"local/m": {"prompt": PRICE, "completion": PRICE}},
            "judge": {"concurrency": concurrency, "attempt_timeout": patience},
        }
    )
    model = open_model("local/m", settings)
    try:
        run = await Execution(db, Order(dataset, [load_rubric("hallucination")]), model, settings).work()
    finally:
        await model.close()
    summary = summarise(db, run)
    (criterion,), totals = summary.criteria, summary.totals
    known = (totals.attempts, totals.cost, totals.reserved, totals.unknown, totals.orphans)
    return Accounts(records, criterion.scored, criterion.abstained, *known)
