"""MOVER: the limits of a sum, a difference or a ratio made from the limits of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from judge.stats.intervals import (
    Limits,
    clopper_pearson_limits,
    mid_p_limits,
    wilson_limits,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

PartKind = Literal["mid-p", "wilson", "exact"]
"""Which limits each stratum's proportion gets."""

_PARTS: Final[dict[str, Callable[[ArrayLike, ArrayLike, float], Limits]]] = {
    "mid-p": mid_p_limits,
    "wilson": wilson_limits,
    "exact": clopper_pearson_limits,
}


def part_limits(mean: ArrayLike, effective: ArrayLike, level: float = 0.95, kind: PartKind = "mid-p") -> Limits:
    """Limits of each stratum's mean: 0 to 1 where nothing is rated, the mean itself where everything is.

    Args:
        mean: Means on 0 to 1, any shape.
        effective: Effective numbers of ratings, same shape: 0 for none, infinity where the stratum is known.
        level: Confidence level of each.
        kind: Which limits.
    """
    p, n = np.broadcast_arrays(np.asarray(mean, dtype=np.float64), np.asarray(effective, dtype=np.float64))
    usual = (n > 0) & np.isfinite(n)
    size = np.where(usual, n, 1.0)
    low, high = _PARTS[kind](p * size, size, level)
    low = np.where(usual, low, np.where(n > 0, p, 0.0))
    high = np.where(usual, high, np.where(n > 0, p, 1.0))
    return low, high


def between_limits(share: Floats, mean: Floats, pool: ArrayLike, level: float = 0.95) -> Limits:
    """Limits of Σ share·mean as far as the shares themselves come from a finite pool.

    The pool mean of the stratum means, moved to 0 to 1 by their range, gets Wilson's limits with the effective size
    that its variance (Σ share·mean² - θ²)/N implies. With two strata this is exactly |PPV - FOR| times the distance of
    P to its own Wilson limits, as in the two-score formula of `rate_limits`.

    Args:
        share: Pool shares, shape (..., K).
        mean: Stratum means, shape (..., K).
        pool: Number of items in the pool, shape (...).
        level: Confidence level.

    Returns:
        Lower and upper limits of θ, shape (...).
    """
    theta = np.sum(share * mean, axis=-1)
    present = share > 0
    bottom = np.min(np.where(present, mean, np.inf), axis=-1)
    span = np.max(np.where(present, mean, -np.inf), axis=-1) - bottom
    flat = span <= 1e-12  # noqa: PLR2004 - float noise of equal means
    wide = np.where(flat, 1.0, span)
    place = np.clip((theta - bottom) / wide, 0, 1)
    between = np.sum(share * (mean - theta[..., None]) ** 2, axis=-1) / wide**2
    still = flat | (between <= 1e-15)  # noqa: PLR2004 - as above
    size = np.asarray(pool, dtype=np.float64) * np.where(still, 1, place * (1 - place)) / np.where(still, 1, between)
    low, high = wilson_limits(place * size, size, level)
    return np.where(flat, theta, bottom + low * wide), np.where(flat, theta, bottom + high * wide)


def rate_limits(
    mean: ArrayLike,
    effective: ArrayLike,
    pool: ArrayLike,
    *,
    level: float = 0.95,
    kind: PartKind = "mid-p",
    finite: bool = False,
) -> Limits:
    """MOVER limits of the post-stratified mean θ = Σ Pₛ·mₛ, for any number of problems at once.

    A stratum without ratings may be anything: its worst cases are added in full, not in squares.

    With two scores θ = P·PPV + (1-P)·FOR and
    L = θ - √(P²(PPV-l₁)² + (1-P)²(FOR-l₀)² + (PPV-FOR)²(P-l_P)²), U mirrored: the method of variance estimates
    recovery of Zou and Donner (2008), Statistics in Medicine 27: 1693-1702, section 2, on a stratified mean.

    Args:
        mean: Stratum means on 0 to 1, shape (..., K).
        effective: Effective numbers of ratings, shape (..., K).
        pool: Items of the pool, shape (..., K).
        level: Confidence level.
        kind: Limits of the parts.
        finite: Whether this pool alone is meant, so that its shares are known and the third term falls away.

    Returns:
        Lower and upper limits on 0 to 1, shape (...).
    """
    m, sizes = np.broadcast_arrays(np.asarray(mean, dtype=np.float64), np.asarray(pool, dtype=np.float64))
    total = sizes.sum(axis=-1)
    share = sizes / total[..., None]
    theta = np.sum(share * m, axis=-1)
    low, high = part_limits(m, effective, level, kind)
    below, above = share * (m - low), share * (high - m)
    unknown = np.broadcast_to(np.asarray(effective) <= 0, m.shape)
    down, up = (np.sum(np.where(unknown, 0, part) ** 2, axis=-1) for part in (below, above))
    if not finite:
        least, most = between_limits(share, m, total, level)
        down, up = down + (theta - least) ** 2, up + (most - theta) ** 2
    worst_low, worst_high = (np.sum(np.where(unknown, part, 0), axis=-1) for part in (below, above))
    return np.maximum(0.0, theta - np.sqrt(down) - worst_low), np.minimum(1.0, theta + np.sqrt(up) + worst_high)


def difference_limits(
    a: tuple[float, float, float], b: tuple[float, float, float], correlation: float = 0.0
) -> tuple[float, float]:
    """MOVER limits of a - b from (value, low, high) of each, and the correlation of the two.

    Zou and Donner (2008), Statistics in Medicine 27: 1693-1702; Newcombe (1998), Statistics in Medicine 17: 2635-2650,
    method 10, for two proportions.
    """
    value = a[0] - b[0]
    a_down, a_up, b_down, b_up = a[0] - a[1], a[2] - a[0], b[0] - b[1], b[2] - b[0]
    down = a_down**2 + b_up**2 - 2 * correlation * a_down * b_up
    up = a_up**2 + b_down**2 - 2 * correlation * a_up * b_down
    return value - max(0.0, down) ** 0.5, value + max(0.0, up) ** 0.5


def ratio_limits(a: tuple[float, float, float], b: tuple[float, float, float]) -> tuple[float, float]:
    """MOVER-R limits of a / b, both at least 0 and independent: Donner and Zou (2012), SMMR 21: 347-359.

    Args:
        a: Value, low and high of the numerator.
        b: Value, low and high of the denominator, with high above 0.

    Returns:
        Lower limit and upper limit, which is infinite where the denominator may be 0.
    """
    (x, x_low, x_high), (y, y_low, y_high) = a, b
    product = x * y
    below = max(0.0, product**2 - x_low * y_high * (2 * x - x_low) * (2 * y - y_high))
    above = max(0.0, product**2 - x_high * y_low * (2 * x - x_high) * (2 * y - y_low))
    low_base, high_base = y_high * (2 * y - y_high), y_low * (2 * y - y_low)
    # Where y_high > 2y the quadratic opens downwards; its other root is then the lower limit.
    low = (product - below**0.5) / low_base if abs(low_base) > 1e-15 else x_low / y_high  # noqa: PLR2004 - no division by 0
    high = (product + above**0.5) / high_base if high_base > 0 else float("inf")
    return max(0.0, low), high
