"""Carried means: a judge's mean where nobody has rated, less the error that it had where people did."""

from __future__ import annotations

import math

import numpy as np

from judge.stats.intervals import Estimate, Refused

METHOD = "judge's mean less its mean error elsewhere"

LEAST = 10
"""Rated items that a mean error needs."""


def carried_mean(
    mean: float,
    spread: float,
    n: int,
    errors: np.typing.ArrayLike,
    *,
    scale: tuple[float, float] = (0.0, 1.0),
    level: float = 0.95,
) -> Estimate | Refused:
    """The mean that people would give: the judge's, less how much higher than people it scores on average.

    θ = f̄ - (f̄ᵣ - ȳᵣ), the difference estimator (Cochran 1977, Sampling Techniques, section 7.3, with b = 1; also λ = 1
    of prediction-powered inference), with variance s²(f)/n + s²(f-y)/r and Welch's degrees of freedom.
    Where the rated items are of another time it is right while the judge's mean error stays. A slope below 1, which
    fits them better, would take a part of every real change for the judge's error.

    Args:
        mean: Mean of the judge's scores, on `scale`.
        spread: Their standard deviation.
        n: How many.
        errors: Judge minus people for each rated item, shape (r,).
        scale: Lowest and highest possible score.
        level: Confidence level.

    Returns:
        The estimate, cut to the scale; refused under 10 rated items or 2 scores.
    """
    found = np.asarray(errors, dtype=np.float64)
    if n < 2 or found.size < LEAST:  # noqa: PLR2004 - a spread needs two
        lacking = max(0, LEAST - found.size)
        reason = f"{found.size} records have a rating beside this judge's score, and {n} were judged"
        return Refused(reason, f"rate {lacking} more" if lacking else "judge more records", METHOD, lacking or None)
    from scipy.special import stdtrit  # noqa: PLC0415 - only where means are carried

    parts = np.array([spread**2 / n, float(found.var(ddof=1)) / found.size])
    variance = float(parts.sum())
    freedom = variance**2 / float((parts**2 / np.array([n - 1, found.size - 1])).sum()) if variance > 0 else n - 1.0
    reach = float(stdtrit(freedom, (1 + level) / 2)) * math.sqrt(variance)
    value = min(max(mean - float(found.mean()), scale[0]), scale[1])
    low, high = max(scale[0], value - reach), min(scale[1], value + reach)
    return Estimate(value, low, high, level, int(found.size), METHOD)
