"""Homogeneity: whether several sides have the same mix of kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

LEAST_EXPECTED: Final = 5
DRAWS: Final = 1999
MANY: Final = 1000
"""Clusters from which on their number lets χ² be corrected instead of shuffled for."""


def same_mix(
    kinds: Sequence[ArrayLike], clusters: Sequence[ArrayLike] | None = None, *, draws: int = DRAWS, seed: int = 0
) -> float:
    """p-value that the kinds of all sides come from one mix.

    Pearson's χ² of the table of sides by kinds (Pearson 1900, Philosophical Magazine 50: 157-175); kinds expected under
    5 times on a side are taken together. Where items hang together it is held against shuffles of whole clusters
    between the sides instead, (1 + hits) / (1 + draws) (Phipson and Smyth 2010, SAGMB 9: 39); with over 1,000 clusters
    it is divided by the mean design effect (Rao and Scott 1981, JASA 76: 221-230, section 3: homogeneity).

    Args:
        kinds: The kind of each item, one array a side.
        clusters: What each item hangs together with, one array a side, no name on two of them; None where each item is
            on its own.
        draws: How many shuffles.
        seed: Their seed.

    Returns:
        The p-value; 1 where there is only one kind.
    """
    from scipy.special import chdtrc  # noqa: PLC0415 - keeps the module light

    sides = np.repeat(np.arange(len(kinds)), [np.size(each) for each in kinds])
    codes = np.unique(np.concatenate([np.asarray(each) for each in kinds]), return_inverse=True)[1]
    codes = _rare_together(codes, np.bincount(sides))
    width = int(codes.max(initial=0)) + 1
    if width < 2 or len(kinds) < 2:  # noqa: PLR2004 - one kind is one mix
        return 1.0
    if clusters is None:
        table = np.bincount(sides * width + codes, minlength=len(kinds) * width).reshape(len(kinds), width)
        return float(chdtrc((len(kinds) - 1) * (width - 1), _pearson(table.astype(np.float64))))
    names = np.unique(np.concatenate([np.asarray(each) for each in clusters]), return_inverse=True)[1]
    whole = np.zeros((int(names.max()) + 1, width))
    np.add.at(whole, (names, codes), 1)
    home = np.zeros(whole.shape[0], dtype=np.intp)
    home[names] = sides
    if home.size > MANY:
        freedom = (len(kinds) - 1) * (width - 1)
        seen = _table(whole, home, len(kinds))
        return float(chdtrc(freedom, _pearson(seen) / _design_effect(whole, home, seen, freedom)))
    rng = np.random.default_rng(seed)
    least = _pearson(_table(whole, home, len(kinds))) - 1e-9
    hits = sum(_pearson(_table(whole, rng.permutation(home), len(kinds))) >= least for _ in range(draws))
    return (1 + hits) / (1 + draws)


def _rare_together(codes: NDArray[np.intp], sizes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Numbers of the kinds anew, the rare ones under one number."""
    counts = np.bincount(codes)
    rare = counts * (sizes.min() / sizes.sum()) < LEAST_EXPECTED
    number = np.where(rare, counts.size, np.arange(counts.size))
    found: NDArray[np.intp] = np.unique(number[codes], return_inverse=True)[1]
    return found


def _table(whole: Floats, home: NDArray[np.intp], sides: int) -> Floats:
    return np.stack([whole[home == side].sum(axis=0) for side in range(sides)])


def _design_effect(whole: Floats, home: NDArray[np.intp], table: Floats, freedom: int) -> float:
    """Mean generalised design effect: Σ (1 - nₕ/n) Σ vₕₖ·nₕ/pₖ over the degrees of freedom, v robust over clusters."""
    sizes, together = table.sum(axis=1), table.sum(axis=0) / table.sum()
    total = 0.0
    for side, size in enumerate(sizes):
        rows = whole[home == side]
        left = rows - rows.sum(axis=1, keepdims=True) * (table[side] / size)
        total += (1 - size / sizes.sum()) * float(np.sum((left**2).sum(axis=0) / size / together))
    return total / freedom


def _pearson(table: Floats) -> float:
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    return float(np.sum((table - expected) ** 2 / np.where(expected > 0, expected, 1)))
