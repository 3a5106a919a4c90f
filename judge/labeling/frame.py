"""The frame: the records a study can draw from, with what is known of each before anybody rates it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import select

from judge.errors import NotFoundError, UsageError
from judge.rubric.pairs import ORDERS_DIFFER
from judge.rubric.repeats import Asked
from judge.scales import Level
from judge.scores import Reason
from judge.store import datasets, judgements, judges
from judge.store.tables import JUDGEMENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from judge.records import Record
    from judge.rubric.schema import Criterion, Rubric
    from judge.run.selection import Condition
    from judge.scales import Scale
    from judge.store.database import Database
    from judge.store.datasets import Dataset
    from judge.store.runs import Run

ABSTAINED: Final = "abstained"
NOT_APPLICABLE: Final = "not applicable"
DIFFER: Final = "differ"
AGREE: Final = "agree"
CONTESTED: Final = "contested"
UNCONTESTED: Final = "uncontested"

INTERVAL_STRATA: Final = 5
"""An interval scale has no strata of its own: its scores are cut at their quintiles."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The records a study can draw from.

    Attributes:
        keys: Row keys of the records, ascending, shape (N,).
        clusters: A number for each conversation; a record without one is its own, shape (N,).
        missing: Field the rubric reads -> records that lack it and cannot be rated; they are not in the frame.
    """

    keys: NDArray[np.int64]
    clusters: NDArray[np.int64]
    missing: Mapping[str, int]

    @property
    def size(self) -> int:
        """How many records."""
        return int(self.keys.size)

    def only(self, keys: NDArray[np.int64]) -> Frame:
        """The part of it that is among these records."""
        kept = np.isin(self.keys, keys)
        return Frame(self.keys[kept], self.clusters[kept], self.missing)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one judge said of the records of a frame on one criterion, in the frame's order.

    Attributes:
        keys: Row keys of the records it was asked about, ascending.
        outcomes: Score, `ABSTAINED`, `NOT_APPLICABLE` or `ORDERS_DIFFER` for each, as text, shape (N,).
        uncertainty: From 0 to 1 for each, NaN where the judge gave no probabilities, shape (N,).
        contested: Whether a second look without suspicious spans came to something else, shape (N,).
    """

    keys: NDArray[np.int64]
    outcomes: NDArray[np.object_]
    uncertainty: NDArray[np.float64]
    contested: NDArray[np.bool_]


def read_frame(db: Database, dataset: Dataset, rubric: Rubric, where: Sequence[Condition] = ()) -> Frame:
    """Every record of a data set that meets the conditions and can be asked what the rubric asks."""
    keys: list[int] = []
    clusters: list[int] = []
    missing: Counter[str] = Counter()
    conversations: dict[str, int] = {}
    for chunk in datasets.chunks(db, dataset):
        for key, record in chunk:
            if not all(condition.meets(record) for condition in where):
                continue
            lacks = next((name for name in rubric.reads if not has(record, name, rubric)), None)
            if lacks is not None:
                missing[lacks] += 1
                continue
            keys.append(key)
            # Conversations get numbers below 0, records on their own keep their key: the two never meet.
            named = record.conversation
            number = -1 - len(conversations)
            clusters.append(key if named is None else conversations.setdefault(named, number))
    return Frame(np.array(keys, dtype=np.int64), np.array(clusters, dtype=np.int64), dict(missing))


def has(record: Record, name: str, rubric: Rubric) -> bool:
    """Whether a record has a field, or may do without."""
    return name in rubric.optional or record.read(name) is not None


def read_opinion(db: Database, run: Run, rubric: Rubric, criterion: Criterion) -> Opinion:
    """The first judgement of every record in a run; of a pair, what both orders come to.

    Raises:
        NotFoundError: The run asked no judge this question.
    """
    asked = [judges.find(db, fingerprint) for fingerprint in run.fingerprints]
    mine = [judge for judge in asked if judge.rubric.name == rubric.name]
    if not mine:
        named = ", ".join(sorted({judge.rubric.name for judge in asked})) or "no rubric"
        raise NotFoundError(
            f"run {run.id} has no judgements of {rubric.name}: it used {named}",
            where="--run",
            hint=f"judge run {run.dataset} --rubric {rubric.name} --judge MODEL, or draw with --design uniform",
        )
    rows = list(judgements.rows(db, run, mine[0].fingerprint, criterion.name))
    how, scale = Asked.by(run.settings), criterion.scale
    said = judgements.repeats(db, run, mine[0].fingerprint, criterion.name) if how.often > 1 else {}
    unsure = [
        _entropy(
            row["score"],
            how.certainty(scale, row["score"], row["probabilities"] or {}, said.get(row["record_id"], ())).values,
            scale,
        )
        for row in rows
    ]
    return Opinion(
        keys=np.array([row["record_id"] for row in rows], dtype=np.int64),
        outcomes=np.array([_outcome(row["score"], row["reason"]) for row in rows], dtype=np.object_),
        uncertainty=np.array(unsure, dtype=np.float64),
        contested=np.array([row["contested"] is not None for row in rows], dtype=np.bool_),
    )


