"""The pool: every item a judge was asked about on one criterion, as arrays."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson
from sqlalchemy import select

from judge.records import field_of
from judge.rubric.repeats import JUDGE, REPEATS, Asked
from judge.scales import Level
from judge.scores import Reason
from judge.stats.strata import ABSTAINED
from judge.store import datasets, judges
from judge.store.orders import one_of, repeats_of
from judge.store.tables import JUDGEMENT, RECORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from judge.rubric.schema import Criterion
    from judge.store.database import Database
    from judge.store.runs import Run

UNRATABLE: Final = "missing"
"""The stratum of items that lack what the rubric reads: neither judge nor people can score them."""

CHUNK: Final = 20_000

_COLUMNS: Final = ("key", "score", "reason", "conversation", "probabilities", "contested", "repeat")
"""What is read of a judgement, in this order."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What one judge said on one criterion, item by item; items the question does not apply to are left out.

    Attributes:
        keys: Row keys of the records, ascending, shape (N,).
        scores: The score's name, `ABSTAINED` or `UNRATABLE`, shape (N,); on interval scales the score as text.
        numbers: The score's number, NaN where abstained or where the scale has none, shape (N,).
        probability: The judge's probability of a positive value, NaN where it gives none, shape (N,).
        clusters: A number for each conversation (a record without one is its own), shape (N,).
        slices: Field -> its value for each item, shape (N,).
        abstained: Reason -> items.
        not_applicable: Items that the judge said the question does not apply to; they are not among the arrays.
        reasons: Why there is no score, None where there is one, shape (N,).
        certain: Where the probabilities come from, or why there are none -> items with a score.
        repeats: Most replies that a probability is the share of; 0 where the judge gave them all itself.
        contested: Items on which the judge says something else once the suspicious spans are cut.
    """

    keys: NDArray[np.int64]
    scores: NDArray[np.object_]
    numbers: NDArray[np.float64]
    probability: NDArray[np.float64]
    clusters: NDArray[np.int64]
    slices: dict[str, NDArray[np.object_]]
    abstained: dict[str, int]
    not_applicable: int
    reasons: NDArray[np.object_]
    certain: dict[str, int] = field(default_factory=dict)
    repeats: int = 0
    contested: int = 0

    def met(self, items: NDArray[np.intp]) -> Pool:
        """The pool once ratings have met it: where people rated items that lack something, all such can be rated."""
        if not (self.scores[items] == UNRATABLE).any():
            return self
        return replace(self, scores=np.where(self.scores == UNRATABLE, ABSTAINED, self.scores))

    @property
    def size(self) -> int:
        """How many items."""
        return int(self.keys.size)

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Which items have a score, shape (N,)."""
        return np.array((self.scores != ABSTAINED) & (self.scores != UNRATABLE), dtype=np.bool_)

    @property
    def ratable(self) -> NDArray[np.bool_]:
        """Which items have all that the rubric reads, shape (N,)."""
        return np.array(self.scores != UNRATABLE, dtype=np.bool_)

    @property
    def has_conversations(self) -> bool:
        """Whether some items belong together."""
        # Only numbers below 0 can stand for several items; the many others need no look.
        shared = self.clusters[self.clusters < 0]
        return bool(np.unique(shared).size < shared.size)

    def part(self, inside: NDArray[np.bool_]) -> Pool:
        """The items for which `inside` holds, shape (N,)."""
        if inside.all():
            return self
        return replace(
            self,
            keys=self.keys[inside],
            scores=self.scores[inside],
            numbers=self.numbers[inside],
            probability=self.probability[inside],
            clusters=self.clusters[inside],
            slices={name: values[inside] for name, values in self.slices.items()},
            reasons=self.reasons[inside],
        )


def read_pool(db: Database, run: Run, fingerprint: str, criterion: Criterion, *, by: Sequence[str] = ()) -> Pool:
    """Read a run's first judgement of every record on a criterion; of a pair, what both orders agree on.

    Args:
        db: The database.
        run: The run.
        fingerprint: The judge's.
        criterion: The criterion.
        by: Fields to slice by: a record's own, or keys of its metadata.
    """
    content = judges.find(db, fingerprint).content
    asked, first = Asked.by(run.settings), repeats_of(content)
    mine = [
        JUDGEMENT.c.run_id == run.id,
        JUDGEMENT.c.fingerprint == fingerprint,
        JUDGEMENT.c.criterion == criterion.name,
    ]
    if asked.often == 1:
        mine.append(JUDGEMENT.c.repeat.in_(first))
    columns = (JUDGEMENT.c.record_id, JUDGEMENT.c.score, JUDGEMENT.c.reason, RECORD.c.conversation)
    marks = (JUDGEMENT.c.contested, JUDGEMENT.c.repeat)
    # JSON is parsed here, and only where a probability can be of use: a million documents take their time.
    raw = JUDGEMENT.c.probabilities.cast(_text())
    query = select(*columns, raw, *marks).join(RECORD, JUDGEMENT.c.record_id == RECORD.c.id).where(*mine)
    filling = _Filling(criterion, asked)
    with db.read() as connection:
        ordered = query.order_by(JUDGEMENT.c.record_id, JUDGEMENT.c.repeat)
        rows = connection.execution_options(yield_per=CHUNK).execute(ordered)
        filling.add(_items(rows, first) if len(first) > 1 or asked.often > 1 else ((row, (row[1],)) for row in rows))
    pool = filling.pool()
    return _sliced(db, pool, by) if by else pool


