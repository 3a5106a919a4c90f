"""Anchors: rated records that the judge is asked about again and again, to see whether the judge itself has moved."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from judge.run.execute import Execution, Order
from judge.run.selection import Selection
from judge.scores import Reason
from judge.stats.difference import mcnemar
from judge.stats.flips import flip_test
from judge.store import datasets, judgements, ratings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from judge.models.request import Model
    from judge.monitoring.form import AnchorsForm
    from judge.rubric.schema import Rubric
    from judge.scales import Score
    from judge.settings import Settings
    from judge.store.database import Database
    from judge.store.datasets import Dataset
    from judge.store.watches import Kept

LEAST = 20
"""Fewer rated records than this are no anchors."""

Scores = dict[str, dict[str, str]]
"""RUBRIC.CRITERION -> row key -> score."""


@dataclass(frozen=True, slots=True)
class JudgeShift:
    """How the judge answers about the anchors now, against before.

    Attributes:
        other: Whether it is another judge: model, rubric or settings were changed.
        items: Items asked again.
        flips: Items that it scores otherwise now.
        noise: Items that it scored otherwise when asked twice in a row at the start.
        noise_items: Items asked twice in a row.
        lost: Items on which only the old scores were people's.
        won: Items on which only the new scores are.
        p_flips: Chance of so many flips by noise.
        p_right: McNemar's p-value of lost against won.
        moved: Whether one of the two is beyond chance.
        worst: RUBRIC.CRITERION -> flips, the most first.
        keys: Row keys of records that flipped.
    """

    other: bool
    items: int
    flips: int
    noise: int
    noise_items: int
    lost: int
    won: int
    p_flips: float
    p_right: float
    moved: bool
    worst: tuple[tuple[str, int], ...]
    keys: tuple[int, ...]


def another_judge() -> JudgeShift:
    """What is known of a judge that was changed where there are no anchors: that it is another one."""
    return JudgeShift(
        other=True,
        items=0,
        flips=0,
        noise=0,
        noise_items=0,
        lost=0,
        won=0,
        p_flips=1.0,
        p_right=1.0,
        moved=False,
        worst=(),
        keys=(),
    )


class Anchors:
    """The anchors of a watch.

    Args:
        db: The database.
        form: How often and how many.
        dataset: Where they are.
        rubrics: The rubrics.
        kept: The watch in the store.
        settings: The operator's settings.
    """

    def __init__(
        self,
        db: Database,
        form: AnchorsForm,
        dataset: Dataset,
        rubrics: Sequence[Rubric],
        kept: Kept,
        *,
        settings: Settings,
    ) -> None:
        self._db = db
        self._form = form
        self._dataset = datasets.find(db, form.dataset) if form.dataset is not None else dataset
        self._rubrics = rubrics
        self._kept = kept
        self._settings = settings

    async def look(
        self, model: Model, judges: Mapping[str, str], now: datetime, tell: Callable[[str], None]
    ) -> JudgeShift | None:
        """Ask about the anchors again where it is time or the judge is another one; None where it is neither.

        Args:
            model: The judge model.
            judges: Rubric -> fingerprint of the judge in force.
            now: The present.
            tell: Called with what a person should see.

        Raises:
            EvenhandError: What halted the judging.
        """
        state: dict[str, Any] = self._kept.state.setdefault("anchors", {})
        if not state:
            await self._begin(model, judges, now, state, tell)
            return None
        other = state["judges"] != dict(judges)
        if not other and datetime.fromisoformat(state["last"]) + self._form.every > now:
            return None
        scores = await self._ask(model, judges, state)
        shift = self._compare(state, scores, other=other)
        state |= {"last": now.isoformat(), "judges": dict(judges)}
        if shift.moved or other:
            state["scores"] = scores
        return shift

    async def _begin(
        self,
        model: Model,
        judges: Mapping[str, str],
        now: datetime,
        state: dict[str, Any],
        tell: Callable[[str], None],
    ) -> None:
        keys = sorted({key for truth in self._truth().values() for key in truth}, key=_mixed)[: self._form.most]
        if len(keys) < LEAST:
            tell(f"{len(keys)} records of {self._dataset.name} are rated by these rubrics; anchors need {LEAST}.")
            return
        state |= {"keys": sorted(keys), "turn": 0, "last": now.isoformat(), "judges": dict(judges)}
        first = await self._ask(model, judges, state)
        second = await self._ask(model, judges, state)
        flips, items = _flips(first, second)
        state |= {"scores": first, "noise": len(flips), "noise_items": items}

    async def _ask(self, model: Model, judges: Mapping[str, str], state: dict[str, Any]) -> Scores:
        """One turn: the number of the repeat is the number of the turn, so that none is answered from the ledger."""
        turn = int(state["turn"])
        order = Order(
            dataset=self._dataset,
            rubrics=self._rubrics,
            selection=Selection(only=frozenset(state["keys"])),
            first=turn,
            name=f"anchors of watch {self._kept.name}, turn {turn}",
        )
        run = await Execution(self._db, order, model, self._settings).work()
        state["turn"] = turn + 1
        scores: Scores = defaultdict(dict)
        for rubric in self._rubrics:
            for criterion in rubric.criteria:
                for row in judgements.rows(self._db, run, judges[rubric.name], criterion.name, turn=turn):
                    # A mind that changes with the order of a pair is an outcome, and to change it less is a flip.
                    said = row["reason"] if row["reason"] == Reason.ORDERS_DIFFER else row["score"]
                    if said is not None:
                        scores[f"{rubric.name}.{criterion.name}"][str(row["record_id"])] = said
        return dict(scores)

    def _compare(self, state: Mapping[str, Any], scores: Scores, *, other: bool) -> JudgeShift:
        before: Scores = state["scores"]
        flips, items = _flips(before, scores)
        truth = self._truth()
        lost = won = 0
        for name, key in flips:
            said = truth.get(name, {}).get(int(key))
            lost += said is not None and before[name][key] == str(said)
            won += said is not None and scores[name][key] == str(said)
        noise, noise_items = int(state["noise"]), int(state["noise_items"])
        p_flips = flip_test(len(flips), items, noise, noise_items) if items and noise_items else 1.0
        p_right = mcnemar(lost, won)
        counts: dict[str, int] = defaultdict(int)
        for name, _ in flips:
            counts[name] += 1
        return JudgeShift(
            other=other,
            items=items,
            flips=len(flips),
            noise=noise,
            noise_items=noise_items,
            lost=lost,
            won=won,
            p_flips=p_flips,
            p_right=p_right,
            moved=2 * min(p_flips, p_right) < self._form.alpha,
            worst=tuple(sorted(counts.items(), key=lambda pair: -pair[1])),
            keys=tuple(sorted({int(key) for _, key in flips})),
        )

    def _truth(self) -> dict[str, dict[int, Score]]:
        """RUBRIC.CRITERION -> row key -> what people say, the adjudicated rating before others."""
        found: dict[str, dict[int, Score]] = defaultdict(dict)
        settled: set[tuple[str, int]] = set()
        for rubric in self._rubrics:
            for key, _, rating in ratings.stream(self._db, self._dataset, rubric):
                name = f"{rubric.name}.{rating.criterion}"
                if rating.score is not None and (rating.gold or (name, key) not in settled):
                    found[name][key] = rating.score
                    if rating.gold:
                        settled.add((name, key))
        return found


def _flips(before: Scores, now: Scores) -> tuple[list[tuple[str, str]], int]:
    both = [(name, key) for name in before for key in before[name] if key in now.get(name, {})]
    return [(name, key) for name, key in both if before[name][key] != now[name][key]], len(both)


def _mixed(key: int) -> str:
    """An order that has nothing to do with time."""
    return hashlib.blake2b(str(key).encode(), digest_size=8).hexdigest()
