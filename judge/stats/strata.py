"""Strata: the pool split by the judge's score, and what the ratings say of each part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from judge.stats.intervals import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

Target = Literal["process", "pool"]
"""Whose mean is estimated: the process that wrote the pool (tomorrow's traffic too), or this finite pool alone."""

Small = Literal["refuse", "bound"]
"""What becomes of a stratum with too few ratings: no estimate at all, or one with the worst case for that stratum."""

MIN_RATINGS: Final = 5
"""Ratings that a stratum needs before its share is estimated."""

NEGLIGIBLE: Final = 0.05
"""Strata with too few ratings cost no estimate while they hold up to this share of the pool together."""

ABSTAINED: Final = "abstained"
"""Name of the stratum of items that have no score and should have one."""

_PRIOR_SPREAD: Final = 1.0
"""How many ratings the widest possible spread counts when the spread inside a stratum is estimated."""

_PRIOR_WEIGHTS: Final = 2.0
"""How many of the rarer ratings Kish's design effect counts when the weights' effect is estimated."""


@dataclass(frozen=True, slots=True)
class Strata:
    """The pool by the judge's score.

    Attributes:
        names: What the judge said, one name a stratum, shape (K,).
        pool: Items of the pool in each stratum, rated ones included.
        rated: Items rated in each stratum.
        mean: Mean of the truth in each stratum, on 0 to 1; that of the rest of the pool where nothing is rated.
        effective: How many plain yes-or-no ratings tell as much about that mean (0 where nothing is rated).
    """

    names: tuple[str, ...]
    pool: Floats
    rated: Floats
    mean: Floats
    effective: Floats

    @property
    def share(self) -> Floats:
        """Share of the pool in each stratum."""
        share: Floats = self.pool / self.pool.sum()
        return share

    @property
    def value(self) -> float:
        """The corrected mean on 0 to 1: Σ share · mean."""
        return float(self.share @ self.mean)


def count_strata(hits: ArrayLike, rated: ArrayLike, pool: ArrayLike, names: Sequence[str] | None = None) -> Strata:
    """Strata from counts, for a truth that is yes or no.

    Args:
        hits: Rated items that are truly positive, by stratum, shape (K,); may be fractional (shares of raters).
        rated: Rated items, shape (K,).
        pool: Items of the whole pool, rated ones included, shape (K,).
        names: What the judge said in each stratum; numbered where left out.

    Raises:
        ValueError: The counts contradict each other.
    """
    k, n, size = (np.atleast_1d(np.asarray(counts, dtype=np.float64)) for counts in (hits, rated, pool))
    if not k.shape == n.shape == size.shape or k.ndim != 1:
        raise ValueError(f"one count a stratum is needed, found shapes {k.shape}, {n.shape} and {size.shape}")
    if (k < 0).any() or (k > n).any() or (n > size).any():
        raise ValueError("in every stratum 0 <= hits <= rated <= pool must hold")
    mean = filled(k / np.maximum(n, 1), n, size)
    return Strata(tuple(names or map(str, range(k.size))), size, n, mean, n)


def filled(mean: Floats, rated: Floats, pool: Floats) -> Floats:
    """Stratum means, where nothing is rated the mean of the rest of the pool: no figure of our own invention.

    Args:
        mean: Means of the rated strata, anything elsewhere, shape (..., K).
        rated: Rated items, shape (..., K).
        pool: Items of the pool, shape (..., K).
    """
    known = np.where(rated > 0, pool, 0.0)
    total = known.sum(axis=-1, keepdims=True)
    rest = np.where(total > 0, (known * mean).sum(axis=-1, keepdims=True) / np.where(total > 0, total, 1), 0.5)
    return np.where(rated > 0, mean, rest)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rated items in arrays, with everything that the estimators share.

    Attributes:
        strata: Counts, means and effective sizes.
        stratum: Stratum of each rated item, shape (n,).
        pool_stratum: Stratum of each item of the pool, shape (N,).
        truth: Truth of each rated item on 0 to 1, shape (n,).
        weight: Inverse inclusion probability of each rated item, shape (n,); ones where none are stored.
        pool_weight: How much each item of the pool counts; they sum to 1, shape (N,).
    """

    strata: Strata
    stratum: NDArray[np.intp]
    pool_stratum: NDArray[np.intp]
    truth: Floats
    weight: Floats
    pool_weight: Floats


def split_rows(
    pool: ArrayLike,
    score: ArrayLike,
    truth: ArrayLike,
    *,
    inclusion: ArrayLike | None = None,
    pool_weights: ArrayLike | None = None,
    target: Target = "process",
) -> Rows:
    """Splits rated items and pool by the judge's score.

    Args:
        pool: The judge's score of every item of the pool, rated ones included, shape (N,); any sortable values. An
            abstention is a score like the others: give it a value of its own.
        score: The judge's score of the rated items, shape (n,).
        truth: What people say of the rated items, on 0 to 1, shape (n,).
        inclusion: How likely each rated item was to be chosen, in (0, 1], shape (n,); left out where every item of a
            stratum was as likely as any other.
        pool_weights: How much each item of the pool counts, above 0, shape (N,), where the pool stands for another mix
            of items than its own; the pool then counts as the fewer items that Kish's (Σw)²/Σw² says.
        target: See `Target`; the finite pool's mean is known better, the more of it is rated.

    Raises:
        ValueError: Shapes or values cannot be meant.
    """
    everyone, mine, y = np.asarray(pool), np.asarray(score), np.asarray(truth, dtype=np.float64)
    weight = rating_weights(inclusion, y.size)
    _check_rows(everyone, mine, y)
    names, codes, stratum = _encode(everyone, mine)
    sizes = np.bincount(codes, minlength=len(names)).astype(np.float64)
    rated = np.bincount(stratum, minlength=len(names)).astype(np.float64)
    if (rated > sizes).any():
        raise ValueError("more items are rated than the pool holds: the pool includes the rated items")
    counts = _pool_weights(pool_weights, everyone.size)
    if pool_weights is not None:
        sizes = np.bincount(codes, weights=counts, minlength=len(names)) / float(np.sum(counts**2))
    mean, effective = _moments(stratum, y, weight, rated)
    mean = filled(mean, rated, sizes)
    if target == "pool":
        left = _unrated_factor(stratum, weight, rated, sizes, stored=inclusion is not None)
        effective = np.where(left > 0, effective / np.where(left > 0, left, 1), np.inf)
    strata = Strata(names, sizes, rated, mean, effective)
    return Rows(strata, stratum, codes, y, weight, counts)


def _pool_weights(given: ArrayLike | None, n: int) -> Floats:
    if given is None:
        return np.full(n, 1 / n)
    weights = np.asarray(given, dtype=np.float64)
    if weights.shape != (n,) or not (np.isfinite(weights) & (weights > 0)).all():
        raise ValueError(f"{n} items of the pool need as many weights above 0")
    share: Floats = weights / weights.sum()
    return share


def _encode(
    pool: NDArray[np.generic], score: NDArray[np.generic]
) -> tuple[tuple[str, ...], NDArray[np.intp], NDArray[np.intp]]:
    """Names of the scores in order, and the place of every item's score among them."""
    if pool.dtype == np.object_:
        # Looking a million names up in a dictionary takes a tenth of the time of sorting them.
        everything = pool.tolist()
        kinds = sorted(set(everything), key=str)
        place = {kind: index for index, kind in enumerate(kinds)}
        codes = np.fromiter(map(place.__getitem__, everything), dtype=np.intp, count=pool.size)
        stratum = np.array([place.get(one, -1) for one in score.tolist()], dtype=np.intp)
    else:
        unique, codes = np.unique(pool, return_inverse=True)
        kinds = unique.tolist()
        stratum = np.clip(np.searchsorted(unique, score), 0, unique.size - 1)
        stratum = np.where(unique[stratum] == score, stratum, -1)
    if (stratum < 0).any():
        stranger = str(score[stratum < 0][0])
        raise ValueError(f"a rated item has the judge's score {stranger!r}, which is nowhere in the pool")
    return tuple(map(str, kinds)), codes, stratum


def rating_weights(inclusion: ArrayLike | None, n: int) -> Floats:
    """Inverse inclusion probabilities, or ones where none are stored, shape (n,).

    Raises:
        ValueError: There are not `n`, or one is not in (0, 1].
    """
    if inclusion is None:
        return np.ones(n)
    chance = np.asarray(inclusion, dtype=np.float64)
    if chance.shape != (n,):
        raise ValueError(f"{n} ratings need as many inclusion probabilities, found shape {chance.shape}")
    if not ((chance > 0) & (chance <= 1)).all():
        raise ValueError("inclusion probabilities lie above 0 and up to 1")
    return 1 / chance


def _check_rows(pool: NDArray[np.generic], score: NDArray[np.generic], truth: Floats) -> None:
    if score.shape != truth.shape or truth.ndim != 1 or pool.ndim != 1:
        raise ValueError(f"one truth for each rated item is needed, found shapes {score.shape} and {truth.shape}")
    if pool.size == 0:
        raise ValueError("the pool is empty")
    if not ((truth >= 0) & (truth <= 1)).all():
        raise ValueError("the truth lies outside the scale, or is missing")


def _moments(stratum: NDArray[np.intp], y: Floats, w: Floats, rated: Floats) -> tuple[Floats, Floats]:
    """Hájek mean and effective size by stratum.

    The design effect, the linearised variance Σw²(y-m)²/(Σw)² over m(1-m)/n (Särndal, Swensson and Wretman 1992, eq.
    5.7.6), makes of a bounded, weighted mean a proportion of more or fewer plain ratings (Korn and Graubard 1998,
    Survey Methodology 24: 193-201). It has two factors, each drawn towards its worst case where few ratings speak for
    less: the spread of the truth (a yes-or-no truth has the greatest, 1), and the weights (Kish's n·Σw²/(Σw)², reached
    where weight and truth are unrelated; only the rarer kind of truth tells that). Plain binary ratings have 1 in both.
    """
    kinds, some = rated.size, rated > 0

    def total(values: Floats) -> Floats:
        return np.bincount(stratum, weights=values, minlength=kinds).astype(np.float64)

    weight = np.where(some, total(w), 1)
    mean = np.where(some, np.clip(total(w * y) / weight, 0, 1), 0.5)
    error = (y - mean[stratum]) ** 2
    spread = total(w * error) / weight
    widest = mean * (1 - mean)
    flat = widest <= 1e-12  # noqa: PLR2004 - float noise of a mean of equal values
    of_truth = np.where(flat, 1, spread / np.where(flat, 1, widest))
    of_truth = (rated * of_truth + _PRIOR_SPREAD) / (rated + _PRIOR_SPREAD)
    kish = rated * total(w**2) / weight**2
    level = spread <= 1e-12  # noqa: PLR2004 - as above
    of_weight = np.where(level, kish, rated * total(w**2 * error) / weight**2 / np.where(level, 1, spread))
    rarer = rated * np.minimum(mean, 1 - mean)
    of_weight = (rarer * of_weight + _PRIOR_WEIGHTS * kish) / (rarer + _PRIOR_WEIGHTS)
    return mean, np.where(some, rated / np.where(some, of_truth * of_weight, 1), 0)


def _unrated_factor(stratum: NDArray[np.intp], w: Floats, rated: Floats, sizes: Floats, *, stored: bool) -> Floats:
    """Finite population factor of each stratum: (N-n)/(N-1), or Σw²(1-π)/Σw² under stored inclusion probabilities."""
    plain = np.where(sizes > 1, (sizes - rated) / np.maximum(sizes - 1, 1), 0.0)
    plain = np.where(rated > 0, plain, 1.0)
    if not stored:
        return plain
    squares = np.bincount(stratum, weights=w**2, minlength=sizes.size)
    known = np.bincount(stratum, weights=w, minlength=sizes.size)
    factor = np.where(squares > 0, 1 - known / np.where(squares > 0, squares, 1), 1.0)
    return np.where(rated == sizes, 0.0, np.maximum(factor, 0.0))


def which(name: str) -> str:
    """Which items a stratum holds, in words: ``that the judge scored 'rude'``."""
    return "on which the judge abstained" if name == ABSTAINED else f"that the judge scored {name!r}"


def is_thin(strata: Strata) -> NDArray[np.bool_]:
    """Which strata have under 5 ratings and are not rated whole, shape (K,)."""
    thin: NDArray[np.bool_] = strata.rated < np.minimum(MIN_RATINGS, strata.pool)
    return thin


def too_few(strata: Strata, method: str, small: Small = "refuse", negligible: float = NEGLIGIBLE) -> Refused | None:
    """Refuses strata with too few ratings, and says how many more are needed where.

    Thin strata that together hold no more than `negligible` of the pool pass: what few ratings they have, or their
    worst case, moves the limits by less than that, so a handful of abstentions never costs the estimate.

    Args:
        strata: The strata.
        method: The estimate that was asked for.
        small: ``"bound"`` lets all thin strata pass, as long as there are some ratings at all.
        negligible: Share of the pool that thin strata may hold.
    """
    total, everything = int(strata.rated.sum()), int(strata.pool.sum())
    if total < min(MIN_RATINGS, everything):
        lacking = min(MIN_RATINGS, everything) - total
        reason = f"{total} of {everything} items are rated"
        return Refused(reason, f"rate {lacking} more items", method, lacking)
    thin = is_thin(strata)
    if small == "bound" or strata.share[thin].sum() <= negligible:
        return None
    wanted = (np.minimum(MIN_RATINGS, strata.pool) - strata.rated).astype(int)
    places = np.flatnonzero(thin)
    found = [f"{int(strata.rated[i])} of the {int(strata.pool[i])} items {which(strata.names[i])}" for i in places]
    asks = [f"{wanted[i]} more of the items {which(strata.names[i])}" for i in places]
    reason = f"people rated only {' and '.join(found)}; {MIN_RATINGS} are needed"
    return Refused(reason, f"rate {' and '.join(asks)}", method, int(wanted[thin].sum()))
