"""Conformal ranks: how a window lies among everything seen so far, as a normal score without a model of the data."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

FARTHEST: Final = 37.0
"""Normal scores are cut here: the tail beyond is smaller than the smallest float."""

RARE: Final = 10
"""Names that are rarer than this in everything seen are taken together."""

_NORMAL: Final = NormalDist()


def rank_score(window: ArrayLike, past: ArrayLike) -> float:
    """How far the window's values lie above the past's, as a normal score of the rank sum.

    As long as nothing changes, every order of all records seen so far is equally likely, so the window is a simple
    random draw from window and past together. Its rank sum then has mean n(N+1)/2 and variance
    nm/12·((N+1) - Σ(t³-t)/(N(N-1))) with ties t: Wilcoxon (1945); Lehmann (1975), Nonparametrics, section 1.4. Ranked
    against *all* past data the scores of successive windows are independent, which against a fixed reference they are
    not: Vovk, Gammerman and Shafer (2005), Algorithmic Learning in a Random World, proposition 2.8.

    Args:
        window: Counts by bin, in the order of the values, shape (K,).
        past: The same of everything before, shape (K,).

    Returns:
        About standard normal under no change, positive where the window is higher; 0 where all values are equal.

    Raises:
        ValueError: One of the two is empty.
    """
    new, old = (np.asarray(counts, dtype=np.float64) for counts in (window, past))
    n, m = float(new.sum()), float(old.sum())
    if n <= 0 or m <= 0:
        raise ValueError("there is nothing to rank: window and past both need values")
    ties = new + old
    total = n + m
    middle = np.cumsum(ties) - ties / 2 + 0.5
    rank_sum = float(new @ middle)
    spread = n * m / 12 * ((total + 1) - float(np.sum(ties**3 - ties)) / (total * (total - 1)))
    return 0.0 if spread <= 0 else _cut((rank_sum - n * (total + 1) / 2) / math.sqrt(spread))


def share_score(hits: int, n: int, past_hits: int, past_n: int, *, seed: int) -> float:
    """The same for a share: exact, from the hypergeometric law, with ties broken at random.

    Args:
        hits: Hits in the window.
        n: Records in it.
        past_hits: Hits in the past.
        past_n: Records in it.
        seed: Seed of the tie-break.

    Returns:
        Standard normal under no change, positive where the window's share is higher.
    """
    if n <= 0 or past_n <= 0:
        raise ValueError("there is nothing to rank: window and past both need values")
    first, law = _hypergeometric(n, hits + past_hits, n + past_n)
    here = hits - first
    u = float(np.random.default_rng(seed).random()) * float(law[here])
    above = float(law[here + 1 :].sum()) + u
    if above > 0.5:  # noqa: PLR2004 - the nearer tail, for precision
        return tail_score(float(law[: here + 1].sum()) - u, -1)
    return tail_score(above)


def at_least(hits: int, n: int, all_hits: int, total: int) -> float:
    """Chance of so many hits or more among n drawn without return from `total`, of which `all_hits` are hits."""
    first, law = _hypergeometric(n, all_hits, total)
    return float(law[max(0, hits - first) :].sum())


def _hypergeometric(n: int, hits: int, total: int) -> tuple[int, Floats]:
    """The least number of hits among n drawn, and the chance of it and of each number above, shape (numbers,).

    From the logarithms of factorials: scipy.stats, which has the law too, takes more than a second to import.
    """
    from scipy.special import gammaln  # noqa: PLC0415 - only where shares are compared

    first = max(0, n - (total - hits))
    k = np.arange(first, min(n, hits) + 1, dtype=np.float64)

    def choose(above: float, below: Floats) -> Floats:
        return np.asarray(gammaln(above + 1.0) - gammaln(below + 1.0) - gammaln(above - below + 1.0))

    return first, np.exp(choose(hits, k) + choose(total - hits, n - k) - choose(total, np.array(float(n))))


def names_score(window: ArrayLike, past: ArrayLike) -> float:
    """How unlike the past the window's names are, one-sided: Pearson's chi-square given both margins.

    Names with under ten records in all are one. The factor (N-1)/N makes the variance that of a random draw.

    Args:
        window: Counts by name, shape (K,).
        past: The same of everything before, shape (K,).

    Returns:
        A normal score, large where they differ.
    """
    from scipy.special import chdtrc  # noqa: PLC0415 - as above

    new, old = (np.asarray(counts, dtype=np.float64) for counts in (window, past))
    if new.sum() <= 0 or old.sum() <= 0:
        raise ValueError("there is nothing to rank: window and past both need values")
    rare = (new + old) < RARE
    new, old = (np.append(counts[~rare], counts[rare].sum()) for counts in (new, old))
    both = new + old
    new, old, both = new[both > 0], old[both > 0], both[both > 0]
    if both.size < 2:  # noqa: PLR2004 - one name says nothing
        return 0.0
    n, total = new.sum(), both.sum()
    expected = both * n / total
    statistic = float(np.sum((new - expected) ** 2 / (expected * (1 - n / total)))) * (total - 1) / total
    return tail_score(float(chdtrc(both.size - 1, statistic)))


def tail_score(tail: float, sign: int = 1) -> float:
    """The normal score that has this chance beyond it, upwards or (sign -1) downwards."""
    if tail <= 0:
        return sign * FARTHEST
    return _cut(-sign * _NORMAL.inv_cdf(min(tail, 1 - 1e-16)))


def _cut(score: float) -> float:
    return max(-FARTHEST, min(FARTHEST, score))
