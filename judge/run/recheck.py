"""Rechecks: a flagged record is judged once more without its suspicious spans; where that differs it is contested."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from judge.rubric.suspicions import without_suspicions
from judge.run.execute import Execution, Order
from judge.run.selection import Selection
from judge.store import datasets, judgements, judges, ledger, runs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from judge.models.request import Model
    from judge.rubric.schema import Rubric
    from judge.settings import Settings
    from judge.store.database import Database
    from judge.store.runs import Run

SUFFIX: Final = " (recheck)"
"""What the data set of cleaned records is called after its source's name."""
NO_SCORE: Final = "no score"
CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Recheck:
    """What a second look came to.

    Attributes:
        flagged: Records with spans that could be cut.
        contested: Judgements that differ without them.
    """

    flagged: int
    contested: int


class Rechecker:
    """Gives the flagged records of a run a second look.

    Args:
        db: The database.
        run: The run, finished.
        model: The judge model.
        settings: The operator's settings.
        max_cost: The cap of the run, of which the second look gets what is left.
        watch: Carries out a run, under a progress bar perhaps.
    """

    def __init__(
        self,
        db: Database,
        run: Run,
        model: Model,
        settings: Settings,
        *,
        max_cost: float | None,
        watch: Callable[[Execution], Awaitable[Run]],
    ) -> None:
        self._db = db
        self._run = run
        self._model = model
        self._settings = settings
        self._max_cost = max_cost
        self._watch = watch
        self._runs = [run]

    async def work(self) -> Recheck:
        """Judge the cleaned records, and mark what differs.

        Raises:
            EvenhandError: What halted it; the run itself is untouched, and the same command goes on.
        """
        flagged = contested = 0
        source = datasets.find(self._db, self._run.dataset)
        for fingerprint in self._run.fingerprints:
            rubric = judges.find(self._db, fingerprint).rubric
            pairs = self._cleaned(source.name, fingerprint, rubric)
            flagged += len(pairs)
            if pairs:
                contested += await self._judge(fingerprint, rubric, pairs)
        return Recheck(flagged, contested)

    def _cleaned(self, name: str, fingerprint: str, rubric: Rubric) -> dict[int, int]:
        """Row key of each flagged record -> row key of the record without its spans."""
        keys = judgements.suspicious_keys(self._db, self._run, fingerprint)
        pairs: dict[int, int] = {}
        for start in range(0, len(keys), CHUNK):
            pairs |= self._store(name, rubric, keys[start : start + CHUNK])
        return pairs

    def _store(self, name: str, rubric: Rubric, keys: Sequence[int]) -> dict[int, int]:
        made = {}
        for key, record in datasets.fetch(self._db, keys).items():
            cleaned = without_suspicions(record, rubric)
            if cleaned.digest() != record.digest():
                made[key] = replace(cleaned, id=f"{record.id}~plain~{cleaned.digest()[:8]}")
        if not made:
            return {}
        _, stored = datasets.add(self._db, datasets.ensure(self._db, name + SUFFIX), list(made.values()))
        return {key: stored[record.id] for key, record in made.items() if record.id in stored}

    async def _judge(self, fingerprint: str, rubric: Rubric, pairs: dict[int, int]) -> int:
        dataset = datasets.find(self._db, self._run.dataset + SUFFIX)
        selection = Selection(only=frozenset(pairs.values()))
        order = Order(dataset, [rubric], selection=selection, max_cost=self._left(), kind=runs.RECHECKED)
        second = await self._watch(Execution(self._db, order, self._model, self._settings))
        self._runs.append(second)
        if second.state != runs.FINISHED:
            return 0
        before = judgements.outcomes(self._db, self._run, judges.find(self._db, fingerprint))
        after = judgements.outcomes(self._db, second, judges.find(self._db, second.fingerprints[0]))
        differing = {
            (key, criterion): after[cleaned, criterion] or NO_SCORE
            for key, cleaned in pairs.items()
            for criterion in (each.name for each in rubric.criteria)
            if (cleaned, criterion) in after and before.get((key, criterion)) != after[cleaned, criterion]
        }
        judgements.contest(self._db, self._run, fingerprint, differing)
        return len(differing)

    def _left(self) -> float | None:
        if self._max_cost is None:
            return None
        totals = [ledger.totals(self._db, run.id) for run in self._runs]
        return max(0.0, self._max_cost - sum(total.cost + total.reserved for total in totals))
