"""The probe: a judge's own crash test, through the same runs and the same ledger as any judging."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from judge.errors import UnfinishedError, UsageError
from judge.probing.attack import attack_families
from judge.probing.corruption import CORRUPTIONS, has_source
from judge.probing.goal import goals_of
from judge.probing.outcomes import SHIFTS, Case, FamilyResult, cases_of, compare, family_results
from judge.probing.rewording import reformatted, reworded, swapped_values
from judge.probing.variants import (
    DOCUMENT_ORDER,
    attack_variants,
    control_variants,
    corruption_variants,
    document_variants,
)
from judge.run.execute import Execution, Order
from judge.run.selection import Selection
from judge.run.summary import summarise
from judge.store import datasets, judgements, judges, ledger, runs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from judge.models.request import Model
    from judge.probing.goal import Goal
    from judge.probing.variants import Variant
    from judge.records import Record
    from judge.rubric.schema import Rubric
    from judge.scores import Judgement
    from judge.settings import Settings
    from judge.store.database import Database
    from judge.store.datasets import Dataset
    from judge.store.runs import Run

REPEATS: Final = 3
SUFFIX: Final = " (probe)"
"""What the data set of changed records is called after its source's name."""


@dataclass(frozen=True, slots=True)
class ProbeOrder:
    """What is probed, and how far.

    Attributes:
        dataset: Where the records come from.
        rubric: The rubric.
        selection: Which of them are judged first, to see which leave room and which are good.
        records: Most records that each family changes.
        each: Attacks of one family for one record.
        repeats: How often unchanged records are asked, to know the judge's noise.
        families: Families to try; all that fit the rubric if empty.
        goals: Criterion -> the value that an attacker wants, where it is not the good one.
        paraphrase: The user's own paraphrase of the rubric, checked already.
        seed: Seed of everything random.
        max_cost: Cap in US dollars over everything that the probe asks.
        level: Confidence level.
    """

    dataset: Dataset
    rubric: Rubric
    selection: Selection = field(default_factory=lambda: Selection(sample=60))
    records: int = 20
    each: int = 3
    repeats: int = REPEATS
    families: tuple[str, ...] = ()
    goals: Mapping[str, str] = field(default_factory=dict)
    paraphrase: Rubric | None = None
    seed: int = 0
    max_cost: float | None = None
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of a probe.

    Attributes:
        model: The judge model.
        fingerprint: The judge's.
        dataset: Where the records came from.
        rubric: The rubric.
        goals: What an attacker wants, by criterion.
        sampled: Records that were judged first.
        room: Records that were attacked.
        good: Records that were spoilt.
        seed: The seed.
        level: Confidence level.
        results: By criterion and family.
        cases: Every score before and after.
        records: Id -> the original record, of those in `cases`.
        runs: Numbers of the runs.
        calls: New calls.
        cost: US dollars of the new calls, as far as known.
    """

    model: str
    fingerprint: str
    dataset: str
    rubric: Rubric
    goals: Mapping[str, Goal]
    sampled: int
    room: int
    good: int
    seed: int
    level: float
    results: tuple[FamilyResult, ...]
    cases: tuple[Case, ...]
    records: Mapping[str, Record]
    runs: tuple[int, ...]
    calls: int
    cost: float


Scores = dict[tuple[str, str], "Judgement"]


async def work(execution: Execution) -> Run:
    """Carry a run out with nobody watching."""
    return await execution.work()


class Prober:
    """Carries a probe out.

    Args:
        db: The database.
        order: What to probe.
        model: The judge model.
        settings: The operator's settings.
        watch: Carries out each run of the probe, under a progress bar perhaps.

    Raises:
        UsageError: A family is none, or does not fit the rubric.
    """

    def __init__(
        self,
        db: Database,
        order: ProbeOrder,
        model: Model,
        settings: Settings,
        *,
        watch: Callable[[Execution], Awaitable[Run]] = work,
    ) -> None:
        self._db = db
        self._order = order
        self._model = model
        self._settings = settings
        self._watch = watch
        self._runs: list[Run] = []
        self.families = chosen_families(order)
        self.goals = goals_of(order.rubric, order.goals)

    async def probe(self) -> Probe:
        """Judge the originals, change them, judge what they became.

        Raises:
            BudgetError: The cap was reached; what was judged is kept, and the same command goes on.
            UnfinishedError: It was stopped by hand; likewise.
            EvenhandError: What else halted a run.
        """
        order = self._order
        first = await self._judge(order.dataset, order.rubric, order.selection)
        summarise(self._db, self._runs[0]).check()
        records = self._records()
        before = _single(first)
        room, good = self._chosen(records, before, "attack"), self._chosen(records, before, "corruption")
        plain = _union(room, good)[: order.records]
        asked = Selection(only=frozenset(key for key, _ in _union(room, good, plain)))
        repeated = await self._judge(order.dataset, order.rubric, asked, repeats=order.repeats)
        variants = self._variants(records, room, good, plain)
        after = _single(await self._judge_variants(variants))
        cases = cases_of(variants, self.goals, before, after)
        for family, rubric in self._rubrics():
            again = _single(await self._judge(order.dataset, rubric, asked))
            cases += self._shifted(family, before, again)
        results = family_results(cases, self.families, self.goals, repeated, order.level)
        return self._probe(results, cases, records, len(room), len(good))

    def _chosen(self, records: Sequence[tuple[int, Record]], before: Scores, kind: str) -> list[tuple[int, Record]]:
        """The first records, in a seeded order, on which a change of this kind can show anything."""
        found = [
            (key, record)
            for key, record in records
            if any(
                (judged := before.get((record.id, name))) is not None
                and compare(goal, "attack" if kind == "attack" else "corruption", judged, judged) is not None
                for name, goal in self.goals.items()
            )
        ]
        return found[: self._order.records]

    def _records(self) -> list[tuple[int, Record]]:
        """The records in a seeded order, once each: many that read alike would be as many witnesses to one thing."""
        order = self._order
        found = [pair for chunk in order.selection.chunks(self._db, order.dataset) for pair in chunk]
        found.sort(key=lambda pair: hashlib.sha256(f"{order.seed}:{pair[1].id}".encode()).digest())
        alone: dict[object, tuple[int, Record]] = {}
        for pair in found:
            alone.setdefault(tuple(pair[1].read(name) for name in order.rubric.reads), pair)
        return list(alone.values())

    def _variants(
        self,
        records: Sequence[tuple[int, Record]],
        room: Sequence[tuple[int, Record]],
        good: Sequence[tuple[int, Record]],
        plain: Sequence[tuple[int, Record]],
    ) -> list[Variant]:
        order, families = self._order, self.families
        to_attack, to_spoil = _alone(room), _alone(good)
        made = list(attack_variants(to_attack, order.rubric, self.goals, families, each=order.each, seed=order.seed))
        if any(variant.replaced for variant in made):
            made += control_variants(to_attack, order.rubric)
        made += corruption_variants(to_spoil, order.rubric, families, _alone(records), seed=order.seed)
        if DOCUMENT_ORDER in families:
            made += document_variants(_alone(plain), order.rubric)
        return list({variant.record.id: variant for variant in made}.values())

    def _rubrics(self) -> list[tuple[str, Rubric]]:
        rubric = self._order.rubric
        made = {
            "label_order": swapped_values(rubric),
            "reworded": reworded(rubric),
            "reformatted": reformatted(rubric),
            "paraphrase": self._order.paraphrase,
        }
        return [(name, each) for name, each in made.items() if each is not None and name in self.families]

    def _shifted(self, family: str, before: Scores, after: Scores) -> list[Case]:
        found = []
        for (record, criterion), last in after.items():
            first = before.get((record, criterion))
            outcome = compare(self.goals[criterion], "shift", first, last) if first is not None else None
            if first is not None and outcome is not None:
                found.append(Case(record, criterion, family, family, "rubric", "", first, last, outcome))
        return found

    async def _judge_variants(self, variants: Sequence[Variant]) -> dict[tuple[str, str], list[Judgement]]:
        if not variants:
            return {}
        dataset = datasets.ensure(self._db, self._order.dataset.name + SUFFIX)
        _, keys = datasets.add(self._db, dataset, [variant.record for variant in variants])
        return await self._judge(dataset, self._order.rubric, Selection(only=frozenset(keys.values())))

    async def _judge(
        self, dataset: Dataset, rubric: Rubric, selection: Selection, *, repeats: int = 1
    ) -> dict[tuple[str, str], list[Judgement]]:
        """(record id, criterion) -> its judgements in the order of the repeats; within what the cap leaves."""
        if selection.only is not None and not selection.only:
            return {}
        order = Order(dataset, [rubric], selection=selection, repeats=repeats, max_cost=self._left(), kind=runs.PROBED)
        run = await self._watch(Execution(self._db, order, self._model, self._settings))
        self._runs.append(run)
        if run.state == runs.STOPPED:
            raise UnfinishedError("the probe was stopped", hint="what was judged is kept; the same command goes on")
        scales = {
            (fingerprint, each.name): each.scale
            for fingerprint in run.fingerprints
            for each in judges.find(self._db, fingerprint).rubric.criteria
        }
        found: dict[tuple[str, str], list[Judgement]] = {}
        for stored in judgements.stream(self._db, run, scales):
            found.setdefault((stored.judgement.record_id, stored.judgement.criterion), []).append(stored.judgement)
        return {place: sorted(each, key=lambda one: one.repeat) for place, each in found.items()}

    def _left(self) -> float | None:
        if self._order.max_cost is None:
            return None
        totals = [ledger.totals(self._db, run.id) for run in self._runs]
        return max(0.0, self._order.max_cost - sum(total.cost + total.reserved for total in totals))

    def _probe(
        self,
        results: Sequence[FamilyResult],
        cases: Sequence[Case],
        records: Sequence[tuple[int, Record]],
        room: int,
        good: int,
    ) -> Probe:
        order, totals = self._order, [ledger.totals(self._db, run.id) for run in self._runs]
        named = {case.original for case in cases}
        return Probe(
            model=self._model.name,
            fingerprint=self._runs[0].fingerprints[0],
            dataset=order.dataset.name,
            rubric=order.rubric,
            goals=self.goals,
            sampled=len(records),
            room=room,
            good=good,
            seed=order.seed,
            level=order.level,
            results=tuple(results),
            cases=tuple(cases),
            records={record.id: record for _, record in records if record.id in named},
            runs=tuple(run.id for run in self._runs),
            calls=sum(total.calls for total in totals),
            cost=sum(total.cost for total in totals),
        )


def all_families() -> dict[str, str]:
    """Every family with what it does: attacks, corruptions, shifts."""
    return attack_families() | CORRUPTIONS | SHIFTS


def chosen_families(order: ProbeOrder) -> tuple[str, ...]:
    """The families to try, in the order of the list.

    Raises:
        UsageError: One is none, or needs what the rubric has not.
    """
    known = all_families()
    for name in order.families:
        if name not in known:
            raise UsageError(f"there is no family {name!r}", where="--family", hint=f"there are: {', '.join(known)}")
        if name in CORRUPTIONS and not has_source(order.rubric):
            raise UsageError(
                f"{order.rubric.name} holds responses against no documents and no reference, so nobody knows what a "
                "spoilt record deserves",
                where=f"--family {name}",
            )
        if name == "paraphrase" and order.paraphrase is None:
            raise UsageError("which paraphrase?", where="--family paraphrase", hint="add --paraphrase FILE")
    if order.families:
        return tuple(name for name in known if name in order.families)
    unfit = set() if has_source(order.rubric) else set(CORRUPTIONS)
    unfit |= set() if order.paraphrase is not None else {"paraphrase"}
    unfit |= set() if "documents" in order.rubric.reads else {DOCUMENT_ORDER}
    unfit |= set() if swapped_values(order.rubric) is not None else {"label_order"}
    return tuple(name for name in known if name not in unfit)


def _single(judged: Mapping[tuple[str, str], Sequence[Judgement]]) -> Scores:
    return {place: found[0] for place, found in judged.items()}


def _alone(pairs: Sequence[tuple[int, Record]]) -> list[Record]:
    return [record for _, record in pairs]


def _union(*lists: Sequence[tuple[int, Record]]) -> list[tuple[int, Record]]:
    return list({key: (key, record) for pairs in lists for key, record in pairs}.values())
