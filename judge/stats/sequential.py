"""Looks: how often a growing comparison is looked at, and what its intervals become so that looking costs nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Final

import numpy as np

from judge.stats.intervals import z_value

EFFECT: Final = 0.1
"""Difference, as a share of the scale, at which an anytime-valid interval is tightest: ten points of a rate."""

MOST_LOOKS: Final = 200
_NODES: Final = 32
_HALVINGS: Final = 40


@dataclass(frozen=True, slots=True)
class Looks:
    """A plan of looking.

    Attributes:
        planned: How many equally spaced looks there will be at most (1: once, at the end); None for as many as one
            likes, whenever one likes.
        effect: Standard deviation of the differences that are expected, on the scale's unit; it moves only where an
            anytime-valid interval is tightest, never whether it holds.

    Raises:
        ValueError: No look, more than 200 planned ones, or an effect that is not above 0.
    """

    planned: int | None = 1
    effect: float = EFFECT

    def __post_init__(self) -> None:
        if self.planned is not None and not 1 <= self.planned <= MOST_LOOKS:
            raise ValueError(f"looks are planned from 1 to {MOST_LOOKS}, found {self.planned}")
        if not self.effect > 0:
            raise ValueError(f"an effect is above 0, found {self.effect}")

    def critical(self, error: float, level: float) -> float:
        """How many standard errors an interval reaches at each look.

        Args:
            error: The standard error at this look, on the scale's unit.
            level: Confidence level of all looks together.
        """
        if self.planned == 1:
            return z_value(level)
        if self.planned is not None:
            return pocock(self.planned, level)
        # Normal mixture: Robbins (1970), Ann. Math. Statist. 41: 1397-1409; as an asymptotic confidence sequence
        # Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), Ann. Statist. 52: 2613-2640, theorem 2.2.
        gain = (self.effect / error) ** 2 if error > 0 else math.inf
        if math.isinf(gain):
            return z_value(level)
        return math.sqrt((1 + gain) / gain * math.log((1 + gain) / (1 - level) ** 2))

    def p_value(self, z: float, error: float) -> float:
        """Two-sided p-value of a standardised difference that stays valid over all looks.

        Args:
            z: Difference over its standard error.
            error: That standard error, on the scale's unit.
        """
        if self.planned == 1:
            return math.erfc(abs(z) / math.sqrt(2))
        if self.planned is not None:
            return crossing(self.planned, abs(z))
        gain = (self.effect / error) ** 2 if error > 0 else math.inf
        if math.isinf(gain):
            return 0.0 if z else 1.0
        return min(1.0, math.sqrt(1 + gain) * math.exp(-(z**2) * gain / (2 * (1 + gain))))

    def level_for(self, error: float, level: float) -> float:
        """The level of a single look whose interval reaches `critical` standard errors."""
        return math.erf(self.critical(error, level) / math.sqrt(2))


def spent_level(level: float, look: int) -> float:
    """The level of the interval of one window, so that the intervals of all windows hold together.

    Errors of α/(k(k+1)) for the windows k = 1, 2, ... sum to α, however many there will be and however they depend on
    each other (Bonferroni). Unlike the interval of a growing mean, each is about its own window, and a change in the
    hundredth is not diluted by the ninety-nine before.

    Args:
        level: Confidence level of all windows together.
        look: Number of this window, from 1.

    Raises:
        ValueError: There is no such window.
    """
    if look < 1:
        raise ValueError(f"windows are counted from 1, found {look}")
    return 1 - (1 - level) / (look * (look + 1))


@cache
def pocock(looks: int, level: float) -> float:
    """Pocock's constant: |z| that a driftless process passes at one of `looks` even looks with chance 1-level.

    Pocock (1977), Biometrika 64: 191-199; the constants of Jennison and Turnbull (2000), table 2.1 (2.413 for 5 looks
    and 2.672 for 20 at .95). With looks that are not equally spaced the chance is somewhat higher.
    """
    low, high = z_value(level), z_value(1 - (1 - level) / looks)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if crossing(looks, middle) > 1 - level else (low, middle)
    return (low + high) / 2


def crossing(looks: int, bound: float) -> float:
    """Chance that |z| of a driftless process is above `bound` at one of `looks` equally spaced looks.

    The recursion of Armitage, McPherson and Rowe (1969), JRSS A 132: 235-244, on Gauss-Legendre nodes.
    """
    if bound <= 0:
        return 1.0
    nodes, weights = np.polynomial.legendre.leggauss(_NODES + 8 * math.isqrt(looks))
    reach = bound
    place, share = nodes * reach, weights * reach
    density = np.exp(-(place**2) / 2) / math.sqrt(2 * math.pi)
    for look in range(2, looks + 1):
        reach = bound * math.sqrt(look)
        there, its_share = nodes * reach, weights * reach
        kernel = np.exp(-((there[:, None] - place[None, :]) ** 2) / 2) / math.sqrt(2 * math.pi)
        density, place, share = kernel @ (share * density), there, its_share
    return min(1.0, max(0.0, 1 - float(share @ density)))


def power(effect: float, error: float, critical: float) -> float:
    """Chance that a true difference of `effect` is found by an interval of `critical` standard errors."""
    if error <= 0:
        return 1.0
    normal = NormalDist()
    return normal.cdf(abs(effect) / error - critical) + normal.cdf(-abs(effect) / error - critical)
