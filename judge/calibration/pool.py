"""The pool: every item a judge was asked about on one criterion, as arrays."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import chain, groupby, islice
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

_UNSCORED: Final = frozenset({ABSTAINED, UNRATABLE})

_NO_PROBABILITIES: Final = (None, "null")

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
    if asked.often <= 1:
        mine.append(JUDGEMENT.c.repeat.in_(first))
    columns = (JUDGEMENT.c.record_id, JUDGEMENT.c.score, JUDGEMENT.c.reason, RECORD.c.conversation)
    marks = (JUDGEMENT.c.contested, JUDGEMENT.c.repeat)
    # JSON is parsed here, and only where a probability can be of use: a million documents take their time.
    raw = JUDGEMENT.c.probabilities.cast(_text())
    query = select(*columns, raw, *marks).join(RECORD, JUDGEMENT.c.record_id == RECORD.c.id).where(*mine)
    filling = _Filling(criterion, asked)
    with db.read() as connection:
        ordered = query.order_by(JUDGEMENT.c.record_id, JUDGEMENT.c.repeat)
        # Whole chunks: asking for row after row takes twice the time.
        chunks = connection.execution_options(yield_per=CHUNK).execute(ordered).partitions()
        if len(first) > 1 or asked.often > 1:
            items = _items(chain.from_iterable(chunks), first)
            while some := list(islice(items, CHUNK)):
                filling.add(*zip(*some, strict=True))
        else:
            for rows in chunks:
                filling.add(rows)
    pool = filling.pool()
    return _sliced(db, pool, by) if by else pool


def _text() -> Any:
    from sqlalchemy import Text  # noqa: PLC0415 - beside its one use

    return Text


def _items(rows: Iterable[Any], first: tuple[int, ...]) -> Iterator[tuple[tuple[Any, ...], tuple[str | None, ...]]]:
    """Each item's first judgement, or what both orders of a pair agree on, with the scores of all its repeats."""
    for _, group in groupby(rows, key=itemgetter(0)):
        every = [dict(zip(_COLUMNS, row, strict=True)) for row in group]
        heads = [row | {"probabilities": _parsed(row["probabilities"])} for row in every if row["repeat"] in first]
        if heads:
            head = one_of(heads) if len(first) > 1 else heads[0]
            yield tuple(head.values()), tuple(row["score"] for row in every)


def _parsed(raw: str | None) -> dict[str, float] | None:
    return None if raw in _NO_PROBABILITIES else orjson.loads(raw)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a judgement's score and reason come to: a name, a number, why there is no score, its chance if said once."""

    name: str
    number: float
    reason: str | None
    alone: _Chance


@dataclass(frozen=True, slots=True)
class _Chance:
    """A probability of a positive value, where it comes from, and how many replies it is a share of."""

    value: float
    origin: str
    repeats: int


