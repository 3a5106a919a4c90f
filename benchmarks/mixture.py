"""How often a mixture keeps what it promises: chosen and measured by the same ratings, or by two halves of them.

    python benchmarks/mixture.py [--runs 400] [--seed 0]

Two simulated judges score 4,000 items; a share of the items is rated. Each run draws everything anew, looks for the
mixture that keeps a target, and holds the interval it reports, and its promise, against all 4,000 values by people.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from judge.calibration import mixture
from judge.calibration.mixture import ALIKE, Pair, find_mixtures
from judge.calibration.pool import Pool
from judge.scales import Level, Scale
from judge.stats.intervals import Estimate

SCALE = Scale(Level.NOMINAL, {"a": "", "b": "", "tie": ""}, positive=("tie",))
ITEMS = 4000
CHEAP, DEAR = 0.72, 0.8


def main() -> None:
    """Print one line for each number of ratings, target and way of measuring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    began = time.perf_counter()
    print("| ratings | target | measured by | interval holds the truth | called met | of these, truly met |")
    print("|---:|---:|---|---:|---:|---:|")
    for ratings in (120, 400):
        for target in (0.85, 0.95):
            for apart in (False, True):
                print(line(ratings, target, options.runs, options.seed, apart=apart), flush=True)
    print(f"{time.perf_counter() - began:.0f} s")


def line(ratings: int, target: float, runs: int, seed: int, *, apart: bool) -> str:
    """One cell."""
    held, met, kept, told = 0, 0, 0, 0
    for run in range(runs):
        made, truth, first, second = draw(np.random.default_rng([seed, run, ratings]), ratings)
        with measured_where_chosen(apart=apart):
            found = find_mixtures(made, SCALE, (target,), seed=run)
        if not isinstance(found, mixture.Mixtures) or not isinstance(found.found[0].agreement, Estimate):
            continue
        chosen = found.found[0]
        value = actual(chosen, truth, first, second)
        told += 1
        held += chosen.agreement.low <= value <= chosen.agreement.high
        met += chosen.met
        kept += chosen.met and value >= target
    how = "the other half" if apart else "the half that chose"
    share = f"{100 * kept / met:.1f} %" if met else "–"
    return (
        f"| {ratings} | {100 * target:g} % | {how} | {100 * held / told:.1f} % | {100 * met / told:.1f} % | {share} |"
    )


class measured_where_chosen:  # noqa: N801 - reads as what it does
    """The mistake that is measured: the half that chose says how good the choice is."""

    def __init__(self, *, apart: bool) -> None:
        self._apart = apart
        self._before = mixture._measured  # noqa: SLF001 - the benchmark puts the mistake in its place

    def __enter__(self) -> None:
        if not self._apart:
            mixture._measured = lambda pair, cells, route, rest, level: self._before(pair, cells, route, ~rest, level)  # noqa: SLF001

    def __exit__(self, *_: object) -> None:
        mixture._measured = self._before  # noqa: SLF001


def draw(random: np.random.Generator, ratings: int) -> tuple[Pair, np.ndarray, np.ndarray, np.ndarray]:
    """People's values and two judges; `ratings` items drawn at random are rated."""
    names = np.array(SCALE.names, dtype=object)
    truth = names[random.choice(3, ITEMS, p=[0.42, 0.42, 0.16])]

    def said(right: float) -> np.ndarray:
        return np.where(random.random(ITEMS) < right, truth, names[random.integers(0, 3, ITEMS)]).astype(object)

    first, second = said(CHEAP), said(DEAR)
    items = np.sort(random.choice(ITEMS, ratings, replace=False))
    nothing = np.full(ITEMS, np.nan)
    pools = [
        Pool(
            np.arange(ITEMS) + 1,
            each,
            nothing,
            nothing,
            np.arange(ITEMS),
            {},
            {},
            0,
            np.full(ITEMS, None, dtype=object),
        )
        for each in (first, second)
    ]
    return Pair((0, 1), (pools[0], pools[1]), items, truth[items], None, (0.001, 0.02, 1.0)), truth, first, second


def actual(chosen: mixture.Mixture, truth: np.ndarray, first: np.ndarray, second: np.ndarray) -> float:
    """How often the mixture gives people's value over all items."""
    by_first = np.array([name in chosen.first for name in first])
    least = [chosen.second.get(name) for name in second]
    alike = (first == second).tolist()
    by_second = np.array([at == 0 or (at == ALIKE and same) for at, same in zip(least, alike, strict=True)])
    return float(np.where(by_first, first == truth, np.where(by_second, second == truth, 1)).mean())


if __name__ == "__main__":
    main()
