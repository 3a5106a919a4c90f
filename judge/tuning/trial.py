"""Trials: a judge asked by a changed rubric about some items, all within one budget."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TYPE_CHECKING

from judge.errors import UnfinishedError
from judge.run.execute import Execution, Order
from judge.run.selection import Selection
from judge.store import ledger, runs
from judge.tuning.answers import Answers, read_answers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from judge.models.request import Model
    from judge.rubric.schema import Rubric
    from judge.run.progress import Progress
    from judge.settings import Settings
    from judge.store.database import Database
    from judge.store.datasets import Dataset
    from judge.store.runs import Run
    from judge.tuning.items import Item


def unwatched(_: Progress) -> AbstractAsyncContextManager[None]:
    """Nobody looks."""
    return nullcontext()


class Bench:
    """Where rubrics are tried.

    Args:
        db: The database; every call is on its ledger, and none is paid twice.
        dataset: The data set.
        model: The judge model.
        settings: The operator's settings.
        max_cost: Cap in US dollars over everything that is tried.
        watch: Shows a run's progress while it lasts.
    """

    def __init__(
        self,
        db: Database,
        dataset: Dataset,
        model: Model,
        settings: Settings,
        *,
        max_cost: float | None = None,
        watch: Callable[[Progress], AbstractAsyncContextManager[None]] = unwatched,
    ) -> None:
        self._db = db
        self._dataset = dataset
        self._model = model
        self._settings = settings
        self._max_cost = max_cost
        self._watch = watch
        self._runs: dict[int, None] = {}
        self._current: Execution | None = None
        self.stopped = False

    def stop(self) -> None:
        """Send nothing more; what is in flight is awaited and kept. A second call gives that up too."""
        self.stopped = True
        if self._current is not None:
            self._current.stop()

    def count(self, run: Run) -> None:
        """Let a run's calls count towards what all this costs."""
        self._runs[run.id] = None

    @property
    def totals(self) -> tuple[ledger.Totals, ...]:
        """What each run's own calls came to; answers found on the ledger cost nothing."""
        return tuple(ledger.totals(self._db, run) for run in self._runs)

    @property
    def left(self) -> float | None:
        """What may still be spent; None without a cap."""
        if self._max_cost is None:
            return None
        return max(0.0, self._max_cost - sum(each.cost + each.reserved for each in self.totals))

    async def judge(self, rubric: Rubric, items: Sequence[Item]) -> Answers:
        """What the judge says of items by a rubric.

        Raises:
            UnfinishedError: It was stopped, or the cap is reached; what was asked is kept.
        """
        if self.stopped:
            raise _stopped()
        order = Order(
            self._dataset,
            (rubric,),
            selection=Selection(only=frozenset(item.key for item in items)),
            max_cost=self.left,
            kind=runs.TUNED,
        )
        self._current = Execution(self._db, order, self._model, self._settings)
        self.count(self._current.run)
        async with self._watch(self._current.progress):
            run = await self._current.work()
        self._current = None
        if run.state == runs.STOPPED:
            raise _stopped()
        return read_answers(self._db, run, rubric)


def _stopped() -> UnfinishedError:
    return UnfinishedError("tuning was stopped", hint="run the same command to go on: what was asked is not paid again")