def _text() -> Any:
    from sqlalchemy import Text  # noqa: PLC0415 - beside its one use

    return Text


def _items(rows: Iterable[Any], first: tuple[int, ...]) -> Iterator[tuple[tuple[Any, ...], list[str | None]]]:
    """Each item's first judgement, or what both orders of a pair agree on, with the scores of all its repeats."""
    for _, group in groupby(rows, key=itemgetter(0)):
        every = [dict(zip(_COLUMNS, row, strict=True)) for row in group]
        heads = [row | {"probabilities": _parsed(row["probabilities"])} for row in every if row["repeat"] in first]
        if heads:
            head = one_of(heads) if len(first) > 1 else heads[0]
            yield tuple(head.values()), [row["score"] for row in every]


def _parsed(raw: str | None) -> dict[str, float] | None:
    return orjson.loads(raw) if raw and raw != "null" else None


class _Filling:
    """The arrays while rows come in."""

    def __init__(self, criterion: Criterion, asked: Asked) -> None:
        scale = criterion.scale
        self._asked = asked
        self._positive = scale.positive
        self._numeric = scale.level in {Level.ORDINAL, Level.INTERVAL, Level.BINARY}
        self._scale = scale
        self._numbers_of: dict[str, float] = {}
        self.keys: list[int] = []
        self.scores: list[str] = []
        self.numbers: list[float] = []
        self.probability: list[float] = []
        self.clusters: list[int] = []
        self.reasons: list[str | None] = []
        self.abstained: dict[str, int] = {}
        self.not_applicable = 0
        self.certain: Counter[str] = Counter()
        self.repeats = 0
        self.contested = 0
        self._conversations: dict[str, int] = {}

    def add(self, items: Iterable[tuple[Any, Sequence[str | None]]]) -> None:
        for (key, score, reason, conversation, raw, contested, _), scores in items:
            self.contested += contested is not None
            if reason == Reason.NOT_APPLICABLE:
                self.not_applicable += 1
                continue
            if reason is not None:
                self.abstained[reason] = self.abstained.get(reason, 0) + 1
            self.keys.append(key)
            self.reasons.append(reason)
            unscored = UNRATABLE if reason == Reason.MISSING_FIELD else ABSTAINED
            self.scores.append(unscored if score is None else score)
            self.numbers.append(np.nan if score is None else self._number(score))
            self.probability.append(self._chance(score, raw, scores))
            # Conversations get numbers below 0, records on their own keep their key: the two never meet.
            number = (
                key
                if conversation is None
                else self._conversations.setdefault(conversation, -1 - len(self._conversations))
            )
            self.clusters.append(number)

    def _number(self, score: str) -> float:
        if not self._numeric:
            return np.nan
        if score not in self._numbers_of:
            interval = self._scale.level is Level.INTERVAL
            self._numbers_of[score] = self._scale.number(float(score) if interval else score)
        return self._numbers_of[score]

    def _chance(self, score: str | None, raw: str | dict[str, float] | None, scores: Sequence[str | None]) -> float:
        given = _parsed(raw) if isinstance(raw, str) else raw
        found = self._asked.certainty(self._scale, score, given or {}, scores)
        if score is not None:
            self.certain[str(found.absent or (REPEATS if found.repeats else JUDGE))] += 1
            self.repeats = max(self.repeats, found.repeats)
        known = [found.values[value] for value in self._positive if value in found.values]
        return float(sum(known)) if known else np.nan

    def pool(self) -> Pool:
        return Pool(
            keys=np.array(self.keys, dtype=np.int64),
            scores=np.array(self.scores, dtype=np.object_),
            numbers=np.array(self.numbers, dtype=np.float64),
            probability=np.array(self.probability, dtype=np.float64),
            clusters=np.array(self.clusters, dtype=np.int64),
            slices={},
            abstained=self.abstained,
            not_applicable=self.not_applicable,
            reasons=np.array(self.reasons, dtype=np.object_),
            certain=dict(self.certain),
            repeats=self.repeats,
            contested=self.contested,
        )


def _sliced(db: Database, pool: Pool, by: Sequence[str]) -> Pool:
    values: dict[str, list[str]] = {name: [] for name in by}
    for start in range(0, pool.size, datasets.CHUNK):
        keys = [int(key) for key in pool.keys[start : start + datasets.CHUNK]]
        records = datasets.fetch(db, keys)
        for name in by:
            values[name] += [_shown(field_of(records[key], name)) for key in keys]
    pool.slices.update({name: np.array(found, dtype=np.object_) for name, found in values.items()})
    return pool


def _shown(value: Any) -> str:
    return "(none)" if value is None else str(value)
