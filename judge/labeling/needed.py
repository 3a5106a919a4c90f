"""What is needed: how many more records must be rated for the interval the owner wants."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judge.stats.intervals import z_value

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

LEAST = 30
"""Never fewer: below it no interval is worth its level."""


@dataclass(frozen=True, slots=True)
class Need:
    """How many records an interval takes.

    Attributes:
        rated: Records with a rating.
        needed: Records that have to be rated, those rated included.
        half_width: Half the width an interval from the records rated so far would have; None before the first.
    """

    rated: int
    needed: int
    half_width: float | None

    @property
    def more(self) -> int:
        """Records still to be rated."""
        return max(0, self.needed - self.rated)


def records_needed(
    values: ArrayLike, inclusion: ArrayLike, population: int, *, half_width: float, level: float, spread: float
) -> Need:
    """How many records an interval of that half-width takes, from the ratings so far.

    n = n₀/(1 + n₀/N) with n₀ = D·z²·S²/d²: Cochran (1977), Sampling Techniques, 3rd ed., eqs. 4.1, 4.2 and 4.11. S² is
    the variance of the ratings so far, each weighed by 1/π, as if two had come before them at either end of the scale
    (for a rate, Agresti and Coull 1998, American Statistician 52: 119-126), so that a start of equal ratings promises
    nothing. D = n·Σw²/(Σw)² is what unequal weights cost: Kish (1965), Survey Sampling, section 11.7. It is the
    interval of people's ratings alone; with a judge's help it takes fewer.

    Args:
        values: A number for each record rated, in units of the rate or the scale, shape (n,).
        inclusion: Its inclusion probability, shape (n,).
        population: Records in the population, N.
        half_width: d, half the width wanted.
        level: Its confidence level.
        spread: Length of the scale: 1 for a rate.
    """
    y, weight = np.asarray(values, dtype=np.float64), 1 / np.asarray(inclusion, dtype=np.float64)
    n = y.size
    share = weight / weight.sum() if n else weight
    mean = float(share @ y) if n else 0.0
    seen = float(share @ (y - mean) ** 2) if n else 0.0
    # Two made-up records at each end of the scale, at distance spread/2 from its middle on average.
    variance = (n * seen + 4 * (spread / 2) ** 2) / (n + 4)
    cost = n * float((weight**2).sum()) / float(weight.sum()) ** 2 if n else 1.0
    z = z_value(level)
    wanted = cost * z**2 * variance / half_width**2
    needed = min(population, max(LEAST, math.ceil(wanted / (1 + wanted / population) - 1e-9)))
    reached = z * math.sqrt(cost * variance / n * max(0.0, 1 - n / population)) if n else None
    return Need(rated=n, needed=needed, half_width=reached)
