"""Rank and product-moment correlations of two raters, with limits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from judge.errors import UsageError
from judge.stats.agreement import LEAST_UNITS, fisher_limits, jackknife_error, t_value
from judge.stats.intervals import Estimate, Refused, z_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

Correlation = Literal["pearson", "spearman", "kendall", "kendall-c"]

_MOST_GROUPS = 500


def correlation(
    x: ArrayLike,
    y: ArrayLike,
    kind: Correlation = "spearman",
    *,
    level: float = 0.95,
    clusters: ArrayLike | None = None,
    seed: int = 0,
) -> Estimate | Refused:
    """A correlation of two raters' numbers, with limits on Fisher's z.

    Correlation is not agreement: a rater who always gives two grades more correlates perfectly. Standard errors of z:
    Pearson 1/√(n-3), Spearman √((1 + r²/2)/(n-3)), Kendall's τ_b √(.437/(n-4)): Fieller, Hartley and Pearson (1957),
    Biometrika 44: 470-481; Bonett and Wright (2000), Psychometrika 65: 23-28, eqs. 1 to 3. Kendall's τ_c (Stuart 1953),
    and every kind where rows cluster, by jackknife over units or whole clusters with a t quantile.

    Args:
        x: One rater's numbers, shape (units,), NaN where missing.
        y: The other's; units that either left out are left out.
        kind: Which correlation; ``"kendall"`` is τ_b, which allows for ties.
        level: Confidence level.
        clusters: Conversation of each unit, shape (units,).
        seed: Seed that deals units into 500 groups where the jackknife would leave out more than that one by one.

    Returns:
        The estimate; refused with fewer than ten units (or conversations), where a rater gave everybody the same
        number, and where the correlation is perfect, which leaves no error to estimate.

    Raises:
        UsageError: The two are not equally long, or there is no such kind.
    """
    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise UsageError(f"two raters need one number a unit each, found shapes {first.shape} and {second.shape}")
    if kind not in _KINDS:
        raise UsageError(f"there is no correlation {kind!r}", hint=f"use {', '.join(_KINDS)}")
    both = ~(np.isnan(first) | np.isnan(second))
    first, second = first[both], second[both]
    groups = None if clusters is None else np.asarray(clusters)[both]
    name = _NAMES[kind]
    refused = _undefined(first, second, groups, name)
    if refused:
        return refused
    value = _KINDS[kind](first, second)
    if abs(value) >= 1:
        return Refused("the correlation is perfect, which leaves no error to estimate", "rate more items", name)
    if groups is None and kind != "kendall-c":
        error, how = _z_error(kind, value, first.size), "Fisher's z"
        z = math.atanh(value)
        reach = z_value(level) * error
        low, high = math.tanh(z - reach), math.tanh(z + reach)
    else:
        blocks = np.arange(first.size) if groups is None else np.unique(groups, return_inverse=True)[1]
        how = f"jackknife over {'units' if groups is None else 'clusters'} on Fisher's z"
        without = _without_each(_KINDS[kind], first, second, _bundled(blocks, seed))
        if not np.isfinite(without).all():
            return Refused("undefined without a single conversation", "have more conversations rated", name)
        error = jackknife_error(without, np.ones(without.size, dtype=np.intp))
        low, high = fisher_limits(value, error, t_value(level, without.size - 1))
    return Estimate(value, low, high, level, first.size, f"{name}; {how}")


def _undefined(first: Floats, second: Floats, groups: NDArray[Any] | None, name: str) -> Refused | None:
    count, what = (first.size, "items") if groups is None else (np.unique(groups).size, "conversations")
    if count < LEAST_UNITS:
        more = LEAST_UNITS - count
        return Refused(
            f"too few units: {count} {what} scored by both", f"have both score {more} more {what}", name, more=more
        )
    for numbers in (first, second):
        if np.ptp(numbers) == 0:
            return Refused(
                f"undefined: one rater gave {numbers[0]:g} to every item, which correlates with nothing",
                "rate items on which the answer can be expected to differ",
                name,
            )
    return None


def _z_error(kind: Correlation, value: float, n: int) -> float:
    if kind == "pearson":
        return 1 / math.sqrt(n - 3)
    if kind == "spearman":
        return math.sqrt((1 + value**2 / 2) / (n - 3))
    return math.sqrt(0.437 / (n - 4))


def _bundled(blocks: NDArray[np.intp], seed: int) -> NDArray[np.intp]:
    count = int(blocks.max()) + 1
    if count <= _MOST_GROUPS:
        return blocks
    return np.asarray(np.random.default_rng(seed).permutation(count)[blocks] % _MOST_GROUPS, dtype=np.intp)


def _without_each(of: Callable[[Floats, Floats], float], x: Floats, y: Floats, blocks: NDArray[np.intp]) -> Floats:
    kept = [blocks != block for block in range(int(blocks.max()) + 1)]
    return np.array([_or_nan(of, x[rows], y[rows]) for rows in kept])


def _or_nan(of: Callable[[Floats, Floats], float], x: Floats, y: Floats) -> float:
    return of(x, y) if np.ptp(x) > 0 and np.ptp(y) > 0 else math.nan


def _pearson(x: Floats, y: Floats) -> float:
    dx, dy = x - x.mean(), y - y.mean()
    return float(dx @ dy / math.sqrt(float(dx @ dx) * float(dy @ dy)))


def _spearman(x: Floats, y: Floats) -> float:
    from scipy.stats import rankdata  # noqa: PLC0415 - scipy.stats is slow to import

    return _pearson(rankdata(x), rankdata(y))


def _kendall_b(x: Floats, y: Floats) -> float:
    from scipy.stats import kendalltau  # noqa: PLC0415 - scipy.stats is slow to import

    return float(kendalltau(x, y, variant="b").statistic)


def _kendall_c(x: Floats, y: Floats) -> float:
    from scipy.stats import kendalltau  # noqa: PLC0415 - scipy.stats is slow to import

    return float(kendalltau(x, y, variant="c").statistic)


_KINDS: dict[str, Callable[[Floats, Floats], float]] = {
    "pearson": _pearson,
    "spearman": _spearman,
    "kendall": _kendall_b,
    "kendall-c": _kendall_c,
}
_NAMES = {
    "pearson": "Pearson's r",
    "spearman": "Spearman's ρ",
    "kendall": "Kendall's τ_b",
    "kendall-c": "Kendall's τ_c",
}
