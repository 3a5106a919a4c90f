"""Drawing: a plan and what the judges said become the items of a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from judge.errors import UsageError
from judge.labeling.draw import Draw, by_size, chosen_share, stratified, uniform
from judge.labeling.frame import (
    CONTESTED,
    DIFFER,
    contestedness,
    disagreement,
    judged_keys,
    read_frame,
    read_opinion,
    score_strata,
    shared,
    uncertainties,
)
from judge.labeling.study import Design
from judge.labeling.units import Units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from judge.labeling.frame import Opinion
    from judge.labeling.study import Plan
    from judge.rubric.schema import Criterion, Rubric
    from judge.store.database import Database
    from judge.store.datasets import Dataset
    from judge.store.runs import Run

DIFFER_SHARE = 0.5
"""Share of a draw by disagreement, or of contested records, that goes to those on which judgements differ."""

RUNS_NEEDED = {
    Design.UNIFORM: 0,
    Design.STRATIFIED: 1,
    Design.UNCERTAINTY: 1,
    Design.DISAGREEMENT: 2,
    Design.CONTESTED: 1,
}


@dataclass(frozen=True, slots=True)
class DrawnItems:
    """The items of a study, in random order.

    Attributes:
        keys: Row keys of the records, shape (n,).
        probability: Inclusion probability of each, shape (n,).
        strata: Stratum of each, None where the design has none, shape (n,).
        clusters: Conversation of each as a number, shape (n,).
        overlapping: Whether the full number of raters rates it, shape (n,).
        population: Records that could have been drawn.
        missing: Field the rubric reads -> records that lack it and could not be drawn.
    """

    keys: NDArray[np.int64]
    probability: NDArray[np.float64]
    strata: NDArray[np.object_]
    clusters: NDArray[np.int64]
    overlapping: NDArray[np.bool_]
    population: int
    missing: dict[str, int]


def draw_items(db: Database, plan: Plan, rubric: Rubric, dataset: Dataset, runs: Sequence[Run]) -> DrawnItems:
    """Draw the items of a study.

    Args:
        db: The database.
        plan: What the owner asks for.
        rubric: The rubric to rate with.
        dataset: Where the records are.
        runs: Judged runs: none or one for a uniform draw, which is then among the records it judged; one where the
            judge's score or uncertainty guides the draw; two where disagreement does.

    Raises:
        UsageError: The number of runs does not fit the design, or there is nothing to draw from.
        NotFoundError: A run has no judgements of this rubric.
    """
    _check_runs(plan.design, runs, dataset)
    frame = read_frame(db, dataset, rubric, plan.where)
    criterion = chosen_criterion(plan, rubric)
    opinions: list[Opinion] = []
    if plan.design is Design.UNIFORM:
        keys = judged_keys(db, runs, frame.keys)
    else:
        opinions, keys = shared([read_opinion(db, run, rubric, criterion) for run in runs], frame.keys)
    frame = frame.only(keys)
    if not frame.size:
        raise UsageError(_nothing(rubric, dict(frame.missing)), where=dataset.name)
    strata = _strata(plan, opinions, criterion, frame.size)
    units = Units.of(frame.clusters if plan.clusters else np.arange(frame.size))
    drawn = units.items_of(draw_units(plan, units, strata, opinions))
    order = np.random.default_rng([plan.seed, 1]).permutation(drawn.units.size)
    chosen = drawn.units[order]
    return DrawnItems(
        keys=frame.keys[chosen],
        probability=drawn.probability[order],
        strata=strata[chosen],
        clusters=frame.clusters[chosen],
        overlapping=_overlapping(plan, chosen.size),
        population=frame.size,
        missing=dict(frame.missing),
    )


def draw_units(plan: Plan, units: Units, strata: NDArray[np.object_], opinions: Sequence[Opinion]) -> Draw:
    """Draw records, or whole conversations, as the design says."""
    number = units.count_for(plan.n)
    if plan.design is Design.UNIFORM:
        return uniform(units.sizes.size, number, seed=plan.seed)
    if plan.design is Design.UNCERTAINTY:
        sizes = units.means(uncertainties(opinions[0]))
        return by_size(sizes, plan.n, seed=plan.seed, costs=units.sizes)
    shares = {Design.DISAGREEMENT: {DIFFER: DIFFER_SHARE}, Design.CONTESTED: {CONTESTED: DIFFER_SHARE}}.get(plan.design)
    return stratified(units.strata(strata), number, seed=plan.seed, floor=plan.floor, shares=shares)


def chosen_criterion(plan: Plan, rubric: Rubric) -> Criterion:
    """The criterion whose judgements guide the draw.

    Raises:
        UsageError: The rubric has none of that name.
    """
    names = [each.name for each in rubric.criteria]
    if plan.criterion is not None and plan.criterion not in names:
        raise UsageError(
            f"{rubric.name} has no criterion {plan.criterion!r}", where="--criterion", hint=f"it has {', '.join(names)}"
        )
    return rubric.criterion(plan.criterion or names[0])


def _strata(plan: Plan, opinions: Sequence[Opinion], criterion: Criterion, size: int) -> NDArray[np.object_]:
    if plan.design is Design.DISAGREEMENT:
        return disagreement(*opinions)
    if plan.design is Design.CONTESTED:
        return contestedness(opinions[0])
    if plan.design is Design.UNIFORM:
        return np.full(size, None, dtype=np.object_)
    return score_strata(opinions[0], criterion)


def _overlapping(plan: Plan, n: int) -> NDArray[np.bool_]:
    # A stream of its own: how many raters an item gets must not depend on how it was drawn.
    return chosen_share(n, plan.overlap, seed=int(np.random.default_rng([plan.seed, 2]).integers(2**31)))


def _check_runs(design: Design, runs: Sequence[Run], dataset: Dataset) -> None:
    needed = RUNS_NEEDED[design]
    if len(runs) != needed and not (design is Design.UNIFORM and len(runs) == 1):
        what = {0: "no run, or one", 1: "one run", 2: "two runs, of two judges"}[needed]
        raise UsageError(
            f"a {design} draw needs {what}, found {len(runs)}",
            where="--run",
            hint="`judge runs` lists them; give --run RUN once for each",
        )
    for run in runs:
        if run.dataset != dataset.name:
            raise UsageError(
                f"run {run.id} is of data set {run.dataset}, the study draws from {dataset.name}",
                where="--run",
                hint=f"draw with --from {run.dataset}, or name another run",
            )


def _nothing(rubric: Rubric, missing: dict[str, Any]) -> str:
    if not missing:
        return "there is no record to draw from"
    fields = ", ".join(f"{count} without {name}" for name, count in missing.items())
    return f"no record has everything that {rubric.name} reads ({fields})"
