"""The Brier score of probabilities, and what of it is miscalibration, what is discernment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judge.stats.correction import plain_mean
from judge.stats.intervals import Refused
from judge.stats.maps import fit_isotonic
from judge.stats.strata import rating_weights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from judge.stats.intervals import Estimate


@dataclass(frozen=True, slots=True)
class Brier:
    """A Brier score with its parts: score = miscalibration - discernment + uncertainty.

    Attributes:
        score: Mean of (p - y)²; 0 is perfect.
        miscalibration: What a monotone map of the probabilities would save.
        discernment: What the mapped probabilities save over always saying the rate.
        uncertainty: What always saying the rate scores: rate·(1 - rate).
    """

    score: Estimate | Refused
    miscalibration: float
    discernment: float
    uncertainty: float

    @property
    def skill(self) -> float | None:
        """Share of the uncertainty that the probabilities remove; negative where the plain rate does better."""
        if isinstance(self.score, Refused) or self.uncertainty < 1e-12:  # noqa: PLR2004 - float noise
            return None
        return 1 - self.score.value / self.uncertainty


def brier(
    probability: ArrayLike,
    truth: ArrayLike,
    *,
    inclusion: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
) -> Brier:
    """Brier (1950), Monthly Weather Review 78: 1-3, with the CORP decomposition.

    Dimitriadis, Gneiting and Jordan (2021), PNAS 118 e2016191118: the recalibrated probabilities are the isotonic
    regression of the truth, so no bins are chosen and all three parts are at least 0.

    Args:
        probability: The judge's probabilities of yes, shape (n,).
        truth: 1 or 0, or the share of people who say yes, shape (n,).
        inclusion: How likely each item was to be chosen, shape (n,).
        clusters: Conversation of each item, shape (n,).
        level: Confidence level of the score.

    Raises:
        ValueError: There is no item, shapes differ, or a number lies outside 0 to 1.
    """
    p, y = np.asarray(probability, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    if p.shape != y.shape or p.ndim != 1 or p.size == 0:
        raise ValueError(f"one truth for each probability is needed, found shapes {p.shape} and {y.shape}")
    if not (((p >= 0) & (p <= 1)).all() and ((y >= 0) & (y <= 1)).all()):
        raise ValueError("probabilities and truth lie between 0 and 1; leave abstentions out")
    weight = rating_weights(inclusion, p.size)
    share = weight / weight.sum()
    mapped = fit_isotonic(p, y, weight=weight)(p)
    rate = float(share @ y)
    own, best, none = (float(share @ (said - y) ** 2) for said in (p, mapped, np.full(p.size, rate)))
    score = plain_mean((p - y) ** 2, inclusion=inclusion, clusters=clusters, level=level)
    return Brier(score, max(0.0, own - best), max(0.0, none - best), none)
