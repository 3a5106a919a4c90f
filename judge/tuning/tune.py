"""Tuning a rubric: changes are tried on inner folds of one split, and the best is measured once on another."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from judge.errors import CalibrationError
from judge.store import judges, tunings
from judge.store.splits import Split, Splits
from judge.tuning.answers import mistakes, right
from judge.tuning.examples import telling_first
from judge.tuning.gain import Gain, Outcome, of_criterion, overall
from judge.tuning.guidance import NoGuidanceError
from judge.tuning.items import read_items
from judge.tuning.recipe import EXAMPLES, GUIDANCE, Recipe, changed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from judge.rubric.schema import Rubric
    from judge.store.database import Database
    from judge.store.datasets import Dataset
    from judge.tuning.answers import Answers
    from judge.tuning.guidance import Proposer
    from judge.tuning.items import Item
    from judge.tuning.trial import Bench

FOLDS: Final = 3
"""Inner folds of the tuning split: on each, a recipe is used with what the others hold."""

LEAST: Final = 10
"""Rated items that the tuning split and the held-out split each need."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be tuned.

    Attributes:
        dataset: The data set with the ratings.
        rubric: The rubric.
        study: Only ratings from this study; None for all.
        splits: How the data set is split.
        level: Confidence level of intervals.
    """

    dataset: Dataset
    rubric: Rubric
    study: str | None = None
    splits: Splits = field(default_factory=Splits)
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Attempt:
    """A recipe on the inner folds.

    Attributes:
        recipe: The recipe.
        gain: How much nearer to people the judge came on the items it was tried on, on average.
        items: How many items those are.
        fixed: Items that came nearer.
        broken: Items that went further away.
        note: Why it was not tried, else empty.
    """

    recipe: Recipe
    gain: float = 0.0
    items: int = 0
    fixed: int = 0
    broken: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tuned:
    """What tuning came to.

    Attributes:
        task: What was tuned.
        model: The judge model's spelling.
        proposer: The model that wrote guidance; None where there was none.
        rated: Split -> rated records in it.
        before: How near to people the judge was on the tuning split.
        mistakes: (criterion, people's value, judge's value) -> records of the tuning split.
        attempts: Every recipe on the inner folds.
        chosen: The recipe taken; None where none gained.
        rubric: The new rubric; None where there is nothing to propose.
        gain: What it gains on the held-out split, over all criteria; None where there is nothing to propose.
        gains: The same for each criterion.
        looks: How often this held-out split was looked at before for this rubric.
        outcome: All that in a word.
        reason: Why there is nothing to propose, else empty.
    """

    task: Task
    model: str
    proposer: str | None
    rated: Mapping[Split, int]
    before: float
    mistakes: Mapping[tuple[str, str, str], int]
    attempts: tuple[Attempt, ...]
    chosen: Recipe | None
    rubric: Rubric | None
    gain: Gain | None
    gains: tuple[Gain, ...]
    looks: int
    outcome: Outcome
    reason: str


class Tuner:
    """Tunes one rubric for one judge.

    Args:
        db: The database.
        task: What to tune.
        bench: Where rubrics are tried.
        model: The judge model's spelling.
        proposer: Who writes guidance; None for examples alone.
        tell: Called with each line that a person should see.
    """

    def __init__(
        self,
        db: Database,
        task: Task,
        bench: Bench,
        model: str,
        *,
        proposer: Proposer | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._db = db
        self._task = task
        self._bench = bench
        self._model = model
        self._proposer = proposer
        self._tell = tell

    async def work(self) -> Tuned:
        """Try every recipe, and measure the best.

        Raises:
            CalibrationError: Too few records are rated.
            UnfinishedError: It was stopped, or the cap is reached; the same again goes on from there.
        """
        rubric, parts = self._task.rubric, self._parts()
        tune = parts[Split.TUNE]
        base = await self._bench.judge(rubric, tune)
        wrong = [item for item in tune if mistakes(rubric, item, base)]
        if not wrong:
            return self._nothing(parts, base, (), "judge and people differ on no record of the tuning split")
        recipes = [*EXAMPLES, *(GUIDANCE if self._proposer is not None else ())]
        self._tell(f"Trying {len(recipes)} changes on {len(tune)} records; {len(wrong)} of them are mistakes.")
        attempts = tuple([await self._attempt(recipe, tune, base) for recipe in recipes])
        best = max(attempts, key=lambda each: each.gain)
        if best.gain <= 0:
            return self._nothing(parts, base, attempts, _why(attempts))
        tuned, note = await self._make(best.recipe, tune, base)
        if tuned is None:
            return self._nothing(parts, base, attempts, note)
        self._tell(f"Measuring {best.recipe.name!r} on the {len(parts[Split.HELD_OUT])} records held out.")
        return await self._measured(parts, base, attempts, best.recipe, tuned)

    def _parts(self) -> dict[Split, list[Item]]:
        task = self._task
        parts: dict[Split, list[Item]] = {split: [] for split in Split}
        for item in read_items(self._db, task.dataset, task.rubric, study=task.study):
            parts[task.splits.of(item.group)].append(item)
        for split, share in ((Split.TUNE, task.splits.tune), (Split.HELD_OUT, task.splits.held_out)):
            held = len(parts[split])
            if held < LEAST:
                more = int((LEAST - held) / share) + 1
                raise CalibrationError(
                    f"{held} rated records of {task.dataset.name} are in the {split.replace('_', '-')} split; "
                    f"{LEAST} are needed",
                    hint=f"rate about {more} more records by rubric {task.rubric.name}, version {task.rubric.version}",
                )
        return parts

    async def _attempt(self, recipe: Recipe, tune: Sequence[Item], base: Answers) -> Attempt:
        before: list[float] = []
        after: list[float] = []
        for number in range(FOLDS):
            inside = [item for item in tune if _fold(item.group) == number]
            outside = [item for item in tune if _fold(item.group) != number]
            candidate, note = await self._make(recipe, outside, base)
            if not inside or candidate is None:
                if note:
                    return Attempt(recipe, note=note)
                continue
            said = await self._bench.judge(candidate, inside)
            before += [right(self._task.rubric, item, base) for item in inside]
            after += [right(candidate, item, said) for item in inside]
        if not after:
            return Attempt(recipe, note="no rated record is short enough to be an example")
        pairs = list(zip(before, after, strict=True))
        return Attempt(
            recipe,
            gain=sum(new - old for old, new in pairs) / len(pairs),
            items=len(pairs),
            fixed=sum(new > old for old, new in pairs),
            broken=sum(new < old for old, new in pairs),
        )

    async def _make(self, recipe: Recipe, items: Sequence[Item], base: Answers) -> tuple[Rubric | None, str]:
        """The rubric by a recipe, or none and why where it is not the records' fault."""
        rubric, guidance = self._task.rubric, ""
        wrong = telling_first(rubric, items, base)
        if recipe.guidance and self._proposer is not None:
            if not wrong:
                return None, ""
            try:
                guidance, run = await self._proposer.propose(rubric, wrong, base, max_cost=self._bench.left)
            except NoGuidanceError as error:
                return None, str(error)
            self._bench.count(run)
        return changed(rubric, recipe, items, base, guidance=guidance), ""

    async def _measured(
        self,
        parts: Mapping[Split, Sequence[Item]],
        base: Answers,
        attempts: tuple[Attempt, ...],
        recipe: Recipe,
        tuned: Rubric,
    ) -> Tuned:
        task, held = self._task, parts[Split.HELD_OUT]
        said = (await self._bench.judge(task.rubric, held), await self._bench.judge(tuned, held))
        gain = overall(task.rubric, held, said, task.level)
        names = [each.name for each in task.rubric.criteria]
        looks = tunings.looks(self._db, task.dataset, task.rubric.hash, task.splits)
        self._keep(parts, tuned, gain)
        gains = tuple(of_criterion(task.rubric, name, held, said, task.level) for name in names)
        found = self._nothing(parts, base, attempts, "")
        return replace(found, chosen=recipe, rubric=tuned, gain=gain, gains=gains, looks=looks, outcome=gain.outcome)

    def _keep(self, parts: Mapping[Split, Sequence[Item]], tuned: Rubric, gain: Gain) -> None:
        task = self._task
        for rubric in (task.rubric, tuned):
            judges.keep_rubric(self._db, rubric)
        used = {item.key: split for split in (Split.TUNE, Split.HELD_OUT) for item in parts[split]}
        outcome = {"outcome": str(gain.outcome), "before": gain.before, "after": gain.after, "items": gain.items}
        tunings.keep(
            self._db,
            task.dataset,
            tuned,
            task.rubric,
            model=self._model,
            splits=task.splits,
            used=used,
            outcome=outcome,
        )

    def _nothing(
        self, parts: Mapping[Split, Sequence[Item]], base: Answers, attempts: tuple[Attempt, ...], reason: str
    ) -> Tuned:
        rubric, tune = self._task.rubric, parts[Split.TUNE]
        kinds = Counter(
            (name, str(item.people[name].score), said.shown)
            for item in tune
            for name, said in mistakes(rubric, item, base).items()
        )
        return Tuned(
            task=self._task,
            model=self._model,
            proposer=None if self._proposer is None else self._proposer.model.name,
            rated={split: len(parts[split]) for split in Split},
            before=sum(right(rubric, item, base) for item in tune) / len(tune),
            mistakes=dict(kinds.most_common()),
            attempts=attempts,
            chosen=None,
            rubric=None,
            gain=None,
            gains=(),
            looks=0,
            outcome=Outcome.NOTHING,
            reason=reason,
        )


def _fold(group: str) -> int:
    return hashlib.blake2b(f"fold:{group}".encode(), digest_size=2).digest()[0] % FOLDS


def _why(attempts: Sequence[Attempt]) -> str:
    tried = [each for each in attempts if not each.note]
    if not tried:
        return attempts[0].note
    if not any(each.fixed or each.broken for each in tried):
        return "the judge gives the same scores whatever it is shown: it may read neither examples nor guidance"
    return "no change made the judge better on records that the change was not made of"
