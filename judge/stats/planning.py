"""Planning: how many ratings an interval needs, which items to spend them on, and what the judge saves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from judge.stats.intervals import Estimate, Refused, z_value
from judge.stats.mover import rate_limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from judge.stats.strata import Strata

    Floats = NDArray[np.float64]

Allocation = Literal["proportional", "equal", "neyman"]
"""How ratings are split over the judge's scores: as the pool, equally, or where they tell most."""

FLOOR: Final = 0.2
"""Least share of the ratings that every score gets under Neyman's allocation after a pilot."""

MOST_RATINGS: Final = 1_000_000
LEAST_FOR_WORTH: Final = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """What it takes to know a rate to within ±half_width.

    Attributes:
        ratings: Ratings needed in all.
        by_score: How many of them for each of the judge's scores, shape (K,).
        half_width: Half the length of the interval to expect.
        people_only: Ratings needed without the judge.
        allocation: How they are split.
    """

    ratings: int
    by_score: NDArray[np.intp]
    half_width: float
    people_only: int
    allocation: Allocation

    @property
    def saved(self) -> float:
        """Share of the people-only ratings that the judge saves; below 0 where it costs some."""
        return 1 - self.ratings / self.people_only


def guess_spread(strata: Strata) -> Floats:
    """Standard deviation of the truth inside each stratum from a pilot, one success and one failure added to each.

    Agresti and Caffo's counts keep a stratum whose few ratings agree from looking free of doubt. Shape (K,).
    """
    mean = (strata.mean * strata.rated + 1) / (strata.rated + 2)
    spread: Floats = np.sqrt(mean * (1 - mean))
    return spread


def allocate(
    ratings: int, pool: ArrayLike, spread: ArrayLike | None = None, *, kind: Allocation = "neyman", floor: float = FLOOR
) -> NDArray[np.intp]:
    """Splits ratings over the judge's scores.

    Neyman (1934), JRSS 97: 558-625: in proportion to pool share times spread. Spreads come from a pilot, so every
    score gets at least `floor` of the ratings (or an equal part, where there are too many scores for that); an equal
    split can lengthen the interval of a good judge.

    Args:
        ratings: Ratings to spend, pilot included.
        pool: Items by score, shape (K,).
        spread: Standard deviations by score, shape (K,), see `guess_spread`; needed for Neyman's allocation.
        kind: How to split.
        floor: Least share for each score under Neyman's allocation.

    Returns:
        Whole numbers that sum to `ratings` (or to the pool, where it is smaller) and exceed no score's items.

    Raises:
        ValueError: Neyman's allocation without spreads.
    """
    sizes = np.asarray(pool, dtype=np.float64)
    present = sizes > 0
    if kind == "neyman":
        if spread is None:
            raise ValueError("Neyman's allocation needs spreads: rate a pilot first")
        want = sizes * np.asarray(spread, dtype=np.float64)
        want = want / want.sum() if want.sum() > 0 else sizes / sizes.sum()
        want = _floored(want, min(floor, 1 / max(int(present.sum()), 1)), present)
    else:
        want = (present / present.sum()) if kind == "equal" else sizes / sizes.sum()
    return _whole(min(ratings, int(sizes.sum())), want, sizes)


def plan(
    half_width: float,
    mean: ArrayLike,
    pool: ArrayLike,
    *,
    level: float = 0.95,
    kind: Allocation = "neyman",
    finite: bool = False,
) -> Plan | Refused:
    """Ratings needed for an interval of ± `half_width`, by the very formula that will make it.

    Args:
        half_width: Half the length wanted, above 0.
        mean: Guess of the truth's mean on 0 to 1 for each of the judge's scores (PPV and FOR), shape (K,).
        pool: Items by score, shape (K,).
        level: Confidence level.
        kind: How ratings are split over the scores.
        finite: Whether this pool alone is meant.

    Returns:
        The plan; refused where the pool itself is too small for such an interval.

    Raises:
        ValueError: A half width that is none.
    """
    if not 0 < half_width < 1:
        raise ValueError(f"a half width lies between 0 and 1, found {half_width}")
    guess, sizes = np.asarray(mean, dtype=np.float64), np.asarray(pool, dtype=np.float64)
    theta = float(guess @ sizes / sizes.sum())
    spread = np.sqrt(np.clip(guess * (1 - guess), 0.01, None))

    def reach(ratings: int) -> float:
        split = allocate(ratings, sizes, spread, kind=kind)
        return _half_width(guess, split.astype(np.float64), sizes, level, finite=finite)

    least, most = int((sizes > 0).sum()), int(min(MOST_RATINGS, sizes.sum()))
    if reach(most) > half_width:
        reason = f"a pool of {int(sizes.sum())} items cannot show a rate to within ±{half_width:g}"
        return Refused(reason, "judge more records, or ask for a wider interval", "planning")
    ratings = _first(lambda n: reach(n) <= half_width, least, most)
    people = _first(
        lambda n: (
            _half_width(np.array([theta]), np.array([float(n)]), np.array([1e12]), level, finite=False) <= half_width
        ),
        1,
        MOST_RATINGS,
    )
    return Plan(ratings, allocate(ratings, sizes, spread, kind=kind), reach(ratings), people, kind)


