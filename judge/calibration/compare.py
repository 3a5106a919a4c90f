"""Comparing: judges of the same items against the same people, pair by pair, with what each costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from judge.calibration.agreement import gold_values
from judge.calibration.calibrate import calibrate
from judge.calibration.mixture import TARGETS, Pair, find_mixtures
from judge.errors import CalibrationError, NotFoundError, UsageError
from judge.scales import Level
from judge.stats.correction import corrected_mean
from judge.stats.difference import Arm, corrected_difference, mcnemar
from judge.stats.intervals import Estimate, Refused
from judge.store import ledger, runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from judge.calibration.calibrate import CriterionCalibration
    from judge.calibration.mixture import Mixtures
    from judge.settings import CalibrationTable
    from judge.store.database import Database
    from judge.store.runs import Run

LEAST_JUDGES = 2


@dataclass(frozen=True, slots=True)
class Contender:
    """One judge.

    Attributes:
        run: Its run.
        found: Its calibration on the criterion.
        cost: US dollars a thousand judged items; None where unknown.
    """

    run: Run
    found: CriterionCalibration
    cost: float | None


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two judges on the items that both were asked about.

    Attributes:
        first: Place of the first among the contenders.
        second: Place of the second.
        items: Items both were asked about.
        rated: Those of them that have one value by people.
        right: How often each gives people's value, over all those items; an abstention does not.
        difference: First minus second of these, paired.
        only_first: Rated items on which only the first gives people's value.
        only_second: Rated items on which only the second does.
        p: McNemar's exact p-value of the two counts.
        alike: Share of the items on which both give the same value.
        confirmed: How often that value is people's.
    """

    first: int
    second: int
    items: int
    rated: int
    right: tuple[Estimate | Refused, Estimate | Refused]
    difference: Estimate | Refused
    only_first: int
    only_second: int
    p: float
    alike: float
    confirmed: Estimate | Refused


