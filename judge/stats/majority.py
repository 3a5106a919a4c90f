"""Majority and gold: one value an item from many ratings, and none where the raters do not decide."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from judge.errors import UsageError
from judge.stats.ratings import MISSING, Ratings, read_ratings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Majority:
    """What most raters said of each unit.

    Attributes:
        codes: Place of the commonest value in `values`, shape (units,); `MISSING` where it is tied or nobody rated.
        values: The values in order.
        share: Share of the unit's ratings that gave a commonest value, shape (units,); 0 where nobody rated.
        tied: Where two or more values are equally common, shape (units,): no gold, never guessed.
    """

    codes: NDArray[np.intp]
    values: NDArray[Any]
    share: NDArray[np.float64]
    tied: NDArray[np.bool_]


class Source(StrEnum):
    """Where an item's gold comes from."""

    ADJUDICATED = "adjudicated"
    UNANIMOUS = "unanimous"
    MAJORITY = "majority"
    SINGLE = "single"
    TIED = "tied"
    UNRATED = "unrated"


@dataclass(frozen=True, slots=True)
class Gold:
    """One value an item, and where it comes from.

    Attributes:
        codes: Place of the gold value in `values`, shape (units,), `MISSING` where there is none.
        values: The values in order.
        sources: Why each unit has the gold it has, or none.
    """

    codes: NDArray[np.intp]
    values: NDArray[Any]
    sources: tuple[Source, ...]


def majority(ratings: ArrayLike | Ratings, *, values: Sequence[Any] | NDArray[Any] | None = None) -> Majority:
    """The commonest value of each unit (a plurality counts), and no value where it is tied.

    Args:
        ratings: Shape (units, raters); missing where NaN, None or empty.
        values: The values in order.
    """
    table = read_ratings(ratings, values)
    if table.values.size == 0:
        empty = np.zeros(len(table.codes))
        return Majority(np.full(empty.size, MISSING), table.values, empty, empty > 0)
    most = table.counts.max(axis=1)
    tied = (most > 0) & ((table.counts == most[:, None]).sum(axis=1) > 1)
    codes = np.where((most > 0) & ~tied, table.counts.argmax(axis=1), MISSING)
    return Majority(codes, table.values, most / np.maximum(table.per_unit, 1), tied)


def gold(
    ratings: ArrayLike | Ratings,
    adjudicated: ArrayLike | None = None,
    *,
    values: Sequence[Any] | NDArray[Any] | None = None,
) -> Gold:
    """Gold by precedence: the adjudicated rating if there is one, else what all or most raters said, else none.

    Args:
        ratings: Shape (units, raters), the adjudicator's not among them; missing where NaN, None or empty.
        adjudicated: The adjudicator's values, shape (units,), missing likewise.
        values: The values in order; unless given, those that occur in either.

    Raises:
        UsageError: There is not one adjudicated value (or a missing one) a unit, or a value is not allowed.
    """
    plain = ratings.codes if isinstance(ratings, Ratings) else np.asarray(ratings)
    last = np.full(len(plain), None) if adjudicated is None else np.asarray(adjudicated)
    if last.shape != (len(plain),):
        raise UsageError(f"there are {len(plain)} units and adjudicated values of shape {last.shape}")
    if isinstance(ratings, Ratings):
        table, final = ratings, read_ratings(last[:, None], ratings.values).codes[:, 0]
    else:
        both = read_ratings(np.column_stack([plain.astype(object), last.astype(object)]), values)
        table, final = Ratings(both.codes[:, :-1], both.values), both.codes[:, -1]
    most = majority(table)
    codes = np.where(final >= 0, final, most.codes)
    sources = tuple(_source(*unit) for unit in zip(final >= 0, most.tied, table.per_unit, most.share, strict=True))
    return Gold(codes, table.values, sources)


def _source(adjudicated: bool, tied: bool, count: float, share: float) -> Source:  # noqa: FBT001 - one column each
    if adjudicated:
        return Source.ADJUDICATED
    if tied:
        return Source.TIED
    if count <= 1:
        return Source.SINGLE if count else Source.UNRATED
    return Source.UNANIMOUS if share == 1 else Source.MAJORITY
