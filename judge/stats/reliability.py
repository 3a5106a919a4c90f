"""Reliability of probabilities: of the items said to be 80 % sure, are 80 % so, and is the gap more than chance?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from judge.stats.intervals import Refused, wilson_limits
from judge.stats.strata import MIN_RATINGS, rating_weights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

MAX_BINS: Final = 10
LEAST_IN_BIN: Final = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Items with like probabilities.

    Attributes:
        said: Their mean probability.
        seen: The share of them that people call positive.
        low: Wilson's lower limit of that share.
        high: Wilson's upper limit.
        n: How many items.
    """

    said: float
    seen: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Miscalibration:
    """The expected calibration error, which is above 0 by chance alone, beside what chance makes it.

    Attributes:
        value: Mean gap between said and seen over the bins, by weight.
        by_chance: What it would be on average, were every probability exact.
        chance_limit: What it would exceed by chance in a share 1 - level of draws.
        p: How often chance alone makes it as large as `value`.
        n: How many items.
        method: How it was computed.
    """

    value: float
    by_chance: float
    chance_limit: float
    p: float
    n: int
    method: str

    @property
    def beyond_chance(self) -> bool:
        """Whether the probabilities are off by more than chance explains."""
        return self.value > self.chance_limit


def reliability_diagram(
    probability: ArrayLike,
    truth: ArrayLike,
    *,
    inclusion: ArrayLike | None = None,
    bins: int | None = None,
    level: float = 0.95,
) -> tuple[Bin, ...]:
    """Said against seen in bins of about equally many items, equal probabilities kept together.

    Murphy and Winkler (1977), Applied Statistics 26: 41-47; bins of equal mass after Nixon et al. (2019), section 5.

    Args:
        probability: The judge's probabilities of yes, shape (n,).
        truth: 1 or 0, or the share of people who say yes, shape (n,).
        inclusion: How likely each item was to be chosen, shape (n,).
        bins: How many at most; by default one for every 10 items, up to 10.
        level: Confidence level of each bin's limits.

    Returns:
        Bins by rising probability; none for no items.

    Raises:
        ValueError: Shapes differ, or a number lies outside 0 to 1.
    """
    p, y, w = _checked(probability, truth, inclusion)
    found = []
    for chosen in _masks(p, bins):
        weight = w[chosen]
        said, seen = float(np.average(p[chosen], weights=weight)), float(np.average(y[chosen], weights=weight))
        size = float(weight.sum() ** 2 / np.sum(weight**2))
        low, high = wilson_limits(seen * size, size, level)
        found.append(Bin(said, seen, float(low), float(high), int(chosen.sum())))
    return tuple(found)


def calibration_error(
    probability: ArrayLike,
    truth: ArrayLike,
    *,
    seed: int,
    inclusion: ArrayLike | None = None,
    bins: int | None = None,
    replicates: int = 2000,
    level: float = 0.95,
) -> Miscalibration | Refused:
    """The expected calibration error against its null distribution.

    ECE = Σ share·|seen - said| (Naeini, Cooper and Hauskrecht 2015, AAAI). A perfectly calibrated judge shows about .08
    on 100 items, so the figure alone says nothing; consistency resampling (Bröcker and Smith 2007, Weather and
    Forecasting 22: 651-661) draws the truth from the judge's own probabilities and tells what chance makes of it.

    Args:
        probability: The judge's probabilities of yes, shape (n,).
        truth: 1 or 0, shape (n,).
        seed: Seed of the draws.
        inclusion: How likely each item was to be chosen, shape (n,).
        bins: As in `reliability_diagram`.
        replicates: Number of draws.
        level: One minus the chance of calling a calibrated judge miscalibrated.

    Returns:
        The error beside its chance level; refused under 5 items.

    Raises:
        ValueError: Shapes differ, or a number lies outside 0 to 1.
    """
    p, y, w = _checked(probability, truth, inclusion)
    method = f"expected calibration error against {replicates} draws of its null"
    if p.size < MIN_RATINGS:
        lacking = MIN_RATINGS - p.size
        return Refused(f"{p.size} items have a probability and a rating", f"rate {lacking} more", method, lacking)
    member = np.stack(_masks(p, bins)).astype(np.float64) * (w / w.sum())
    value = float(np.abs(member @ (y - p)).sum())
    rng = np.random.default_rng(seed)
    rows = max(1, 2_000_000 // p.size)
    drawn = [
        np.abs(((rng.random((min(rows, replicates - start), p.size)) < p) - p) @ member.T).sum(axis=1)
        for start in range(0, replicates, rows)
    ]
    null = np.concatenate(drawn)
    share = (1 + float(np.sum(null >= value))) / (1 + replicates)
    return Miscalibration(value, float(null.mean()), float(np.quantile(null, level)), share, p.size, method)


def _checked(probability: ArrayLike, truth: ArrayLike, inclusion: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    p, y = np.asarray(probability, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    if p.shape != y.shape or p.ndim != 1:
        raise ValueError(f"one truth for each probability is needed, found shapes {p.shape} and {y.shape}")
    if not (((p >= 0) & (p <= 1)).all() and ((y >= 0) & (y <= 1)).all()):
        raise ValueError("probabilities and truth lie between 0 and 1; leave abstentions out")
    return p, y, rating_weights(inclusion, p.size)


def _masks(p: Floats, bins: int | None) -> list[NDArray[np.bool_]]:
    if p.size == 0:
        return []
    wanted = bins or max(1, min(MAX_BINS, p.size // LEAST_IN_BIN))
    edges = np.unique(np.quantile(p, np.linspace(0, 1, wanted + 1)[1:-1], method="higher"))
    place = np.searchsorted(edges, p, side="left")
    return [place == one for one in np.unique(place)]
