"""Novelty: which words come up in new texts that were rarer or unknown before, at a stated rate of false alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from judge.stats.conformal import at_least, tail_score

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

TESTABLE: Final = 1e-4
"""Words that could not reach this p-value, were they in new texts alone, are not tested and cost the others nothing."""

RISING: Final = 1.5
"""Words that have risen by fewer standard deviations have p-values far too large to be the least of many."""

NAMED: Final = 1e-3
"""Words under this p-value, times the number tested, are named."""


@dataclass(frozen=True, slots=True)
class Novelty:
    """How new the words of new texts are.

    Attributes:
        score: A normal score or less while nothing changes, large where some word is new.
        p: One p-value a word, shape (K,); 1 for those not tested, and for those that have not risen.
        tested: How many were tested.
    """

    score: float
    p: Floats
    tested: int

    @property
    def named(self) -> list[int]:
        """Places of the words that are new beyond chance, the surest first."""
        order = np.argsort(self.p, kind="stable")
        return [int(place) for place in order if self.p[place] * self.tested <= NAMED]


def novelty(new: ArrayLike, old: ArrayLike, n: int, m: int) -> Novelty:
    """Test every word against the hypergeometric law of texts that were drawn from new and old together.

    The upper tail of Fisher's exact test for each word, times the number of words that could be told at all by how
    often they occur in both together: Tarone (1990), "A modified Bonferroni method for discrete data", Biometrics 46:
    515-522. Which words are tested depends on their totals alone, so the least of them stays a p-value.

    Args:
        new: New texts with each word, shape (K,).
        old: Old texts with each word, shape (K,).
        n: New texts.
        m: Old texts.

    Raises:
        ValueError: There are no new or no old texts.
    """
    if n <= 0 or m <= 0:
        raise ValueError("there is nothing to compare: new and old texts are both needed")
    a, b = (np.asarray(counts, dtype=np.int64) for counts in (new, old))
    totals = a + b
    tested = np.flatnonzero(_testable(totals, n, m))
    known: dict[tuple[int, int], float] = {}
    p = np.ones(a.shape)
    for place in tested[_rise(a[tested], totals[tested], n, m) > RISING]:
        pair = (int(a[place]), int(totals[place]))
        if pair not in known:
            known[pair] = at_least(pair[0], n, pair[1], n + m)
        p[place] = known[pair]
    least = min(1.0, float(p.min(initial=1.0)) * max(1, len(tested)))
    return Novelty(tail_score(least), p, len(tested))


def _testable(totals: NDArray[np.int64], n: int, m: int) -> NDArray[np.bool_]:
    """Whether a word that came up so often could be told, were every text with it new: C(n,t)/C(n+m,t)."""
    from scipy.special import gammaln  # noqa: PLC0415 - only where words are compared

    found = np.zeros(totals.shape, dtype=np.bool_)
    within = (totals > 0) & (totals <= n)
    t = totals[within].astype(np.float64)
    logs = gammaln(n + 1.0) - gammaln(n - t + 1) - gammaln(n + m + 1.0) + gammaln(n + m - t + 1)
    found[within] = logs <= np.log(TESTABLE)
    return found


def _rise(new: NDArray[np.int64], totals: NDArray[np.int64], n: int, m: int) -> Floats:
    """How many standard deviations more often a word is in new texts than a random draw would have it."""
    share = n / (n + m)
    spread = np.sqrt(totals * share * (1 - share) * (n + m - totals) / max(1, n + m - 1))
    return np.asarray((new - totals * share) / np.maximum(spread, 1e-9))
