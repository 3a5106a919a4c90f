"""Preferences: versions by which of two responses is the better one, the judge corrected by people."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from judge.calibration.agreement import gold_values
from judge.calibration.panel import read_panel
from judge.calibration.pool import read_pool
from judge.calibration.unseen import leave_out
from judge.comparing.pairing import ENOUGH
from judge.comparing.traits import NOTHING, read_traits
from judge.errors import CalibrationError
from judge.rubric.pairs import ORDERS_DIFFER, asked_both_ways, is_pairwise
from judge.scores import Reason
from judge.stats.bradley_terry import LOSS, TIE, WIN, Strengths, corrected_outcomes, strengths
from judge.stats.correction import corrected_mean
from judge.stats.intervals import Estimate, Refused
from judge.stats.multiplicity import adjusted
from judge.stats.strata import ABSTAINED
from judge.store import datasets, judges

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from judge.calibration.panel import Panel
    from judge.calibration.pool import Pool
    from judge.comparing.side import Judged, Side
    from judge.records import Record
    from judge.rubric.schema import Criterion
    from judge.store.database import Database

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]

OUTCOME: Final = {"a": WIN, "tie": TIE, "b": LOSS}
LEAST_RATED: Final = 5
SIDES: Final = ("response", "rival")
"""What the two are called where a log does not say who wrote them."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Two versions against each other.

    Attributes:
        a: Place of the first.
        b: Place of the second.
        pairs: Pairs of their responses.
        wins: How often the judge prefers the first.
        ties: How often neither.
        losses: How often the second.
        differ: How often it changes its mind when the two change places.
        abstained: How often it gives no answer.
        rated: Pairs that people rated.
        raw: Win rate of the first by the judge alone; ties and changed minds count half, abstentions not.
        corrected: The same as people would have it.
        p: That both are equally strong, by the corrected strengths, adjusted for all pairs; None where there are none.
    """

    a: int
    b: int
    pairs: int
    wins: int
    ties: int
    losses: int
    differ: int
    abstained: int
    rated: int
    raw: float | None
    corrected: Estimate | Refused
    p: float | None


@dataclass(frozen=True, slots=True)
class Preferences:
    """Versions compared by preference.

    Attributes:
        names: The versions.
        dataset: Where the pairs are.
        judge: The judge model.
        run: Its run.
        both_ways: Whether it was asked in both orders.
        level: Confidence level.
        tallies: Each two versions that met.
        raw: Strengths by the judge alone.
        human: Strengths by the rated pairs alone.
        corrected: Strengths by all pairs, the judge corrected by people.
        ranks: Best and worst place of each version; None without corrected strengths.
    """

    names: tuple[str, ...]
    dataset: str
    judge: str
    run: int
    both_ways: bool
    level: float
    tallies: tuple[Tally, ...]
    raw: Strengths | Refused
    human: Strengths | Refused
    corrected: Strengths | Refused
    ranks: tuple[tuple[int, int], ...] | None

    @property
    def rated(self) -> int:
        """Pairs that people rated."""
        return sum(each.rated for each in self.tallies)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The judged pairs as arrays: who wrote them, what was said, what people say."""

    first: Places
    second: Places
    said: NDArray[np.object_]
    questions: NDArray[np.int64]
    rated: Places
    truth: Floats
    inclusion: Floats | None


def prefer(db: Database, side: Side, *, level: float, study: str | None = None, unseen: bool = False) -> Preferences:
    """Compare the versions whose responses are paired in a data set.

    Args:
        db: The database.
        side: The pairs, judged by a rubric that reads a response and its rival.
        level: Confidence level.
        study: Only ratings from this study.
        unseen: Leave out what tuned the rubric or stands in it as an example.

    Raises:
        CalibrationError: Nothing was judged by such a rubric, no pair was, or people rated what the rubric has seen.
    """
    judged = next((each for each in side.judged.values() if is_pairwise(each.rubric)), None)
    if judged is None:
        raise CalibrationError(
            f"{side.name} was not judged by a rubric that reads a response and its rival",
            hint="name two sides to compare them by any other rubric, or run the rubric `preference` on pairs",
        )
    names, pairs = _read(db, side, judged, study, unseen=unseen)
    if not pairs.first.size:
        raise CalibrationError(f"{side.name} has no judged pair")
    found = [_strengths(pairs, len(names), rows, level) for rows in (_raw(pairs), *_with_people(pairs))]
    tallies, ranks = _tallies(pairs, len(names), found[2], level)
    return Preferences(
        names=names,
        dataset=side.dataset.name,
        judge=judged.run.model,
        run=judged.run.id,
        both_ways=asked_both_ways(judges.find(db, judged.fingerprint).content),
        level=level,
        tallies=tallies,
        raw=found[0],
        human=found[1],
        corrected=found[2],
        ranks=ranks,
    )


