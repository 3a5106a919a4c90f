"""Raw differences: what the judge alone would say, and the tests that go with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judge.stats.difference import mcnemar
from judge.stats.permutation import permutation_test

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from judge.stats.intervals import Refused

    Floats = NDArray[np.float64]
    Marks = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class McNemar:
    """Pairs of one response each on which the judge tells the sides apart.

    Attributes:
        pairs: Pairs that both sides have once, both scored.
        only_a: Pairs with a positive score on A alone.
        only_b: Pairs with a positive score on B alone.
        p: The exact p-value.
    """

    pairs: int
    only_a: int
    only_b: int
    p: float


@dataclass(frozen=True, slots=True)
class Raw:
    """The judge's own difference; nothing in it knows of the judge's errors.

    Attributes:
        value: B minus A; None where a side has no scores.
        p: p-value by permutation of whole clusters.
        mcnemar: The same by McNemar's test; None for means, and where there are no pairs of one response each.
    """

    value: float | None
    p: float | Refused | None
    mcnemar: McNemar | None


def raw_difference(
    values: tuple[Floats, Floats], clusters: tuple[Marks, Marks], pairs: tuple[Marks, Marks] | None, *, seed: int = 0
) -> Raw:
    """Compare the judge's own scores.

    Args:
        values: Its values on each side, NaN where it abstained.
        clusters: Cluster of each record of each side.
        pairs: What makes a pair, for each record of each side; None where nothing does, or for means.
        seed: Seed of the permutations.
    """
    scored = [~np.isnan(each) for each in values]
    if not all(each.any() for each in scored):
        return Raw(None, None, None)
    a, b = (each[mask] for each, mask in zip(values, scored, strict=True))
    p = permutation_test(a, b, clusters[0][scored[0]], clusters[1][scored[1]], seed=seed)
    return Raw(float(b.mean() - a.mean()), p, _mcnemar(values, pairs) if pairs is not None else None)


def _mcnemar(values: tuple[Floats, Floats], pairs: tuple[Marks, Marks]) -> McNemar | None:
    lone = []
    for side, marks in zip(values, pairs, strict=True):
        names, first, counts = np.unique(marks, return_index=True, return_counts=True)
        once = (counts == 1) & (names != 0) & ~np.isnan(side[first])
        lone.append((names[once], side[first[once]]))
    _, in_a, in_b = np.intersect1d(lone[0][0], lone[1][0], return_indices=True)
    if not in_a.size:
        return None
    a, b = lone[0][1][in_a], lone[1][1][in_b]
    only_a, only_b = int(np.sum(a > b)), int(np.sum(b > a))
    return McNemar(int(in_a.size), only_a, only_b, mcnemar(only_a, only_b))
