"""Discoveries: which of many tests stand when the share of false ones among them is held down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def benjamini_hochberg(p: ArrayLike, q: float = 0.05) -> NDArray[np.bool_]:
    """Which hypotheses are rejected with a false discovery rate of at most `q`, for independent tests.

    Benjamini and Hochberg (1995), JRSS B 57: 289-300, eq. 1: reject the k smallest, k the largest with p₍ₖ₎ <= kq/m.

    Args:
        p: One p-value a hypothesis, shape (m,).
        q: The share of false ones to tolerate.

    Returns:
        Shape (m,), in the order given.

    Raises:
        ValueError: A p-value lies outside 0 to 1.
    """
    values = np.asarray(p, dtype=np.float64)
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("p-values lie between 0 and 1")
    order = np.argsort(values, kind="stable")
    passes = np.flatnonzero(values[order] <= q * np.arange(1, values.size + 1) / max(values.size, 1))
    rejected = np.zeros(values.size, dtype=np.bool_)
    if passes.size:
        rejected[order[: passes[-1] + 1]] = True
    return rejected


def benjamini_yekutieli(p: ArrayLike, q: float = 0.05) -> NDArray[np.bool_]:
    """The same under any dependence between the tests: `q` is divided by Σ 1/i, i = 1..m.

    Benjamini and Yekutieli (2001), Annals of Statistics 29: 1165-1188, theorem 1.3.
    """
    values = np.asarray(p, dtype=np.float64)
    return benjamini_hochberg(values, q / float(np.sum(1 / np.arange(1, values.size + 1))) if values.size else q)
