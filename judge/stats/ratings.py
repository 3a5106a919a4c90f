"""Ratings as a table: units by raters, holes allowed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from judge.errors import UsageError
from judge.stats.intervals import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

MISSING = -1
"""The code of a rating that is not there."""


@dataclass(frozen=True)
class Ratings:
    """Who gave which value to which unit.

    Attributes:
        codes: Place of each rating in `values`, shape (units, raters), `MISSING` where there is none.
        values: The values a rating can take, in order, shape (values,).
    """

    codes: NDArray[np.intp]
    values: NDArray[Any]

    @cached_property
    def counts(self) -> NDArray[np.float64]:
        """How many raters gave each value to each unit, shape (units, values)."""
        units = len(self.codes)
        width = self.values.size + 1
        cells = self.codes + 1 + width * np.arange(units)[:, None]
        return np.bincount(cells.ravel(), minlength=units * width).reshape(units, width)[:, 1:].astype(np.float64)

    @cached_property
    def per_unit(self) -> NDArray[np.float64]:
        """Ratings of each unit, shape (units,)."""
        return np.asarray(self.counts.sum(axis=1))

    @cached_property
    def pairable(self) -> NDArray[np.bool_]:
        """Which units have two ratings or more, shape (units,): only they can show agreement."""
        return self.per_unit >= 2  # noqa: PLR2004 - a pair has two

    @cached_property
    def paired(self) -> NDArray[np.float64]:
        """The counts of the pairable units, shape (pairable units, values)."""
        return self.counts[self.pairable]

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """Prevalence: the share of each value among the ratings of pairable units, shape (values,)."""
        total = self.paired.sum(axis=0)
        return np.asarray(total / max(total.sum(), 1.0))

    @property
    def commonest(self) -> str:
        """The commonest value among the ratings of pairable units, as a person would write it."""
        return shown(self.values[int(np.argmax(self.shares))])

    @cached_property
    def rare(self) -> NDArray[np.float64]:
        """Share of each pairable unit's ratings that are not the commonest value, shape (pairable units,)."""
        commonest = int(np.argmax(self.shares))
        return np.asarray(1 - self.paired[:, commonest] / self.paired.sum(axis=1))

    @property
    def agreed(self) -> bool:
        """Whether no unit was given two different values."""
        return not bool(np.any((self.paired > 0).sum(axis=1) > 1))

    @property
    def split(self) -> float:
        """The largest share of a pairable unit's pairs of ratings that can differ between two values."""
        m = self.paired.sum(axis=1)
        return float(np.max(2 * np.floor(m / 2) * np.ceil(m / 2) / (m * (m - 1))))

    def select(self, rows: NDArray[Any]) -> Ratings:
        """The ratings of some units, with the same values."""
        return Ratings(self.codes[rows], self.values)

    def undefined(self, method: str) -> Refused | None:
        """Why no agreement beyond chance can be computed from these ratings, if so."""
        if (self.codes >= 0).any(axis=0).sum() < 2:  # noqa: PLR2004 - agreement is between two
            return Refused("fewer than two raters gave ratings", "have a second person rate the same items", method)
        if not self.pairable.any():
            return Refused("no item was rated by two raters", "have some items rated by two people each", method)
        if np.count_nonzero(self.shares) < 2:  # noqa: PLR2004 - one category does not vary
            return Refused(
                f"undefined: every rating is {self.commonest}, so chance alone would agree as well",
                "rate items on which the answer can be expected to differ",
                method,
            )
        return None


def read_ratings(ratings: ArrayLike | Ratings, values: Sequence[Any] | NDArray[Any] | None = None) -> Ratings:
    """A table of ratings from an array.

    Args:
        ratings: Numbers or names, shape (units, raters); missing where NaN, None or (in arrays of names) empty.
        values: The values a rating can take, in order; unless given, those that occur, sorted. Give them wherever the
            scale has values nobody used or names whose order is not alphabetical.

    Raises:
        UsageError: The array is not two-dimensional, or holds a value that is not among `values`.
    """
    if isinstance(ratings, Ratings):
        return ratings
    table = np.asarray(ratings)
    if table.ndim != 2:  # noqa: PLR2004 - units by raters
        raise UsageError(
            f"ratings are a table of units by raters, found {table.ndim} dimensions",
            hint="pass an array of shape (units, raters)",
        )
    missing = _missing(table)
    present = table[~missing]
    domain = _distinct(present) if values is None else np.asarray(values)
    order = np.argsort(domain, kind="stable")
    place = np.searchsorted(domain[order], present)
    code = order[np.minimum(place, domain.size - 1)] if domain.size else np.zeros(0, dtype=np.intp)
    wrong = domain[code] != present if domain.size else np.zeros(present.size, dtype=bool)
    if np.any(wrong) or (present.size and not domain.size):
        found = present[np.argmax(wrong)] if domain.size else present[0]
        raise UsageError(
            f"{shown(found)} is not among the values {', '.join(map(shown, domain))}",
            hint="list every value the scale allows, or mark the rating as missing",
        )
    codes = np.full(table.shape, MISSING, dtype=np.intp)
    codes[~missing] = code
    return Ratings(codes, domain)


def _distinct(present: NDArray[Any]) -> NDArray[Any]:
    try:
        return np.unique(present)
    except TypeError as error:
        kinds = sorted({type(value).__name__ for value in present})
        raise UsageError(
            f"the ratings mix {' and '.join(kinds)}, which have no common order",
            hint="write every rating as a number or every one as a name, or list `values`",
        ) from error


def side_by_side(judge: ArrayLike, humans: ArrayLike, values: Sequence[Any] | NDArray[Any] | None = None) -> Ratings:
    """One table with the judge in the first column and people in the others.

    Args:
        judge: The judge's values, shape (units,).
        humans: People's values, shape (units, annotators).
        values: The values in order.

    Raises:
        UsageError: The shapes do not fit, or a value is not allowed.
    """
    ours, theirs = np.asarray(judge), np.asarray(humans)
    if theirs.ndim != 2 or ours.shape != theirs.shape[:1]:  # noqa: PLR2004 - units by annotators
        raise UsageError(
            f"judge's values of shape {ours.shape} do not fit people's values of shape {theirs.shape}",
            hint="pass arrays of shape (units,) and (units, annotators)",
        )
    if ours.dtype.kind != theirs.dtype.kind:
        ours, theirs = ours.astype(object), theirs.astype(object)
    return read_ratings(np.column_stack([ours, theirs]), values)


def shown(value: object) -> str:
    """A value as a person would write it: 3 rather than 3.0."""
    return f"{value:g}" if isinstance(value, float | np.floating) else str(value)


def _missing(table: NDArray[Any]) -> NDArray[np.bool_]:
    if table.dtype.kind == "f":
        return np.asarray(np.isnan(table))
    if table.dtype.kind == "U":
        return np.asarray(table == "")
    if table.dtype.kind == "O":
        flags = [x is None or x == "" or (isinstance(x, float) and math.isnan(x)) for x in table.ravel()]
        return np.array(flags, dtype=bool).reshape(table.shape)
    return np.zeros(table.shape, dtype=bool)
