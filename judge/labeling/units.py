"""Units: what is drawn as one, a record or a whole conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judge.labeling.draw import Draw

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Units:
    """A population in which some items belong together.

    Every item of a drawn unit is rated, so an item's inclusion probability is its unit's: Cochran (1977), Sampling
    Techniques, 3rd ed., section 9.2.

    Attributes:
        unit: The unit of each item, shape (N,), numbered from 0.
        sizes: Items in each unit, shape (M,).
    """

    unit: Whole
    sizes: Whole

    @classmethod
    def of(cls, clusters: ArrayLike) -> Units:
        """Units from the cluster of each item, shape (N,)."""
        _, unit, sizes = np.unique(np.asarray(clusters), return_inverse=True, return_counts=True)
        return cls(unit.astype(np.int64), sizes.astype(np.int64))

    @property
    def items(self) -> int:
        """How many items there are."""
        return int(self.unit.size)

    def count_for(self, n: int) -> int:
        """How many units hold about n items."""
        return max(1, min(self.sizes.size, round(n * self.sizes.size / max(self.items, 1))))

    def strata(self, strata: ArrayLike) -> NDArray[np.object_]:
        """The stratum of each unit, shape (M,): the rarest in the population among those of its items.

        A unit with anything rare in it is then in the rare stratum, so that a floor there is a floor on such items.
        """
        names, stratum, counts = np.unique(np.asarray(strata), return_inverse=True, return_counts=True)
        rarity = np.empty(names.size, dtype=np.int64)
        rarity[np.argsort(counts, kind="stable")] = np.arange(names.size)
        rarest = np.full(self.sizes.size, names.size, dtype=np.int64)
        np.minimum.at(rarest, self.unit, rarity[stratum])
        return np.asarray(names, dtype=np.object_)[np.argsort(rarity)[rarest]]

    def means(self, sizes: ArrayLike) -> NDArray[np.float64]:
        """The mean of its items' sizes for each unit, shape (M,)."""
        sums = np.bincount(self.unit, weights=np.asarray(sizes, dtype=np.float64), minlength=self.sizes.size)
        return np.asarray(sums / self.sizes)

    def items_of(self, draw: Draw) -> Draw:
        """The items of the drawn units, each with its unit's probability."""
        chance = np.zeros(self.sizes.size)
        chance[draw.units] = draw.probability
        items = np.flatnonzero(chance[self.unit] > 0)
        return Draw(items.astype(np.int64), chance[self.unit[items]])
