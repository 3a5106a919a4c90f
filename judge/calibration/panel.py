"""The panel: what people said of the items of a pool, as arrays."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select

from judge.scores import Reason
from judge.store import ratings, tunings
from judge.store.tables import RATING, RECORD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from judge.rubric.schema import Criterion, Rubric
    from judge.store.database import Database
    from judge.store.datasets import Dataset


@dataclass(frozen=True, slots=True)
class Panel:
    """The ratings of one criterion that meet the judgements of a pool.

    Attributes:
        items: Place in the pool of each rated item, ascending, shape (n,).
        annotators: Names, shape (A,); the adjudicated ratings are not an annotator's.
        ratings: The values, None where missing, shape (n, A).
        again: What annotators said when they were shown an item a second time, None where they were not, shape (n, A).
        gold: The adjudicated value, None where there is none, shape (n,).
        inclusion: Probability with which each item was chosen; None where it is not stored for every item.
        elsewhere: Ratings of this rubric on records that this run has not judged.
        skipped: Ratings without a score.
        not_applicable: Items that most people say the question does not apply to; left out.
        older: Ratings under another wording of the rubric, which do not count.
    """

    items: NDArray[np.intp]
    annotators: tuple[str, ...]
    ratings: NDArray[np.object_]
    again: NDArray[np.object_]
    gold: NDArray[np.object_]
    inclusion: NDArray[np.float64] | None
    elsewhere: int
    skipped: int
    not_applicable: int
    older: int

    @property
    def size(self) -> int:
        """How many items have at least one rating."""
        return int(self.items.size)

    @property
    def settled(self) -> NDArray[np.bool_]:
        """Which items are adjudicated, shape (n,)."""
        return np.array([value is not None for value in self.gold], dtype=np.bool_)

    @property
    def rating(self) -> tuple[str, ...]:
        """Who rated what is not adjudicated."""
        given = self.ratings[~self.settled]
        return tuple(
            name for column, name in enumerate(self.annotators) if any(value is not None for value in given[:, column])
        )

    def part(self, inside: NDArray[np.bool_]) -> Panel:
        """The ratings of the pool's items for which `inside` holds, shape (N,), placed in that part of the pool."""
        kept = inside[self.items]
        place = np.cumsum(inside) - 1
        return replace(
            self,
            items=place[self.items[kept]],
            ratings=self.ratings[kept],
            again=self.again[kept],
            gold=self.gold[kept],
            inclusion=self.inclusion[kept] if self.inclusion is not None else None,
        )


def rated_keys(db: Database, dataset: Dataset, rubric: Rubric) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The records that somebody rated by a rubric, whether a judge has seen them or not.

    Returns:
        Row keys, ascending, and the number of each record's conversation (one without has its own), both shape (N,).
    """
    hashes = tunings.wordings(db, rubric.hash)
    query = (
        select(RECORD.c.id, RECORD.c.conversation)
        .where(
            RECORD.c.dataset_id == dataset.id,
            RECORD.c.id.in_(select(RATING.c.record_id).where(RATING.c.rubric_hash.in_(hashes))),
        )
        .order_by(RECORD.c.id)
    )
    with db.read() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    numbers: dict[str, int] = {}
    clusters = [key if name is None else numbers.setdefault(name, -1 - len(numbers)) for key, name in rows]
    return np.array([key for key, _ in rows], dtype=np.int64), np.array(clusters, dtype=np.int64)


def read_panel(
    db: Database,
    dataset: Dataset,
    rubric: Rubric,
    criterion: Criterion,
    keys: NDArray[np.int64],
    *,
    study: str | None = None,
) -> Panel:
    """Read the ratings in force for a criterion and bring them to items.

    Args:
        db: The database.
        dataset: The data set.
        rubric: The rubric as the judge used it: ratings under another wording do not count.
        criterion: The criterion.
        keys: Row keys of the items' records, ascending, shape (N,): those of a judge's pool, or `rated_keys`.
        study: Only ratings from this study; all if left out.
    """
    given: dict[int, dict[str, object]] = {}
    again: dict[int, dict[str, object]] = {}
    gold: dict[int, object] = {}
    inclusion: dict[int, float] = {}
    elsewhere = skipped = 0
    apart: Counter[int] = Counter()
    stream = ratings.stream(db, dataset, rubric, criterion=criterion.name, source=study, repeats=True)
    for key, _, rating in stream:
        place = _place(keys, key)
        if rating.repeat:
            if place is not None and rating.score is not None:
                again.setdefault(place, {})[rating.annotator] = rating.score
            continue
        if rating.abstention is not None:
            skipped += rating.abstention.reason is not Reason.NOT_APPLICABLE
            if place is not None and rating.abstention.reason is Reason.NOT_APPLICABLE:
                apart[place] += 1
            continue
        if place is None:
            elsewhere += 1
            continue
        if rating.gold:
            gold[place] = rating.score
        else:
            given.setdefault(place, {})[rating.annotator] = rating.score
        if rating.inclusion_probability is not None:
            inclusion[place] = rating.inclusion_probability
    left_out = {place for place, count in apart.items() if count > len(given.get(place, {})) and place not in gold}
    items = sorted((set(given) | set(gold)) - left_out)
    names = sorted({name for place in items for name in given.get(place, {})})
    return Panel(
        items=np.array(items, dtype=np.intp),
        annotators=tuple(names),
        ratings=_table(given, items, names),
        again=_table(again, items, names),
        gold=np.array([gold.get(place) for place in items], dtype=np.object_),
        inclusion=np.array([inclusion[p] for p in items]) if items and all(p in inclusion for p in items) else None,
        elsewhere=elsewhere,
        skipped=skipped,
        not_applicable=len(left_out),
        older=ratings.count_older(db, dataset, rubric, criterion.name),
    )


def _place(keys: NDArray[np.int64], key: int) -> int | None:
    """Where a record is among ascending keys; a dictionary of a million would take longer to fill than to ask."""
    place = int(np.searchsorted(keys, key))
    return place if place < keys.size and keys[place] == key else None


def _table(
    given: Mapping[int, Mapping[str, object]], items: Sequence[int], names: Sequence[str]
) -> NDArray[np.object_]:
    """What each annotator said of each item, None where nothing, shape (n, A)."""
    table = np.full((len(items), len(names)), None, dtype=np.object_)
    column = {name: number for number, name in enumerate(names)}
    for row, place in enumerate(items):
        for name, score in given.get(place, {}).items():
            if name in column:
                table[row, column[name]] = score
    return table
