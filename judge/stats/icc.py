"""The intraclass correlation: agreement on an interval scale as a share of variance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from judge.errors import UsageError
from judge.stats.intervals import Estimate, Refused

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Form = Literal["1,1", "2,1", "3,1", "1,k", "2,k", "3,k"]

LEAST_UNITS = 5
"""Items rated by everybody that are needed: with fewer the F limits span nearly the whole scale."""


@dataclass(frozen=True, slots=True)
class _Squares:
    """Mean squares of a complete table of n units by k raters (Shrout and Fleiss 1979, table 3)."""

    n: int
    k: int
    units: float
    raters: float
    within: float
    residual: float


def icc(ratings: ArrayLike, form: Form = "2,1", *, level: float = 0.95) -> Estimate | Refused:
    """An intraclass correlation with its F limits.

    ICC(1,·): each unit has raters of its own. ICC(2,·): the same raters, drawn from many; differences in their severity
    count as error. ICC(3,·): just these raters; only consistency counts. "1" is one rater, "k" the mean of all k.
    Shrout and Fleiss (1979), Psychol Bull 86: 420-428, with limits from their pp. 424-426, which are those of McGraw
    and Wong (1996), Psychol Methods 1: 30-46, tables 4 and 7. The limits assume normal ratings from independent units.

    Args:
        ratings: Numbers, shape (units, raters), NaN where missing; units not rated by everybody are left out.
        form: Which of the six.
        level: Confidence level.

    Returns:
        The estimate; `n` counts complete units. Refused with fewer than two raters or five complete units, where
        nothing varies, and where nobody ever deviated (the F ratio is then infinite).

    Raises:
        UsageError: There is no such form, or the ratings are no table of numbers.
    """
    if form not in {"1,1", "2,1", "3,1", "1,k", "2,k", "3,k"}:
        raise UsageError(f"there is no ICC({form})", hint="use 1,1 2,1 3,1 1,k 2,k or 3,k")
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2:  # noqa: PLR2004 - units by raters
        raise UsageError(f"ratings are a table of units by raters, found {table.ndim} dimensions")
    table = table[~np.isnan(table).any(axis=1)]
    method = f"ICC({form}); F limits"
    refused = _undefined(table, method)
    if refused:
        return refused
    squares = _mean_squares(table)
    if squares.residual <= 1e-12 * squares.units or (form[0] == "1" and squares.within <= 1e-12 * squares.units):
        return Refused(
            "undefined: the raters never deviate from one another, so the F ratio is infinite",
            "report Krippendorff's alpha (interval), whose lower limit holds where nobody disagreed",
            method,
        )
    value, low, high = {"1": _one_way, "2": _two_way_random, "3": _two_way_mixed}[form[0]](squares, level)
    if form[2] == "k":
        value, low, high = (_stepped_up(x, squares.k) for x in (value, low, high))
    return Estimate(value, min(low, value), max(high, value), level, squares.n, method)


def _undefined(table: NDArray[np.float64], method: str) -> Refused | None:
    n, k = table.shape
    if k < 2:  # noqa: PLR2004 - agreement is between two
        return Refused("fewer than two raters", "have a second person rate the same items", method)
    if n < LEAST_UNITS:
        more = LEAST_UNITS - n
        return Refused(
            f"too few units: {n} items rated by everybody", f"have everybody rate {more} more items", method, more=more
        )
    if np.ptp(table) == 0:
        return Refused(
            f"undefined: every rating is {table[0, 0]:g}, so there is no variance to share",
            "rate items on which the answer can be expected to differ",
            method,
        )
    return None


def _mean_squares(table: NDArray[np.float64]) -> _Squares:
    n, k = table.shape
    grand = table.mean()
    unit_means, rater_means = table.mean(axis=1), table.mean(axis=0)
    between = k * float(np.sum((unit_means - grand) ** 2))
    raters = n * float(np.sum((rater_means - grand) ** 2))
    within = float(np.sum((table - unit_means[:, None]) ** 2))
    return _Squares(
        n=n,
        k=k,
        units=between / (n - 1),
        raters=raters / (k - 1),
        within=within / (n * (k - 1)),
        residual=max(within - raters, 0.0) / ((n - 1) * (k - 1)),
    )


def _one_way(s: _Squares, level: float) -> tuple[float, float, float]:
    """ICC(1,1) = (MSB - MSW)/(MSB + (k-1) MSW)."""
    return _from_ratio(s.units / s.within, s.k, s.n - 1, s.n * (s.k - 1), level)


def _two_way_mixed(s: _Squares, level: float) -> tuple[float, float, float]:
    """ICC(3,1) = (MSB - MSE)/(MSB + (k-1) MSE)."""
    return _from_ratio(s.units / s.residual, s.k, s.n - 1, (s.n - 1) * (s.k - 1), level)


def _from_ratio(f: float, k: int, above: float, below: float, level: float) -> tuple[float, float, float]:
    low, high = f / _f_value(above, below, level), f * _f_value(below, above, level)
    value, least, most = ((x - 1) / (x + k - 1) for x in (f, low, high))
    return value, least, most


def _two_way_random(s: _Squares, level: float) -> tuple[float, float, float]:
    """ICC(2,1) = (MSB - MSE)/(MSB + (k-1) MSE + k (MSJ - MSE)/n); limits with Satterthwaite's degrees of freedom."""
    n, k = s.n, s.k
    value = (s.units - s.residual) / (s.units + (k - 1) * s.residual + k * (s.raters - s.residual) / n)
    spread = n * (1 + (k - 1) * value) - k * value
    ratio = s.raters / s.residual
    degrees = (k - 1) * (n - 1) * (k * value * ratio + spread) ** 2 / ((n - 1) * (k * value * ratio) ** 2 + spread**2)
    error = k * s.raters + (k * n - k - n) * s.residual
    upper, lower = _f_value(n - 1, degrees, level), _f_value(degrees, n - 1, level)
    low = n * (s.units - upper * s.residual) / (upper * error + n * s.units)
    high = n * (lower * s.units - s.residual) / (error + n * lower * s.units)
    return value, low, high


def _stepped_up(value: float, k: int) -> float:
    """Spearman and Brown: reliability of the mean of k raters."""
    return k * value / (1 + (k - 1) * value)


def _f_value(above: float, below: float, level: float) -> float:
    from scipy.special import fdtri  # noqa: PLC0415 - keeps this module light until limits are asked for

    return float(fdtri(above, below, (1 + level) / 2))
