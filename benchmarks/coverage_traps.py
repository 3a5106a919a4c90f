"""What does not hold: intervals in common use, where items were chosen by the judge, where the mixture has shifted.

Run: python benchmarks/coverage_traps.py  (prints the table in docs/explanation/correction.md; seeded, seconds)
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judge.stats.intervals import Estimate, Refused, wilson_limits, z_value
from judge.stats.poststratification import poststratified
from judge.stats.shift import rogan_gladen

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SEED = 20_250_104
POOL = 20_000
Limits = tuple[float, float] | None


@dataclass(frozen=True)
class Scene:
    """Where ratings come from, and the pool whose rate is asked for.

    Attributes:
        name: What the table calls it.
        rate: Rate of the pool.
        ratings: How many items are rated.
        rated_rate: Rate where the ratings were made; another one than `rate` is label shift.
        by_score: Whether half of the ratings went to items the judge flagged.
        tpr: True positive rate of the judge.
        tnr: True negative rate on the pool.
        rated_tnr: True negative rate where the ratings were made; another one is a judge that has moved.
    """

    name: str
    rate: float
    ratings: int
    rated_rate: float
    by_score: bool = False
    tpr: float = 0.9
    tnr: float = 0.8
    rated_tnr: float = 0.8


SCENES = (
    Scene("rated at random, rate .10, 200 ratings", 0.1, 200, 0.1),
    Scene("rated at random, rate .02, 100 ratings", 0.02, 100, 0.02),
    Scene("rated at random, rate .02, 30 ratings", 0.02, 30, 0.02),
    Scene("half from what the judge flagged, rate .10", 0.1, 200, 0.1, by_score=True),
    Scene("label shift: rated at .30, pool at .10", 0.1, 200, 0.3),
    Scene("label shift: rated at .10, pool at .30", 0.3, 200, 0.1),
    Scene("the judge has moved: TNR .90 when rated, now .80", 0.1, 200, 0.1, rated_tnr=0.9),
)


def draw(scene: Scene, rng: np.random.Generator) -> tuple[int, NDArray[np.float64]]:
    """Flagged items of the pool, and the ratings as a table: truth (0, 1) by the judge's score (0, 1)."""
    said = scene.rate * scene.tpr + (1 - scene.rate) * (1 - scene.tnr)
    flagged = int(rng.binomial(POOL, said))
    yes, no = scene.rated_rate, 1 - scene.rated_rate
    joint = np.array(
        [[no * scene.rated_tnr, no * (1 - scene.rated_tnr)], [yes * (1 - scene.tpr), yes * scene.tpr]], dtype=np.float64
    )
    if not scene.by_score:
        return flagged, rng.multinomial(scene.ratings, joint.ravel()).reshape(2, 2).astype(np.float64)
    half = scene.ratings // 2
    columns = [rng.multinomial(half, joint[:, score] / joint[:, score].sum()) for score in (0, 1)]
    return flagged, np.stack(columns, axis=1).astype(np.float64)


def naive(flagged: int, table: NDArray[np.float64]) -> Limits:
    """The judge's own rate with a binomial interval."""
    del table
    low, high = wilson_limits(flagged, POOL)
    return float(low), float(high)


def people(flagged: int, table: NDArray[np.float64]) -> Limits:
    """The ratings alone, taken for a random draw."""
    del flagged
    low, high = wilson_limits(table[1].sum(), table.sum())
    return float(low), float(high)


def wald(flagged: int, table: NDArray[np.float64]) -> Limits:
    """PPI++ with its Wald interval."""
    n = table.sum()
    f, y = table[:, 1].sum() / n, table[1].sum() / n
    square = f * (1 - f)
    slope = (table[1, 1] / n - f * y) / square if square > 0 else 0.0
    value = y + slope * (flagged / POOL - f)
    variance = (y * (1 - y) - slope**2 * square) / n + slope**2 * square / POOL
    reach = z_value(0.95) * max(0.0, variance) ** 0.5
    return value - reach, value + reach


def lee(flagged: int, table: NDArray[np.float64]) -> Limits:
    """Rogan-Gladen with the interval of Lee et al."""
    negatives, positives = table.sum(axis=1)
    if min(negatives, positives) == 0:
        return None
    found = rogan_gladen(
        flagged / POOL,
        table[0, 0] / negatives,
        table[1, 1] / positives,
        pool=POOL,
        negatives=int(negatives),
        positives=int(positives),
        declared=True,
    )
    return limits_of(found)


def corrected(flagged: int, table: NDArray[np.float64]) -> Limits:
    """Evenhand's corrected rate."""
    return limits_of(poststratified(table[1], table.sum(axis=0), [POOL - flagged, flagged], small="bound"))


def limits_of(found: Estimate | Refused) -> Limits:
    """Limits of an estimate, None for a refusal."""
    return (found.low, found.high) if isinstance(found, Estimate) else None


METHODS: dict[str, Callable[[int, NDArray[np.float64]], Limits]] = {
    "judge alone": naive,
    "people alone": people,
    "PPI++, Wald": wald,
    "Rogan-Gladen, Lee": lee,
    "corrected": corrected,
}


def coverage(scene: Scene, draws: int, seed: list[int]) -> dict[str, tuple[float, float]]:
    """Method -> how often its limits hold the pool's rate, and how often it gives none."""
    rng = np.random.default_rng(seed)
    held: dict[str, list[float]] = {name: [] for name in METHODS}
    for _ in range(draws):
        flagged, table = draw(scene, rng)
        for name, method in METHODS.items():
            limits = method(flagged, table)
            if limits is not None:
                held[name].append(float(limits[0] <= scene.rate <= limits[1]))
    return {
        name: (float(np.mean(all_)) if all_ else float("nan"), 1 - len(all_) / draws) for name, all_ in held.items()
    }


def main() -> None:
    """Prints the table; in brackets, the share of draws without an interval."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=2000)
    options = parser.parse_args()
    print("| ratings | " + " | ".join(METHODS) + " |\n|---|" + "---|" * len(METHODS))
    for index, scene in enumerate(SCENES):
        found = coverage(scene, options.draws, [SEED, index])
        texts = [f"{held:.3f}" + (f" ({none:.2f} none)" if none > 0 else "") for held, none in found.values()]
        print(f"| {scene.name} | " + " | ".join(texts) + " |", flush=True)


if __name__ == "__main__":
    main()
