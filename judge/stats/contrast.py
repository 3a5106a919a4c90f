"""Contrasts: a corrected difference with what it takes to decide on it, once or at many looks."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from judge.stats.clusters import influence
from judge.stats.difference import Arm, corrected_difference
from judge.stats.intervals import Estimate, Refused, z_value
from judge.stats.sequential import Looks, power

POWER: Final = 0.8
"""Chance with which a planned comparison finds the difference it is planned for."""


@dataclass(frozen=True, slots=True)
class Need:
    """What it takes to know whether a difference is as large as a margin.

    Attributes:
        margin: The margin, in the unit of the scale.
        power: Chance that a true difference of that size is found with what there is.
        detectable: The smallest difference that is found in 80 % of cases with what there is.
        ratings: More ratings needed over both arms for a chance of 80 %; 0 where there are enough.
        records: More judged records needed over both arms; 0 where more ratings alone do.
    """

    margin: float
    power: float
    detectable: float
    ratings: int
    records: int


@dataclass(frozen=True, slots=True)
class Contrast:
    """The corrected mean of B minus that of A.

    Attributes:
        estimate: The difference; its limits hold over all looks.
        down: Standard error towards the lower limit.
        up: Standard error towards the upper limit.
        error: Standard error, the mean of both sides, of a single look.
        looks: How often it is looked at.
        width: Width of the scale, whose unit the plan of looking is in.
        rated_part: Share of the variance that comes from the ratings; the rest comes from the pools.
        items: Items of both pools.
    """

    estimate: Estimate
    down: float
    up: float
    error: float
    looks: Looks
    width: float
    rated_part: float
    items: int

    def p_different(self) -> float:
        """p-value that there is no difference: below 1 - level just where the interval leaves 0 out."""
        value = self.estimate.value
        return self._p(value, self.down if value > 0 else self.up)

    def p_beyond(self, margin: float) -> float:
        """p-value that the difference is as large as the margin, in either direction.

        Two one-sided tests: Schuirmann (1987), J. Pharmacokin. Biopharm. 15: 657-680.
        """
        value = self.estimate.value
        if abs(value) >= margin:
            return 1.0
        return max(self._p(value + margin, self.down), self._p(margin - value, self.up)) / 2

    def need(self, margin: float, *, level: float | None = None) -> Need:
        """How many more ratings and records it takes to find a difference of the margin with a chance of 80 %.

        The variance is split into what ratings and what pools contribute; each part shrinks with its own number.

        Args:
            margin: The difference worth finding, in the unit of the scale.
            level: Confidence level where it is not the estimate's.
        """
        critical = self.looks.critical(self.error / self.width, level or self.estimate.level)
        reach = critical + z_value(2 * POWER - 1)
        allowed = (margin / reach) ** 2
        now = self.error**2
        found = power(margin, self.error, critical)
        detectable = reach * self.error
        if now <= allowed:
            return Need(margin, found, detectable, 0, 0)
        n = self.estimate.n
        left = allowed - (1 - self.rated_part) * now
        factor = self.rated_part * now / left if left > 0 else math.inf
        if factor * n <= self.items:
            return Need(margin, found, detectable, math.ceil((factor - 1) * n), 0)
        grown = now / allowed
        more = math.ceil((grown - 1) * n), math.ceil((grown - 1) * self.items)
        return Need(margin, found, detectable, *more)

    def _p(self, distance: float, error: float) -> float:
        if error <= 0:
            return 1.0 if distance == 0 else 0.0
        return self.looks.p_value(distance / error, self.error / self.width)


def contrast(
    a: Arm, b: Arm, *, scale: tuple[float, float] = (0.0, 1.0), level: float = 0.95, looks: Looks | None = None
) -> Contrast | Refused:
    """The corrected mean of B minus that of A, with limits for as many looks as are taken.

    Args:
        a: The arm compared to.
        b: The arm in question.
        scale: Lowest and highest possible truth.
        level: Confidence level, over all looks together.
        looks: How often it is looked at; once where left out.

    Returns:
        The contrast; refused where either arm is.
    """
    plan = looks or Looks()
    once = corrected_difference(b, a, scale=scale, level=level)
    if isinstance(once, Refused):
        # The difference is B - A, so the function's own A is our B.
        return replace(once, reason=_renamed(once.reason), needed=_renamed(once.needed))
    width = scale[1] - scale[0]
    error = once.width / (2 * z_value(level))
    estimate, critical = once, plan.critical(error / width, level)
    if plan.planned != 1:
        wider = corrected_difference(b, a, scale=scale, level=plan.level_for(error / width, level))
        how = "anytime valid" if plan.planned is None else f"{plan.planned} looks"
        if isinstance(wider, Estimate):
            estimate = replace(wider, level=level, method=f"{wider.method}, {how}")
    estimate = replace(estimate, method=estimate.method.replace("A minus B", "B minus A"))
    return Contrast(
        estimate=estimate,
        down=(estimate.value - estimate.low) / critical,
        up=(estimate.high - estimate.value) / critical,
        error=error,
        looks=plan,
        width=width,
        rated_part=_rated_part((a, b), scale),
        items=np.size(a.pool) + np.size(b.pool),
    )


def _renamed(text: str) -> str:
    return ("B" if text.startswith("A: ") else "A") + text[1:]


def _rated_part(arms: tuple[Arm, Arm], scale: tuple[float, float]) -> float:
    rated = whole = 0.0
    for arm in arms:
        rows = arm.rows(scale)
        rated += influence(rows, None, None, target="pool").plain
        whole += influence(rows, None, None).plain
    return rated / whole if whole > 0 else 1.0
