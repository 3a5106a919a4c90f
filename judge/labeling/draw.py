"""Draws: which units of a population are rated, each with the probability that it would be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from judge.errors import UsageError
from judge.labeling.allocation import allocate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

EVEN_SHARE = 0.2
"""Share of a draw by uncertainty that is spread evenly, so that no inclusion probability comes near 0."""


@dataclass(frozen=True, slots=True)
class Draw:
    """The units that were drawn.

    Attributes:
        units: Their places in the population, ascending, shape (n,).
        probability: The inclusion probability π of each, before the draw was made, shape (n,), above 0 and at most 1.
    """

    units: Whole
    probability: Floats


def uniform(population: int, n: int, *, seed: int) -> Draw:
    """A simple random draw without replacement: π = n/N for every unit.

    Cochran (1977), Sampling Techniques, 3rd ed., section 2.1.

    Args:
        population: Units there are, N.
        n: Units to draw; all where there are fewer.
        seed: Seed of the draw.

    Raises:
        UsageError: There is nothing to draw from, or nothing to draw.
    """
    size = _size(population, n)
    units = np.sort(np.random.default_rng(seed).choice(population, size=size, replace=False))
    return Draw(units.astype(np.int64), np.full(size, size / population))


def stratified(
    strata: ArrayLike, n: int, *, seed: int, floor: int = 0, shares: Mapping[Any, float] | None = None
) -> Draw:
    """A simple random draw within each stratum: π = n_h/N_h for every unit of stratum h.

    Cochran (1977), Sampling Techniques, 3rd ed., section 5.1; for n_h see `judge.labeling.allocation.allocate`.

    Args:
        strata: Stratum of each unit, shape (N,).
        n: Units to draw in all; all there are where there are fewer.
        seed: Seed of the draw.
        floor: Least number from each stratum; a smaller stratum is taken whole.
        shares: Stratum -> share of the draw it should have; the other strata divide the rest by their size. By size
            alone if left out.

    Raises:
        UsageError: There is nothing to draw from, or the floors are more than n.
    """
    names, stratum = np.unique(np.asarray(strata), return_inverse=True)
    size = _size(stratum.size, n)
    counts = np.bincount(stratum, minlength=names.size).astype(np.int64)
    drawn = allocate(counts, size, floor=floor, shares=_shares(names, counts, shares))
    rng = np.random.default_rng(seed)
    chosen = [
        rng.choice(np.flatnonzero(stratum == place), size=int(number), replace=False)
        for place, number in enumerate(drawn)
    ]
    units = np.sort(np.concatenate(chosen))
    return Draw(units.astype(np.int64), (drawn / counts)[stratum[units]])


def by_size(sizes: ArrayLike, n: float, *, seed: int, costs: ArrayLike | None = None, even: float = EVEN_SHARE) -> Draw:
    """A draw with probabilities proportional to size, by randomised systematic selection: π is exact for every unit.

    π_g = min(1, c·x_g), where x mixes the sizes with an even share, x_g = (1-λ)·s_g/s̄ + λ, and c is such that
    Σ m_g·π_g = n. The units are put in random order, their π cumulated, and those taken in whose stretch one of the
    points u, u+1, u+2, ... falls, with one u uniform in [0, 1): Madow (1949), Annals of Mathematical Statistics 20:
    333-354; Hartley and Rao (1962), ibid. 33: 350-374; Särndal, Swensson and Wretman (1992), Model Assisted Survey
    Sampling, section 3.6.2. A stretch as long as π_g catches a point with probability π_g whatever the order. The
    number drawn is Σπ, rounded up or down.

    Args:
        sizes: How much each unit is wanted, shape (N,), 0 or more; here the judge's uncertainty.
        n: What the draw may cost in expectation.
        seed: Seed of the draw.
        costs: What each unit costs, m_g, shape (N,): the records in a conversation; 1 each if left out.
        even: λ, the share that is spread evenly; above 0, so that every unit can be drawn.

    Raises:
        UsageError: There is nothing to draw from, or a size is negative or no number.
    """
    wanted = np.asarray(sizes, dtype=np.float64)
    cost = np.ones(wanted.size) if costs is None else np.asarray(costs, dtype=np.float64)
    _size(wanted.size, n)
    if not np.isfinite(wanted).all() or (wanted < 0).any():
        raise UsageError("sizes of a draw are numbers from 0 up", hint="leave out units without a size, or give them 1")
    if not 0 < even <= 1:
        raise UsageError(f"the even share of a draw lies between 0 and 1, found {even}")
    mean = wanted.mean()
    mixed = (1 - even) * wanted / mean + even if mean > 0 else np.ones(wanted.size)
    probability = inclusion_by_size(mixed, n, cost)
    rng = np.random.default_rng(seed)
    certain = probability >= 1
    order = rng.permutation(np.flatnonzero(~certain))
    ends = np.cumsum(probability[order])
    start = rng.random()
    # A unit is taken as often as points u + k lie in its stretch (from, to]: never more than once, as π < 1.
    points = np.floor(ends - start) - np.floor(np.concatenate([[0.0], ends[:-1]]) - start)
    units = np.sort(np.concatenate([np.flatnonzero(certain), order[points > 0]]))
    return Draw(units.astype(np.int64), probability[units])


def inclusion_by_size(sizes: Floats, n: float, costs: Floats) -> Floats:
    """π_g = min(1, c·x_g) with Σ m_g·π_g = n: what would be above 1 is taken for certain and the rest scaled anew.

    Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, section 3.6.1, p. 90.

    Args:
        sizes: x, shape (N,), above 0.
        n: Expected cost of the draw.
        costs: m, shape (N,), above 0.
    """
    certain = np.zeros(sizes.size, dtype=bool)
    while not certain.all():
        left = n - costs[certain].sum()
        scale = left / (costs[~certain] @ sizes[~certain])
        more = ~certain & (scale * sizes >= 1)
        if not more.any():
            return np.where(certain, 1.0, scale * sizes)
        certain |= more
    return np.ones(sizes.size)


def chosen_share(n: int, share: float, *, seed: int) -> NDArray[np.bool_]:
    """Exactly round(share·n) of n places, each set with the same probability, shape (n,)."""
    chosen = np.zeros(n, dtype=bool)
    chosen[np.random.default_rng(seed).choice(n, size=round(share * n), replace=False)] = True
    return chosen


def _size(population: int, n: float) -> int:
    if population < 1:
        raise UsageError("there is no record to draw from")
    if n < 1:
        raise UsageError(f"a study needs at least one record, found {n}", where="--n")
    return int(min(n, population))


def _shares(names: NDArray[Any], counts: Whole, shares: Mapping[Any, float] | None) -> Floats | None:
    if not shares:
        return None
    given = np.array([shares.get(name, np.nan) for name in names.tolist()])
    rest = max(0.0, 1 - float(np.nansum(given)))
    others = np.where(np.isnan(given), counts, 0)
    return np.where(np.isnan(given), rest * others / max(int(others.sum()), 1), given)