def judged_keys(db: Database, runs: Sequence[Run], keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those among these records that every one of the runs judged, whatever it asked."""
    for run in runs:
        query = select(JUDGEMENT.c.record_id).where(JUDGEMENT.c.run_id == run.id).distinct()
        with db.read() as connection:
            keys = np.intersect1d(keys, np.fromiter(connection.scalars(query), dtype=np.int64))
    return keys


def score_strata(opinion: Opinion, criterion: Criterion) -> NDArray[np.object_]:
    """The stratum of each record: the judge's score, or the fifth of its scores on an interval scale."""
    if criterion.scale.level is not Level.INTERVAL:
        return opinion.outcomes
    scored = ~np.isin(opinion.outcomes, [ABSTAINED, NOT_APPLICABLE])
    strata = opinion.outcomes.copy()
    numbers = opinion.outcomes[scored].astype(np.float64)
    if numbers.size:
        cuts = np.unique(np.quantile(numbers, np.linspace(0, 1, INTERVAL_STRATA + 1)[1:-1]))
        strata[scored] = [f"fifth {1 + place}" for place in np.searchsorted(cuts, numbers)]
    return strata


def uncertainties(opinion: Opinion) -> NDArray[np.float64]:
    """How uncertain the judge was of each record, from 0 to 1; 1 where it gave no probabilities.

    Raises:
        UsageError: It never gave any.
    """
    known = ~np.isnan(opinion.uncertainty)
    if not known.any():
        raise UsageError(
            "this judge gives no probabilities, so its uncertainty is not known",
            where="--design",
            hint="draw with --design stratified, or judge once more with --repeat 5 at a temperature above 0",
        )
    return np.where(known, opinion.uncertainty, 1.0)


def disagreement(first: Opinion, second: Opinion) -> NDArray[np.object_]:
    """Whether two judges say the same of each record: `DIFFER` or `AGREE`; the opinions must be of the same records."""
    return np.where(first.outcomes == second.outcomes, AGREE, DIFFER).astype(np.object_)


def contestedness(opinion: Opinion) -> NDArray[np.object_]:
    """Whether a judgement is contested: `CONTESTED` or `UNCONTESTED` for each record.

    Raises:
        UsageError: None is.
    """
    if not opinion.contested.any():
        raise UsageError(
            "no judgement of this run is contested",
            where="--design",
            hint="judge run ... --recheck-suspicious gives flagged records a second look; or draw by another design",
        )
    return np.where(opinion.contested, CONTESTED, UNCONTESTED).astype(np.object_)


def shared(opinions: Sequence[Opinion], keys: NDArray[np.int64]) -> tuple[list[Opinion], NDArray[np.int64]]:
    """The opinions on the records of `keys` that all of them have, and the row keys of those."""
    for opinion in opinions:
        keys = np.intersect1d(keys, opinion.keys)
    places = [np.searchsorted(opinion.keys, keys) for opinion in opinions]
    cut = [
        Opinion(keys, opinion.outcomes[place], opinion.uncertainty[place], opinion.contested[place])
        for opinion, place in zip(opinions, places, strict=True)
    ]
    return cut, keys


def _outcome(score: str | None, reason: str | None) -> str:
    if score is not None:
        return score
    known = {str(Reason.NOT_APPLICABLE): NOT_APPLICABLE, str(Reason.ORDERS_DIFFER): ORDERS_DIFFER}
    return known.get(reason or "", ABSTAINED)


def _entropy(score: str | None, probabilities: Mapping[str, float], scale: Scale) -> float:
    """Entropy of the judge's probabilities over the scale's values, as a share of its maximum."""
    if score is None or not probabilities or scale.level is Level.INTERVAL:
        return np.nan
    given = np.array([float(probabilities.get(name, 0.0)) for name in scale.names])
    total = given.sum()
    if not np.isfinite(total) or total <= 0:
        return np.nan
    share = given[given > 0] / total
    return float(-(share * np.log(share)).sum() / np.log(given.size))
