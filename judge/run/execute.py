"""Execution: a whole run, from its first record to its summary."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from judge.errors import StoreError, UsageError
from judge.models.prices import shipped_prices
from judge.models.request import Sampling
from judge.models.transport import Transport
from judge.rubric.pairs import is_pairwise
from judge.run.asking import Asker
from judge.run.budget import Budget
from judge.run.measuring import MEASURES, measure
from judge.run.pipeline import GRACE, STATEMENTS, Pipeline
from judge.run.plan import Planner
from judge.run.progress import Progress
from judge.run.selection import Selection
from judge.store import judgements, ledger, runs, workers
from judge.store.ledger import call_key
from judge.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from judge.models.request import Model
    from judge.rubric.schema import Rubric
    from judge.settings import Settings
    from judge.store.database import Database
    from judge.store.datasets import Dataset
    from judge.store.runs import Run


STORING = 0.5
"""Seconds that a stopped run, once nothing is in flight, waits for another process that holds the database."""


SETTLING = 0.05
"""Seconds that it has to settle what only waited, before what is in flight is given up."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a run is asked to do.

    Attributes:
        dataset: The data set.
        rubrics: The rubrics to judge by.
        metrics: Names of metrics to compute.
        selection: Which records.
        repeats: How often each question is asked.
        max_cost: Cap in US dollars.
        first: Number of the first repeat: to ask once more what was asked before, count on from there.
        name: Orders of one name are one run, which goes on with every further order; None for a run of its own.
        kind: What kind of run it is, where rubrics are judged by.
    """

    dataset: Dataset
    rubrics: Sequence[Rubric] = ()
    metrics: Sequence[str] = ()
    selection: Selection = field(default_factory=Selection)
    repeats: int = 1
    max_cost: float | None = None
    kind: str = runs.JUDGED
    first: int = 0
    name: str | None = None


class Execution:
    """A run that can be watched and stopped.

    Args:
        db: The database.
        order: What to do.
        model: The judge model; None where only metrics are computed.
        settings: The operator's settings.

    Raises:
        UsageError: There is nothing to do, or no model to do it.
    """

    def __init__(self, db: Database, order: Order, model: Model | None, settings: Settings) -> None:
        if not order.rubrics and not order.metrics:
            raise UsageError("nothing to do", hint="name a --rubric and a --judge, or a --metric")
        if order.rubrics and model is None:
            raise UsageError("there is no judge", where="--judge", hint="--judge baseline needs no key")
        names = [rubric.name for rubric in order.rubrics]
        if len(set(names)) != len(names):
            raise UsageError(f"two rubrics are named {max(names, key=names.count)!r}", where="--rubric")
        self._db = db
        self._order = order
        self._model = model
        self._settings = settings
        self._pipeline: Pipeline | None = None
        self._stopped = False
        self._lost: list[tuple[str, dict[str, Any]]] = []
        self.progress = Progress()
        self.planner = self._plan() if model is not None else None
        self.run, self.resumed = self._start()

    def _plan(self) -> Planner | None:
        if self._model is None:
            return None
        order = self._order
        return plan(self._db, order.rubrics, self._model, self._settings, repeats=order.repeats, first=order.first)

    def _start(self) -> tuple[Run, bool]:
        order, judges = self._order, self.planner.judges if self.planner else []
        what = {
            "dataset": order.dataset.id,
            "judges": sorted(judge.fingerprint for judge in judges),
            "metrics": sorted(order.metrics),
            "selection": order.selection.canonical(),
            "repeats": order.repeats,
        }
        if order.name is not None:
            what = {"name": order.name, "dataset": order.dataset.id, "judges": what["judges"]}
        settings: dict[str, Any] = what | {"judge": self._settings.judge.model_dump(), "max_cost": order.max_cost}
        if self._model is not None:
            price = self._model.price
            settings["price"] = asdict(price) if price is not None else None
            settings["price_table"] = shipped_prices().version
        return runs.start(
            self._db,
            order.dataset,
            identity=call_key(what),
            kind=order.kind if order.rubrics else runs.MEASURED,
            model=self._model.name if self._model is not None else ", ".join(order.metrics),
            settings=settings,
            judges_=judges,
            reopen=order.name is not None,
        )

    def stop(self) -> None:
        """Send nothing more; what is in flight is awaited for a few seconds and kept. A second call gives it up."""
        self._db.hurry(STORING if self._stopped else GRACE + STORING)
        if self._pipeline is not None and self._stopped:
            # Two signals can be heard in one breath: what only waited is settled by the first, not given up.
            asyncio.get_running_loop().call_later(SETTLING, self._pipeline.cancel)
        elif self._pipeline is not None:
            self._pipeline.stop()
        self._stopped = True

    async def work(self, on_begin: Callable[[Execution], None] | None = None) -> Run:
        """Do the whole order, or what is left of it.

        Args:
            on_begin: Called once the number of items is known.

        Returns:
            The run as it ended: finished, or stopped because `stop` was called.

        Raises:
            EvenhandError: What halted it (budget, model, database); everything done until then is kept.
        """
        try:
            with workers.at_work(self._db, self.run) as worker:
                return await self._work(worker, on_begin)
        except StoreError as error:
            if not self._stopped:
                raise
            raise self._not_stored(error) from error
        finally:
            self._db.calm()

    def _not_stored(self, error: StoreError) -> StoreError:
        """What a database did not take of a run that was stopped."""
        replies = sum(kind == "settled" and ledger.keeps_reply(row) for kind, row in self._lost)
        what = f"replies that had come and are not stored: {replies:,}" if replies else "no reply that had come is lost"
        hint = "calls that are not settled stand as orphans; the same command goes on"
        return StoreError(f"{error.message}; {what}", where=error.where, hint=hint)

    async def _work(self, worker: str, on_begin: Callable[[Execution], None] | None) -> Run:
        state = runs.STOPPED
        try:
            await self._count_items()
            if on_begin is not None:
                on_begin(self)
            if self._order.metrics:
                await self._measure(worker)
            if self._model is not None and self.planner is not None and not self._stopped:
                await self._judge(self._model, self.planner, worker)
            state = runs.STOPPED if self._stopped else runs.FINISHED
        finally:
            self.run = runs.end(self._db, self.run, state, learnt=self._learnt())
        return self.run

    def _learnt(self) -> dict[str, Any]:
        # Which parameters a model turned out not to take; only models that adapt have this.
        adaptations = getattr(self._model, "adaptations", ())
        return {"adaptations": list(adaptations)} if adaptations else {}

    async def _count_items(self) -> None:
        asked = sum(len(rubric.criteria) * (1 + is_pairwise(rubric)) for rubric in self._order.rubrics)
        criteria = asked * self._order.repeats
        records = 0
        for part in self._order.selection.counts(self._db, self._order.dataset):
            records += part
            await asyncio.sleep(0)  # a signal to stop is heard between two parts
            if self._stopped:
                return
        if records == 0:
            raise UsageError(
                f"no record of {self._order.dataset.name!r} is selected", hint="look at --where and --limit"
            )
        self.progress.items = records * criteria

    async def _measure(self, worker: str) -> None:
        with Writer(self._db, MEASURES) as writer:
            for chunk in self._order.selection.chunks(self._db, self._order.dataset):
                if self._stopped:
                    return
                measure(chunk, self._order.metrics, run_id=self.run.id, writer=writer)
                writer.put("beat", {"worker": worker})
                await asyncio.sleep(0)  # a signal to stop is heard between two chunks

    async def _judge(self, model: Model, planner: Planner, worker: str) -> None:
        before = ledger.totals(self._db, self.run.id)
        budget = Budget(self._order.max_cost, before.cost + before.reserved)
        transport = Transport.from_settings(model, self._settings)
        with Writer(self._db, STATEMENTS) as writer:
            self._lost = writer.lost
            asker = Asker(self.run.id, worker, transport, writer, budget)
            self._pipeline = Pipeline(self._db, self.run, planner=planner, asker=asker, progress=self.progress)
            but = judgements.is_done(self.run, planner.items) if self.resumed else None
            chunks = self._order.selection.chunks(self._db, self._order.dataset, but=but)
            beating = asyncio.create_task(_beat(writer, worker))
            try:
                await self._pipeline.work(chunks, resumed=self.resumed)
            finally:
                beating.cancel()


async def _beat(writer: Writer, worker: str) -> None:
    while True:
        writer.put("beat", {"worker": worker})
        await asyncio.sleep(workers.BEAT)


def plan(
    db: Database, rubrics: Sequence[Rubric], model: Model, settings: Settings, *, repeats: int = 1, first: int = 0
) -> Planner:
    """What a model would be asked by these rubrics under the operator's settings, and so which judges that makes."""
    table = settings.judge
    sampling = Sampling(
        temperature=table.temperature,
        top_p=table.top_p,
        seed=table.seed,
        max_tokens=table.max_tokens,
        reasoning_effort=table.reasoning_effort,
        logprobs=table.logprobs,
    )
    return Planner.make(
        model,
        rubrics,
        sampling=sampling,
        secret=db.secret(),
        max_chars=table.max_prompt_chars,
        repeats=repeats,
        first=first,
    )