class _Filling:
    """The arrays while rows come in, chunk by chunk: a million judgements hold only a few kinds of answer."""

    def __init__(self, criterion: Criterion, asked: Asked) -> None:
        self._asked = asked
        self._scale = criterion.scale
        self._numeric = criterion.scale.level in {Level.ORDINAL, Level.INTERVAL, Level.BINARY}
        self._kinds: dict[tuple[str | None, str | None], int] = {}
        self._said: list[_Said] = []
        self._bare: dict[tuple[str | None, tuple[str | None, ...]], _Chance] = {}
        self._conversations: dict[str, int] = {}
        self._parts: list[tuple[NDArray[Any], ...]] = []
        self._not_applicable = 0
        self._certain: Counter[str] = Counter()
        self._repeats = 0
        self._contested = 0

    def add(self, heads: Sequence[Any], every: Sequence[tuple[str | None, ...]] | None = None) -> None:
        """Some rows of `_COLUMNS`, with the scores of all repeats of each where a question was asked more than once."""
        keys, scores, reasons, talks, raw, contested, _ = zip(*heads, strict=True)
        self._contested += len(contested) - contested.count(None)
        answers = list(zip(scores, reasons, strict=True))
        for answer in set(answers) - self._kinds.keys():
            self._meet(*answer)
        kinds = np.fromiter(map(self._kinds.__getitem__, answers), dtype=np.intp, count=len(answers))
        kept = kinds >= 0
        self._not_applicable += int(np.sum(~kept))
        bare = np.array([every is None and one in _NO_PROBABILITIES for one in raw], dtype=np.bool_)
        chances = np.full(kinds.size, np.nan)
        chances[kept & bare] = self._alone(kinds[kept & bare])
        for place in np.flatnonzero(kept & ~bare).tolist():
            score = scores[place]
            chances[place] = self._chance(score, raw[place], every[place] if every else (score,))
        own = np.array(keys, dtype=np.int64)
        self._parts.append(tuple(column[kept] for column in (own, kinds, chances, self._clusters(own, talks))))

    def _meet(self, score: str | None, reason: str | None) -> None:
        """A kind of answer not met before: its place among them, or -1 where the question does not apply."""
        if reason == Reason.NOT_APPLICABLE:
            self._kinds[score, reason] = -1
            return
        self._kinds[score, reason] = len(self._said)
        unscored = UNRATABLE if reason == Reason.MISSING_FIELD else ABSTAINED
        alone = self._found(score, {}, (score,))
        self._said.append(_Said(unscored if score is None else score, self._number(score), reason, alone))

    def _number(self, score: str | None) -> float:
        if score is None or not self._numeric:
            return np.nan
        return self._scale.number(float(score) if self._scale.level is Level.INTERVAL else score)

    def _alone(self, kinds: NDArray[np.intp]) -> NDArray[np.float64]:
        """The chances of answers that came once and without probabilities: one for each kind."""
        met, places, counts = np.unique(kinds, return_inverse=True, return_counts=True)
        said = [self._said[kind] for kind in met.tolist()]
        for one, count in zip(said, counts.tolist(), strict=True):
            if one.name not in _UNSCORED:
                self._certain[one.alone.origin] += count
        return np.array([one.alone.value for one in said], dtype=np.float64)[places]

    def _chance(self, score: str | None, raw: str | dict[str, float] | None, scores: tuple[str | None, ...]) -> float:
        given = _parsed(raw) if isinstance(raw, str) else raw
        found = None if given else self._bare.get((score, scores))
        if found is None:
            found = self._found(score, given or {}, scores)
            if not given and self._scale.level is not Level.INTERVAL:  # a million numbers are a million kinds
                self._bare[score, scores] = found
        if score is not None:
            self._certain[found.origin] += 1
            self._repeats = max(self._repeats, found.repeats)
        return found.value

    def _found(self, score: str | None, given: dict[str, float], scores: tuple[str | None, ...]) -> _Chance:
        found = self._asked.certainty(self._scale, score, given, scores)
        known = [found.values[value] for value in self._scale.positive if value in found.values]
        origin = str(found.absent or (REPEATS if found.repeats else JUDGE))
        return _Chance(float(sum(known)) if known else np.nan, origin, found.repeats)

    def _clusters(self, keys: NDArray[np.int64], talks: Sequence[str | None]) -> NDArray[np.int64]:
        """Conversations get numbers below 0, records on their own keep their key: the two never meet."""
        if not any(talk is not None for talk in talks):
            return keys
        numbers = self._conversations
        return np.array(
            [
                key if talk is None else numbers.setdefault(talk, -1 - len(numbers))
                for key, talk in zip(keys.tolist(), talks, strict=True)
            ],
            dtype=np.int64,
        )

    def pool(self) -> Pool:
        """The pool of all rows so far."""
        types = (np.int64, np.intp, np.float64, np.int64)
        parts = self._parts or [tuple(np.array([], dtype=kind) for kind in types)]
        keys, kinds, chances, clusters = (np.concatenate(column) for column in zip(*parts, strict=True))
        reasons = np.array([said.reason for said in self._said], dtype=np.object_)[kinds]
        return Pool(
            keys=keys,
            scores=np.array([said.name for said in self._said], dtype=np.object_)[kinds],
            numbers=np.array([said.number for said in self._said], dtype=np.float64)[kinds],
            probability=chances,
            clusters=clusters,
            slices={},
            abstained=dict(Counter(reason for reason in reasons.tolist() if reason is not None)),
            not_applicable=self._not_applicable,
            reasons=reasons,
            certain=dict(self._certain),
            repeats=self._repeats,
            contested=self._contested,
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
