"""Confidence sequences: intervals of a mean that hold at every look at once."""

from __future__ import annotations

import math

from judge.stats.intervals import Estimate, Refused

METHOD = "normal-mixture confidence sequence, asymptotic"


def sequence_mean(
    total: float, squares: float, n: int, *, level: float = 0.95, tightest: int = 500
) -> Estimate | Refused:
    """The mean of all records so far, with limits that hold at every look together.

    x̄ ± s·√(2(nρ²+1)/(n²ρ²)·ln(√(nρ²+1)/α)): Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), "Time-uniform
    central limit theory and asymptotic confidence sequences", Annals of Statistics 52: 2613-2640, theorem 2.2; ρ by the
    approximation of its section 2.3.

    Args:
        total: Sum of the values.
        squares: Sum of their squares.
        n: How many.
        level: Confidence level of all looks together.
        tightest: Number of records at which the interval is as short as it can be.

    Returns:
        The estimate, or a refusal under 30 records.
    """
    if n < 30:  # noqa: PLR2004 - the theorem is about many
        return Refused(f"only {n} records", f"wait for {30 - n} more", METHOD, 30 - n)
    alpha, mean = 1 - level, total / n
    spread = math.sqrt(max(0.0, squares / n - mean**2))
    rho2 = (2 * math.log(1 / alpha) + math.log(1 + 2 * math.log(1 / alpha))) / tightest
    inside = n * rho2 + 1
    reach = spread * math.sqrt(2 * inside / (n**2 * rho2) * math.log(math.sqrt(inside) / alpha))
    return Estimate(mean, mean - reach, mean + reach, level, n, METHOD)