def systems(record: Record) -> tuple[str, str]:
    """Who wrote the response and its rival, as far as the record says.

    Looked for in the metadata: ``model`` or ``model_version`` with ``a`` and ``b``, or ``rival_model`` beside the
    record's own model, or ``rival_version`` beside its model version.
    """
    for key in ("model_version", "model"):
        both: Any = record.metadata.get(key)
        if isinstance(both, dict) and both.get("a") and both.get("b"):
            return str(both["a"]), str(both["b"])
    for own, key in ((record.model_version, "rival_version"), (record.model, "rival_model")):
        other = record.metadata.get(key)
        if own and other:
            return own, str(other)
    return SIDES


def _read(
    db: Database, side: Side, judged: Judged, study: str | None, *, unseen: bool
) -> tuple[tuple[str, ...], _Pairs]:
    criterion = judged.rubric.criteria[0]
    pool = read_pool(db, judged.run, judged.fingerprint, criterion)
    panel = read_panel(db, side.dataset, judged.rubric, criterion, pool.keys, study=study)
    traits = read_traits(db, side)
    inside = np.isin(pool.keys, traits.keys) & pool.ratable
    pool, panel = pool.part(inside), panel.part(inside)
    pool, panel = leave_out(db, side.dataset, judged.rubric, pool=pool, panel=panel, unseen=unseen)
    written: list[tuple[str, str]] = []
    for start in range(0, pool.size, datasets.CHUNK):
        keys = [int(key) for key in pool.keys[start : start + datasets.CHUNK]]
        records = datasets.fetch(db, keys)
        written += [systems(records[key]) for key in keys]
    names = tuple(sorted({name for pair in written for name in pair}, key=_by_name))
    place = {name: number for number, name in enumerate(names)}
    truth, known = _truth(panel, criterion)
    return names, _Pairs(
        first=np.array([place[a] for a, _ in written], dtype=np.intp),
        second=np.array([place[b] for _, b in written], dtype=np.intp),
        said=np.where(pool.reasons == Reason.ORDERS_DIFFER, ORDERS_DIFFER, pool.scores),
        questions=_questions(pool, traits.at(pool.keys, "group"), traits.at(pool.keys, "question")),
        rated=panel.items[known],
        truth=truth,
        inclusion=None if panel.inclusion is None else panel.inclusion[known],
    )


def _by_name(name: str) -> tuple[bool, str]:
    return name == SIDES[1], name


def _questions(pool: Pool, groups: NDArray[np.int64], questions: NDArray[np.int64]) -> NDArray[np.int64]:
    """What pairs hang together by: their group where most have one, else their question, else nothing."""
    marks = groups if np.mean(groups != NOTHING) > ENOUGH else questions
    return np.where(marks == NOTHING, pool.keys, marks)


def _truth(panel: Panel, criterion: Criterion) -> tuple[Floats, NDArray[np.bool_]]:
    """Shares of win, tie and loss by people: the adjudicated or majority value, or everyone's share without one."""
    rows, known = [], []
    for row, gold in enumerate(gold_values(panel, criterion.scale)):
        votes = [gold] if gold is not None else [score for score in panel.ratings[row] if score is not None]
        counted = np.bincount([OUTCOME[str(vote)] for vote in votes if str(vote) in OUTCOME], minlength=3)
        known.append(bool(counted.sum()))
        if counted.sum():
            rows.append(counted / counted.sum())
    return np.array(rows, dtype=np.float64).reshape(-1, 3), np.array(known, dtype=np.bool_)


