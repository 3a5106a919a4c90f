"""Allocation: how many of a draw fall to each stratum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from judge.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

_HALVINGS = 200


def allocate(counts: Whole, n: int, *, floor: int, shares: Floats | None = None) -> Whole:
    """Units to draw from each stratum: proportional to its share, but never fewer than the floor.

    n_h = clip(t·w_h, min(floor, N_h), N_h) with the one t for which they add up to n, rounded by largest remainders.
    Without floors and caps this is proportional allocation, n_h = n·N_h/N (Cochran 1977, Sampling Techniques, 3rd ed.,
    section 5.4). It rests on the counts alone, so that n_h/N_h is the exact inclusion probability of a simple random
    draw within the stratum.

    Args:
        counts: Units in each stratum, N_h, shape (strata,), above 0.
        n: Units to draw, at most their sum.
        floor: Least number from each stratum; a smaller stratum is taken whole.
        shares: Share of the draw that each stratum should have, shape (strata,); its share of the units if left out.

    Raises:
        UsageError: The floors alone are more than n.
    """
    least = np.minimum(floor, counts)
    needed = int(least.sum())
    if needed > n:
        raise UsageError(
            f"a floor of {floor} in each of {counts.size} strata needs {needed} draws, and there are only {n}",
            where="--floor",
            hint=f"raise --n, or lower --floor to {n // counts.size}",
        )
    weight = np.asarray(counts / counts.sum() if shares is None else shares, dtype=np.float64)
    wanted = _filled(weight, least, counts, n)
    drawn = np.clip(np.floor(wanted + 1e-9).astype(np.int64), least, counts)
    for place in np.argsort(drawn - wanted, kind="stable"):
        if drawn.sum() == n:
            break
        drawn[place] += drawn[place] < counts[place]
    return drawn


def _filled(weight: Floats, least: Whole, most: Whole, n: int) -> Floats:
    if n >= most.sum():
        return most.astype(np.float64)
    # A stratum without weight can still be needed where all others are exhausted.
    weight = np.maximum(weight, 1e-12)
    low, high = 0.0, float(np.max(most / weight))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if np.clip(middle * weight, least, most).sum() > n:
            high = middle
        else:
            low = middle
    return np.clip(low * weight, least, most)