@dataclass(frozen=True, slots=True)
class Mixing:
    """What mixtures of judges and people are wanted, and what is known of prices.

    Attributes:
        target: The share of people's values that is wanted; None for a ladder of usual ones alone.
        rating_price: US dollars of one rating; None where unknown.
        prices: Judge -> US dollars a thousand items, instead of what its run cost.
        seed: Seed of the halves of the ratings.
    """

    target: float | None = None
    rating_price: float | None = None
    prices: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0

    @property
    def targets(self) -> tuple[float, ...]:
        """Every target, ascending."""
        return tuple(sorted({*TARGETS, *(() if self.target is None else (self.target,))}))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Judges on one criterion.

    Attributes:
        rubric: The rubric's name.
        criterion: The criterion's name.
        contenders: One a judge, in the order asked for.
        pairings: Each two of them; none on interval scales, where no two numbers need be equal.
        mixtures: For each pairing, which mixture of the two and people meets which target.
        mixing: What was wanted of mixtures.
        level: Confidence level of every interval.
    """

    rubric: str
    criterion: str
    contenders: tuple[Contender, ...]
    pairings: tuple[Pairing, ...]
    mixtures: tuple[Mixtures | Refused, ...]
    mixing: Mixing
    level: float


def newest_run(db: Database, model: str, *, dataset: str | None = None) -> Run:
    """The newest run of a judge, on a data set if one is named.

    Raises:
        NotFoundError: It has none; the message names the judges there are.
    """
    found = [
        run for run in runs.listing(db) if run.kind in {runs.JUDGED, runs.IMPORTED} and dataset in {None, run.dataset}
    ]
    for run in found:
        if run.model == model:
            return run
    names = ", ".join(sorted({run.model for run in found})) or "none"
    where = f" on {dataset}" if dataset is not None else ""
    raise NotFoundError(f"judge {model!r} has no run{where}", hint=f"judges with one: {names}")


def compare(
    db: Database,
    models: Sequence[str],
    limits: CalibrationTable,
    *,
    study: str | None = None,
    unseen: bool = False,
    mixing: Mixing | None = None,
) -> tuple[Comparison, ...]:
    """Compare judges on every criterion that all of them judged by the same wording.

    The first judge's newest run says which data set is meant.

    Args:
        db: The database.
        models: The judges' spellings, two or more.
        limits: The owner's thresholds.
        study: Only ratings from this study.
        unseen: Leave out the records that a rubric has seen.
        mixing: What mixtures of judges and people are wanted.

    Raises:
        NotFoundError: A judge has no run on the data set.
        CalibrationError: There is no criterion that all have judged by the same wording.
    """
    first = newest_run(db, models[0])
    chosen = [first, *(newest_run(db, model, dataset=first.dataset) for model in models[1:])]
    made = [calibrate(db, run, limits, study=study, unseen=unseen) for run in chosen]
    tables = [{(each.rubric.hash, each.criterion.name): each for each in one.criteria} for one in made]
    shared = [key for key in tables[0] if all(key in table for table in tables)]
    if not shared:
        raise CalibrationError(
            f"{' and '.join(models)} have no criterion in common on {first.dataset}",
            hint="run both with the same rubric on the same data set",
        )
    wanted = mixing or Mixing()
    _check_prices(wanted, models)
    return tuple(_comparison(db, chosen, [table[key] for table in tables], limits.level, wanted) for key in shared)


def _check_prices(mixing: Mixing, models: Sequence[str]) -> None:
    stranger = next((name for name in mixing.prices if name not in models), None)
    if stranger is not None:
        raise UsageError(
            f"{stranger!r} is not among the judges compared", where="--price", hint=f"they are {', '.join(models)}"
        )


def _comparison(
    db: Database, chosen: Sequence[Run], found: Sequence[CriterionCalibration], level: float, mixing: Mixing
) -> Comparison:
    named = found[0].criterion.scale.level is not Level.INTERVAL
    pairs = list(combinations(range(len(found)), 2)) if named else []
    contenders = tuple(
        Contender(run, each, _cost(db, run, each, mixing)) for run, each in zip(chosen, found, strict=True)
    )
    return Comparison(
        rubric=found[0].rubric.name,
        criterion=found[0].criterion.name,
        contenders=contenders,
        pairings=tuple(_pairing(first, second, found[first], found[second], level) for first, second in pairs),
        mixtures=tuple(_mixtures(contenders, pair, mixing, level) for pair in pairs),
        mixing=mixing,
        level=level,
    )


def _mixtures(
    contenders: Sequence[Contender], pair: tuple[int, int], mixing: Mixing, level: float
) -> Mixtures | Refused:
    costs = [contenders[place].cost for place in pair]
    # Without prices the order asked for stands: the cheap one first.
    known = [cost for cost in costs if cost is not None]
    first, second = pair if len(known) < len(pair) or known[0] <= known[1] else pair[::-1]
    a, b = contenders[first].found, contenders[second].found
    common = np.intersect1d(a.pool.keys, b.pool.keys)
    inside = np.isin(a.pool.keys, common)
    panel = a.panel.part(inside)
    truth = gold_values(panel, a.criterion.scale)
    rated = np.array([value is not None for value in truth], dtype=bool)
    prices = [_per_item(contenders[place].cost) for place in (first, second)]
    judges = Pair(
        judges=(first, second),
        pools=(a.pool.part(inside), b.pool.part(np.isin(b.pool.keys, common))),
        items=panel.items[rated],
        truth=truth[rated],
        inclusion=None if panel.inclusion is None else panel.inclusion[rated],
        prices=(prices[0], prices[1], mixing.rating_price),
    )
    return find_mixtures(judges, a.criterion.scale, mixing.targets, level=level, seed=mixing.seed)


def _per_item(cost: float | None) -> float | None:
    return None if cost is None else cost / 1000


def _cost(db: Database, run: Run, found: CriterionCalibration, mixing: Mixing) -> float | None:
    if run.model in mixing.prices:
        return mixing.prices[run.model]
    totals = ledger.totals(db, run.id)
    if run.kind != runs.JUDGED or totals.unknown or not totals.calls or not found.pool.size:
        return None
    return 1000 * totals.cost / found.pool.size


def _pairing(first: int, second: int, a: CriterionCalibration, b: CriterionCalibration, level: float) -> Pairing:
    common = np.intersect1d(a.pool.keys, b.pool.keys)
    in_a, in_b = np.isin(a.pool.keys, common), np.isin(b.pool.keys, common)
    pool, panel = a.pool.part(in_a), a.panel.part(in_a)
    said = (pool.scores, b.pool.part(in_b).scores)
    truth = gold_values(panel, a.criterion.scale)
    known = np.array([value is not None for value in truth], dtype=bool)
    items, values = panel.items[known], truth[known]
    inclusion = None if panel.inclusion is None else panel.inclusion[known]
    right = [np.array(scores[items] == values, dtype=np.float64) for scores in said]
    # The pools' items are paired by what they share: the conversation, or the record itself.
    arms = [
        Arm(scores, scores[items], hits, inclusion, pool.clusters[items], pool.clusters)
        for scores, hits in zip(said, right, strict=True)
    ]
    only_first, only_second = int(np.sum(right[0] > right[1])), int(np.sum(right[1] > right[0]))
    alike = np.array((said[0] == said[1]) & pool.scored, dtype=bool)
    return Pairing(
        first=first,
        second=second,
        items=pool.size,
        rated=int(known.sum()),
        right=(_right(arms[0], level), _right(arms[1], level)),
        difference=corrected_difference(*arms, level=level) if items.size else _nothing(),
        only_first=only_first,
        only_second=only_second,
        p=mcnemar(only_first, only_second),
        alike=float(alike.mean()) if pool.size else 0.0,
        confirmed=_confirmed(alike, said[0], items, right[0], inclusion, level=level),
    )


def _nothing() -> Refused:
    return Refused("no item that both judged is rated", "rate 30 items that both judged", "paired difference")


def _right(arm: Arm, level: float) -> Estimate | Refused:
    if not np.size(arm.score):
        return _nothing()
    return corrected_mean(
        arm.pool,
        arm.score,
        arm.truth,
        inclusion=arm.inclusion,
        clusters=arm.clusters,
        pool_clusters=arm.pool_clusters,
        level=level,
    )


def _confirmed(
    alike: NDArray[np.bool_],
    said: NDArray[np.object_],
    items: NDArray[np.intp],
    right: NDArray[np.float64],
    inclusion: NDArray[np.float64] | None,
    *,
    level: float,
) -> Estimate | Refused:
    inside = alike[items]
    if not inside.any():
        return Refused("no item on which both give the same value is rated", "rate 30 of these", "confirmed by people")
    weights = None if inclusion is None else inclusion[inside]
    return corrected_mean(said[alike], said[items[inside]], right[inside], inclusion=weights, level=level)
