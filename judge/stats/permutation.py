"""Permutation: whether two arms' raw scores differ more than a shuffle of whole clusters would make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from judge.stats.intervals import Refused

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

METHOD = "permutation of whole clusters"
LEAST_CLUSTERS = 5


def permutation_test(
    a: ArrayLike,
    b: ArrayLike,
    a_clusters: ArrayLike,
    b_clusters: ArrayLike,
    *,
    draws: int = 2000,
    seed: int = 0,
) -> float | Refused:
    """p-value that the means of A and B differ, when nothing but chance decides which arm a cluster's scores are in.

    Clusters with scores in both arms change sides whole (A's scores for B's), clusters of one arm are dealt anew to the
    arms: Pesarin and Salmaso (2010), Permutation Tests for Complex Data, chapter 1. (1 + hits) / (1 + draws) is exact
    for random draws (Phipson and Smyth 2010, SAGMB 9: 39).

    Args:
        a: Scores of A, shape (N,).
        b: Scores of B, shape (M,).
        a_clusters: What each of A's rows hangs together with, shape (N,).
        b_clusters: The same for B, from the same names, shape (M,).
        draws: How many shuffles.
        seed: Their seed.

    Returns:
        The two-sided p-value; refused under 5 clusters.

    Raises:
        ValueError: There is not one cluster for each row.
    """
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    names = np.concatenate([np.asarray(a_clusters), np.asarray(b_clusters)])
    if names.size != x.size + y.size:
        raise ValueError(f"one cluster for each of {x.size + y.size} rows is needed, found {names.size}")
    unique, codes = np.unique(names, return_inverse=True)
    if unique.size < LEAST_CLUSTERS or not x.size or not y.size:
        lacking = max(1, LEAST_CLUSTERS - int(unique.size))
        return Refused(f"there are {unique.size} clusters", f"judge records of {lacking} more", METHOD)
    sums = _by_arm(codes, np.concatenate([x, y]), x.size, unique.size)
    sizes = _by_arm(codes, np.ones(names.size), x.size, unique.size)
    both: NDArray[np.bool_] = np.all(sizes > 0, axis=0)
    seen = abs(_gap(sums.sum(axis=1), sizes.sum(axis=1)))
    rng = np.random.default_rng(seed)
    hits = 0
    for _ in range(draws):
        swap = _shuffled(both, sizes, rng)
        moved = np.where(swap, sums[::-1], sums).sum(axis=1)
        counts = np.where(swap, sizes[::-1], sizes).sum(axis=1)
        hits += not counts.all() or abs(_gap(moved, counts)) >= seen - 1e-12
    return (1 + hits) / (1 + draws)


def _by_arm(codes: NDArray[np.intp], values: Floats, cut: int, clusters: int) -> Floats:
    """Sums of the rows of A and of B by cluster, shape (2, clusters)."""
    parts = (codes[:cut], values[:cut]), (codes[cut:], values[cut:])
    return np.stack([np.bincount(mine, weights=its, minlength=clusters) for mine, its in parts])


def _gap(sums: Floats, sizes: Floats) -> float:
    return float(sums[0] / sizes[0] - sums[1] / sizes[1])


def _shuffled(both: NDArray[np.bool_], sizes: Floats, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which clusters change sides: a coin for those in both arms, a deal that keeps the numbers for the others."""
    swap = rng.random(both.size) < 0.5  # noqa: PLR2004 - a coin
    alone = np.flatnonzero(~both)
    in_a = sizes[0, alone] > 0
    swap[alone] = in_a != rng.permutation(in_a)
    return swap
