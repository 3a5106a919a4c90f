"""Multiplicity: p-values of several questions asked at once, adjusted so that they may be read side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Correction = Literal["holm", "bh", "by", "none"]
"""What is held down: the chance of any false finding, the share of false ones among the findings, or nothing."""


def adjusted(p: ArrayLike, correction: Correction = "holm") -> NDArray[np.float64]:
    """Adjusted p-values: a finding stands where its own is at most α.

    ``"holm"`` holds the chance of any false finding at α under every dependence (Holm 1979, Scandinavian Journal of
    Statistics 6: 65-70); ``"bh"`` the expected share of false findings, for independent or positively dependent tests
    (Benjamini and Hochberg 1995, JRSS B 57: 289-300, eq. 1); ``"by"`` the same under every dependence, at Σ 1/i, i =
    1..m, times the value (Benjamini and Yekutieli 2001, Annals of Statistics 29: 1165-1188, theorem 1.3).

    Args:
        p: One p-value a question, shape (m,).
        correction: Which of them.

    Returns:
        Shape (m,), in the order given.

    Raises:
        ValueError: A p-value lies outside 0 to 1.
    """
    values = np.asarray(p, dtype=np.float64)
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("p-values lie between 0 and 1")
    m = values.size
    if correction == "none" or m == 0:
        return values.copy()
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    if correction == "holm":
        made = np.maximum.accumulate(ranked * np.arange(m, 0, -1))
    else:
        ranks = np.arange(1, m + 1)
        dear = np.sum(1 / ranks) if correction == "by" else 1.0
        made = np.minimum.accumulate((ranked * dear * m / ranks)[::-1])[::-1]
    found = np.empty(m)
    found[order] = np.minimum(1.0, made)
    return found