def rating_worth(
    score: ArrayLike, truth: ArrayLike, *, inclusion: ArrayLike | None = None, level: float = 0.95
) -> Estimate | Refused:
    """How many plain ratings one rating beside this judge is worth: k = 1 / (1 - ρ²).

    ρ is the correlation of judge and truth over the rated items; with a large pool the variance of the corrected mean
    is (1 - ρ²) times that of the plain mean (Cochran 1977, chapter 7). Limits by Fisher's z of ρ.

    Args:
        score: The judge's numbers (1 and 0 for two scores), NaN where it abstained (left out), shape (n,).
        truth: People's numbers, shape (n,).
        inclusion: How likely each item was to be chosen, shape (n,).
        level: Confidence level.

    Returns:
        The worth, at least 1; refused under 10 items, or where judge or people gave one value only.
    """
    f, y = np.asarray(score, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    known = ~np.isnan(f)
    method = "1/(1-ρ²), Fisher z"
    f, y = f[known], y[known]
    if f.size < LEAST_FOR_WORTH:
        lacking = LEAST_FOR_WORTH - f.size
        return Refused(f"{f.size} items have a judge's number and a rating", f"rate {lacking} more", method, lacking)
    w = np.ones(f.size) if inclusion is None else 1 / np.asarray(inclusion, dtype=np.float64)[known]
    w = w / w.sum()
    a, b = f - w @ f, y - w @ y
    both = float(w @ a**2) * float(w @ b**2)
    if both <= 1e-18:  # noqa: PLR2004 - float noise of constants
        return Refused("the judge or the people gave one value only", "rate items of both kinds", method)
    rho = max(-1 + 1e-9, min(1 - 1e-9, float(w @ (a * b)) / math.sqrt(both)))
    size = 1 / float(np.sum(w**2))
    reach = z_value(level) / math.sqrt(max(1.0, size - 3))
    ends = sorted(math.tanh(math.atanh(rho) + sign * reach) ** 2 for sign in (-1, 1))
    if abs(math.atanh(rho)) < reach:
        ends[0] = 0.0
    low, high = (1 / (1 - end) for end in ends)
    return Estimate(1 / (1 - rho**2), low, high, level, int(f.size), method)


def _half_width(mean: Floats, split: Floats, sizes: Floats, level: float, *, finite: bool) -> float:
    left = (sizes - split) / np.maximum(sizes - 1, 1)
    effective = np.where(left > 0, split / np.where(left > 0, left, 1), np.inf) if finite else split
    low, high = rate_limits(mean, np.where(split > 0, effective, 0), sizes, level=level, finite=finite)
    return float(high - low) / 2


def _floored(want: Floats, floor: float, present: NDArray[np.bool_]) -> Floats:
    """Shares raised to the floor, the rest shrunk in proportion."""
    low = present & (want < floor)
    while True:
        rest = want[present & ~low].sum()
        free = 1 - floor * low.sum()
        share = np.where(low, floor, want * (free / rest if rest > 0 else 0)) * present
        more = present & ~low & (share < floor)
        if not more.any() or rest <= 0:
            return share
        low = low | more


def _whole(ratings: int, want: Floats, sizes: Floats) -> NDArray[np.intp]:
    """Whole numbers by largest remainder, none above its stratum; what overflows goes to the others."""
    given = np.zeros(sizes.size)
    while (left := ratings - int(given.sum())) > 0:
        open_ = given < sizes
        share = np.where(open_, np.maximum(want, 1e-12), 0)
        exact = left * share / share.sum()
        step = np.minimum(np.floor(exact), sizes - given)
        if step.sum() == 0:
            order = np.argsort(-(exact - np.floor(exact)) * open_, kind="stable")[: min(left, int(open_.sum()))]
            step[order] = 1
        given += step
    return given.astype(np.intp)


def _first(enough: Callable[[int], bool], least: int, most: int) -> int:
    """Smallest whole number for which `enough` holds, by bisection."""
    low, high = least, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low