def _raw(pairs: _Pairs) -> Floats:
    """What the judge says; a changed mind is a tie, an abstention nothing."""
    rows = np.zeros((pairs.said.size, 3))
    for value, outcome in (OUTCOME | {ORDERS_DIFFER: TIE}).items():
        rows[pairs.said == value, outcome] = 1
    return rows


def _with_people(pairs: _Pairs) -> tuple[Floats | None, Floats | None]:
    if pairs.rated.size < LEAST_RATED:
        return None, None
    alone = np.zeros((pairs.said.size, 3))
    weight = np.ones(pairs.rated.size) if pairs.inclusion is None else 1 / pairs.inclusion
    alone[pairs.rated] = pairs.truth * (weight / weight.mean())[:, None]
    return alone, corrected_outcomes(pairs.said, pairs.truth, pairs.rated, inclusion=pairs.inclusion)


def _strengths(pairs: _Pairs, versions: int, rows: Floats | None, level: float) -> Strengths | Refused:
    if rows is None:
        reason = f"people rated {pairs.rated.size} pairs"
        return Refused(
            reason, f"rate {LEAST_RATED - pairs.rated.size} more", "strength", LEAST_RATED - pairs.rated.size
        )
    some = rows.any(axis=1)
    return strengths(pairs.first[some], pairs.second[some], rows[some], pairs.questions[some], versions, level=level)


def _tallies(
    pairs: _Pairs, versions: int, found: Strengths | Refused, level: float
) -> tuple[tuple[Tally, ...], tuple[tuple[int, int], ...] | None]:
    met = [
        (a, b)
        for a, b in combinations(range(versions), 2)
        if (((pairs.first == a) & (pairs.second == b)) | ((pairs.first == b) & (pairs.second == a))).any()
    ]
    p: list[float | None] = [None] * len(met)
    ranks = None
    if isinstance(found, Strengths):
        every = list(combinations(range(versions), 2))
        values = dict(zip(every, adjusted([found.p_equal(a, b) for a, b in every]).tolist(), strict=True))
        p = [values[pair] for pair in met]
        above, below = [0] * versions, [0] * versions
        for (a, b), value in values.items():
            if value <= 1 - level:
                winner, loser = (a, b) if found.log[a] > found.log[b] else (b, a)
                above[loser] += 1
                below[winner] += 1
        ranks = tuple((1 + above[each], versions - below[each]) for each in range(versions))
    return tuple(_tally(pairs, a, b, value, level) for (a, b), value in zip(met, p, strict=True)), ranks


def _tally(pairs: _Pairs, a: int, b: int, p: float | None, level: float) -> Tally:
    straight, turned = ((pairs.first == x) & (pairs.second == y) for x, y in ((a, b), (b, a)))
    inside = straight | turned
    # Seen from the first version, whichever of the two responses is its own.
    said = np.where(turned & (pairs.said == "a"), "b", np.where(turned & (pairs.said == "b"), "a", pairs.said))
    counts = {value: int((said[inside] == value).sum()) for value in ("a", "tie", "b", ORDERS_DIFFER, ABSTAINED)}
    scored = sum(counts.values()) - counts[ABSTAINED]
    mine = inside[pairs.rated]
    rated = pairs.rated[mine]
    win = np.where(turned[rated], pairs.truth[mine, LOSS], pairs.truth[mine, WIN]) + pairs.truth[mine, TIE] / 2
    corrected: Estimate | Refused = Refused("no pair is rated", f"rate {LEAST_RATED} pairs", "win rate", LEAST_RATED)
    if rated.size:
        corrected = corrected_mean(
            said[inside],
            said[rated],
            win,
            inclusion=None if pairs.inclusion is None else pairs.inclusion[mine],
            clusters=pairs.questions[rated],
            pool_clusters=pairs.questions[inside],
            level=level,
        )
    return Tally(
        a=a,
        b=b,
        pairs=int(inside.sum()),
        wins=counts["a"],
        ties=counts["tie"],
        losses=counts["b"],
        differ=counts[ORDERS_DIFFER],
        abstained=counts[ABSTAINED],
        rated=int(rated.size),
        raw=(counts["a"] + (counts["tie"] + counts[ORDERS_DIFFER]) / 2) / scored if scored else None,
        corrected=corrected,
        p=p,
    )
