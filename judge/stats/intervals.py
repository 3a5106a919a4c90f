"""Estimates with their intervals, refusals that say what to do, and the limits of one proportion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Sides = Literal["both", "upper", "lower"]
"""Which limits were estimated; the other one is then the end of the scale, stated for completeness."""

_HALVINGS = 40

Limits = tuple["NDArray[np.float64]", "NDArray[np.float64]"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure that says how far it can be trusted.

    Attributes:
        value: The point estimate.
        low: Lower confidence limit, in the unit of the value.
        high: Upper confidence limit.
        level: Confidence level, such as .95; a one-sided bound holds at this level too.
        n: How many units (ratings, items, pairs) it rests on.
        method: How it was computed, in a few words.
        sides: ``"upper"`` where only the upper limit was estimated and `low` is the end of the scale, ``"lower"`` for
            the mirror image, else ``"both"``.

    Raises:
        ValueError: A figure is not finite, or the limits are crossed: such a thing is a `Refused`, never an estimate.
    """

    value: float
    low: float
    high: float
    level: float
    n: int
    method: str
    sides: Sides = "both"

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.value, self.low, self.high))):
            raise ValueError(f"an estimate needs finite figures, found {self.value} [{self.low}, {self.high}]")
        if self.low > self.high:
            raise ValueError(f"the lower limit {self.low} is above the upper limit {self.high}")
        if not 0 < self.level < 1:
            raise ValueError(f"a confidence level lies between 0 and 1, found {self.level}")

    @property
    def width(self) -> float:
        """Length of the interval."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Refused:
    """No estimate, and why: what stands where a number would mislead.

    Attributes:
        reason: Why there is none, in one sentence.
        needed: What to do about it ("rate 12 more items that the judge flagged").
        method: The estimate that was asked for.
        more: How many more ratings would do, where that is known.
    """

    reason: str
    needed: str
    method: str
    more: int | None = None


def z_value(level: float) -> float:
    """Two-sided standard normal quantile: 1.96 for .95."""
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, found {level}")
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson_limits(k: ArrayLike, n: ArrayLike, level: float = 0.95) -> Limits:
    """Wilson's score limits of a proportion, elementwise.

    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n): Wilson (1927), JASA 22: 209-212; Brown, Cai and DasGupta (2001),
    Statistical Science 16, eq. 4.

    Args:
        k: Successes, any shape; may be fractional where `n` is an effective size.
        n: Trials, broadcastable to `k`, above 0.
        level: Confidence level of each two-sided pair.

    Returns:
        Lower and upper limits, in the broadcast shape.
    """
    size = np.asarray(n, dtype=np.float64)
    p = np.asarray(k, dtype=np.float64) / size
    z2 = z_value(level) ** 2
    centre = p + z2 / (2 * size)
    reach = np.sqrt(z2 * (p * (1 - p) / size + z2 / (4 * size**2)))
    # At p = 0 and p = 1 the limit is the end itself; rounding must not push it past the proportion.
    low = np.minimum(p, np.maximum(0.0, (centre - reach) / (1 + z2 / size)))
    high = np.maximum(p, np.minimum(1.0, (centre + reach) / (1 + z2 / size)))
    return low, high


def clopper_pearson_limits(k: ArrayLike, n: ArrayLike, level: float = 0.95) -> Limits:
    """Exact binomial limits, elementwise: never cover below the level, at the price of length.

    Beta quantiles: Clopper and Pearson (1934), Biometrika 26: 404-413; Brown, Cai and DasGupta (2001), section 4.2.1.

    Args:
        k: Successes, any shape; may be fractional where `n` is an effective size (Korn and Graubard 1998).
        n: Trials, broadcastable to `k`, above 0.
        level: Confidence level of each two-sided pair.

    Returns:
        Lower and upper limits, in the broadcast shape.
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - keeps this module light for those who need Estimate alone

    hits, size = np.broadcast_arrays(np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64))
    tail = (1 - level) / 2
    none, every = hits <= 0, hits >= size
    low = np.where(none, 0.0, betaincinv(np.where(none, 1.0, hits), size - hits + 1, tail))
    high = np.where(every, 1.0, betaincinv(hits + 1, np.where(every, 1.0, size - hits), 1 - tail))
    return low, high


def mid_p_limits(k: ArrayLike, n: ArrayLike, level: float = 0.95) -> Limits:
    """Mid-P exact binomial limits, elementwise: the exact test with half the probability of what was seen.

    The limits solve ½[P(X ≥ k) + P(X > k)] = α/2 and its mirror: Lancaster (1961), JASA 56: 223-234; Berry and Armitage
    (1995), The Statistician 44: 417-423. They cover close to the level where Wilson's lower limit does not (few
    successes) and are shorter than Clopper-Pearson's.

    Args:
        k: Successes, any shape; may be fractional where `n` is an effective size.
        n: Trials, broadcastable to `k`, above 0.
        level: Confidence level of each two-sided pair.

    Returns:
        Lower and upper limits, in the broadcast shape.
    """
    hits, size = np.broadcast_arrays(np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64))
    pairs, back = np.unique(np.stack([hits.ravel(), size.ravel()], axis=1), axis=0, return_inverse=True)
    tail = (1 - level) / 2
    ends = _mid_p_lower(np.append(pairs[:, 0], pairs[:, 1] - pairs[:, 0]), np.tile(pairs[:, 1], 2), tail)
    low, high = ends[: len(pairs)], 1 - ends[len(pairs) :]
    back = back.ravel()
    return low[back].reshape(hits.shape), high[back].reshape(hits.shape)


def _mid_p_lower(hits: NDArray[np.float64], size: NDArray[np.float64], tail: float) -> NDArray[np.float64]:
    from scipy.special import betainc, betaincinv  # noqa: PLC0415 - as above

    hits, size = np.maximum(hits, 0.0), np.maximum(size, 1e-12)
    none, every = hits <= 0, hits >= size
    k, misses = np.where(none, 1.0, hits), np.where(none | every, 1.0, size - hits)
    left = betaincinv(k, misses + 1, tail)
    right = np.where(every, 1.0, betaincinv(k + 1, misses, tail))
    for _ in range(_HALVINGS):
        middle = (left + right) / 2
        above = np.where(every, 0.0, betainc(k + 1, misses, middle))
        over = (betainc(k, np.where(every, 1.0, misses + 1), middle) + above) / 2 > tail
        left, right = np.where(over, left, middle), np.where(over, middle, right)
    return np.where(none, 0.0, (left + right) / 2)


def wilson(k: float, n: int, level: float = 0.95) -> Estimate | Refused:
    """A proportion with Wilson's score interval; see `wilson_limits`.

    Args:
        k: Successes, 0 to `n`.
        n: Trials.
        level: Confidence level.

    Returns:
        The estimate, refused where there are no trials.
    """
    return _proportion(k, n, level, method="Wilson")


def clopper_pearson(k: float, n: int, level: float = 0.95) -> Estimate | Refused:
    """A proportion with the exact binomial interval; see `clopper_pearson_limits`."""
    return _proportion(k, n, level, method="Clopper-Pearson")


def _proportion(k: float, n: int, level: float, method: Literal["Wilson", "Clopper-Pearson"]) -> Estimate | Refused:
    if n == 0:
        return Refused("nothing was counted", "rate at least one item", method)
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no proportion")
    low, high = (wilson_limits if method == "Wilson" else clopper_pearson_limits)(k, n, level)
    return Estimate(k / n, float(low), float(high), level, n, method)
