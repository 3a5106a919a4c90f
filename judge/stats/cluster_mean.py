"""The mean of rows that hang together: several tries of one record are one cluster."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from judge.stats.clusters import MIN_CLUSTERS
from judge.stats.intervals import Estimate, Refused

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

METHOD: Final = "t, clustered"


def clustered_mean(values: ArrayLike, clusters: ArrayLike, level: float = 0.95) -> Estimate | Refused:
    """A mean with a t interval that takes each cluster as one.

    The variance is G/(G-1)·Σ_g(Σ_i(y_gi - m))²/n² (Liang and Zeger 1986, Biometrika 73: 13-22, eq. 4, for a mean), with
    G - 1 degrees of freedom. Rows that are each their own cluster get Student's interval.

    Args:
        values: Shape (n,), of any unit.
        clusters: Cluster of each row, shape (n,).
        level: Confidence level.

    Returns:
        The estimate in the unit of the values; its `n` counts rows. Refused where there are fewer than five clusters.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - keeps the module light

    rows = np.asarray(values, dtype=np.float64)
    codes = np.unique(np.asarray(clusters), return_inverse=True)[1]
    groups = int(codes.max(initial=-1)) + 1
    if groups < MIN_CLUSTERS:
        lacking = MIN_CLUSTERS - groups
        reason = f"it rests on {groups} record{'s' * (groups != 1)}; {MIN_CLUSTERS} are needed"
        return Refused(reason, f"probe {lacking} more", METHOD, lacking)
    mean = float(rows.mean())
    sums = np.bincount(codes, weights=rows - mean)
    spread = math.sqrt(groups / (groups - 1) * float(np.sum(sums**2))) / rows.size
    reach = float(stdtrit(groups - 1, (1 + level) / 2)) * spread
    return Estimate(mean, mean - reach, mean + reach, level, rows.size, METHOD)
