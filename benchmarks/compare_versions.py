"""How often comparisons of two versions err, and how often they find what is there, by simulation.

Run `python benchmarks/compare_versions.py` for the tables in docs/explanation/comparing.md (seeded, one core, some
minutes), or with `--draws 100` for a look. Cells without a gap, whose findings are all errors, get five times as many:
600 once made 7.2 % of what 40,000 show to be 5.0 %. A judge of TPR .9 has TNR .8 on version A and .7 on version B.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace

import numpy as np

from judge.stats.contrast import Contrast, contrast
from judge.stats.difference import Arm
from judge.stats.sequential import Looks

SEED = 20_261_124
RATE, TPR, TNR = 0.3, 0.9, (0.8, 0.7)
LOOKS = 20
FINER = 5


@dataclass(frozen=True)
class Draw:
    """What is true of both versions' responses, what the judge says of them, and how they are paired."""

    truth: tuple[np.ndarray, np.ndarray]
    said: tuple[np.ndarray, np.ndarray]
    paired: bool

    def arms(self, items: int, rated: int) -> tuple[Arm, Arm]:
        """The first records, the first of which are rated."""
        names = np.arange(items) if self.paired else None
        shown = None if names is None else names[:rated]
        return tuple(  # type: ignore[return-value] # two of them
            Arm(said[:items], said[:rated], truth[:rated].astype(float), clusters=shown, pool_clusters=names)
            for truth, said in zip(self.truth, self.said, strict=True)
        )

    def naive(self, items: int) -> float:
        """Z of the judge's own difference: of two proportions, or of paired differences."""
        a, b = (said[:items].astype(float) for said in self.said)
        spread = np.sqrt((b - a).var() / items) if self.paired else np.sqrt((a.var() + b.var()) / items)
        return float((b.mean() - a.mean()) / spread)


def draw(rng: np.random.Generator, items: int, gap: float, *, paired: bool) -> Draw:
    """Responses of both versions; paired ones share most of their questions' difficulty."""
    hard = rng.normal(size=items)
    truths, said = [], []
    for rate, tnr in zip((RATE, RATE + gap), TNR, strict=True):
        own = rng.normal(size=items)
        latent = 0.8**0.5 * hard + 0.2**0.5 * own if paired else own
        truth = latent < _quantile(rate)
        truths.append(truth)
        said.append(np.where(truth, rng.random(items) < TPR, rng.random(items) > tnr))
    return Draw((truths[0], truths[1]), (said[0], said[1]), paired)


def _quantile(rate: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(rate)


def once(draws: int) -> None:
    """Size and power of one look."""
    print("| records, ratings a side | paired | true gap | judge alone | corrected |\n| --- | --- | --- | --- | --- |")
    rng = np.random.default_rng(SEED)
    for items, rated in ((400, 100), (2000, 200), (10_000, 400)):
        for paired in (False, True):
            for gap in (0.0, 0.05, 0.1, 0.15):
                naive, corrected, times = 0, 0, draws if gap else FINER * draws
                for _ in range(times):
                    made = draw(rng, items, gap, paired=paired)
                    naive += abs(made.naive(items)) > 1.959964
                    found = contrast(*made.arms(items, rated))
                    corrected += isinstance(found, Contrast) and found.p_different() < 0.05
                told = "yes" if paired else "no"
                shares = f"{100 * naive / times:.1f} % | {100 * corrected / times:.1f} %"
                print(f"| {items:,}, {rated} | {told} | {gap:.2f} | {shares} |", flush=True)


def often(draws: int) -> None:
    """Share of draws in which one of 20 looks finds a difference."""
    print("\n| true gap | judge alone | corrected, 95 % each day | --looks 20 | --sequential |")
    print("| --- | --- | --- | --- | --- |")
    rng = np.random.default_rng(SEED + 1)
    plans = (Looks(), Looks(LOOKS), Looks(None))
    for gap in (0.0, 0.1):
        hits = np.zeros(4)
        for _ in range(draws):
            made = draw(rng, 100 * LOOKS, gap, paired=False)
            seen = np.zeros(4, dtype=bool)
            for look in range(1, LOOKS + 1):
                seen[0] |= abs(made.naive(100 * look)) > 1.959964
                for place, plan in enumerate(plans):
                    if seen[place + 1]:
                        continue
                    found = contrast(*made.arms(100 * look, 20 * look), looks=plan)
                    seen[place + 1] = isinstance(found, Contrast) and found.p_different() < 0.05
            hits += seen
        print(f"| {gap:.2f} | " + " | ".join(f"{100 * share:.1f} %" for share in hits / draws) + " |", flush=True)


def mixed(draws: int) -> None:
    """Unpaired sides with 20 and 70 % of hard questions, with which the judge errs otherwise."""
    print("\n| true gap | judge alone | corrected | corrected, `--adjust` | adjusted interval holds it |")
    print("| --- | --- | --- | --- | --- |")
    rng = np.random.default_rng(SEED + 2)
    for gap in (0.0, 0.05, 0.1):
        hits = np.zeros(4)
        for _ in range(draws):
            arms = [_of_mix(rng, share, shift, tnr) for share, shift, tnr in ((0.2, 0.0, TNR[0]), (0.7, gap, TNR[1]))]
            a, b = (arm.pool.astype(float) for arm in arms)
            plain = contrast(*(replace(arm, inclusion=None, pool_weights=None) for arm in arms))
            fair = contrast(*arms)
            if isinstance(plain, Contrast) and isinstance(fair, Contrast):
                hits[0] += abs(b.mean() - a.mean()) > 1.959964 * np.sqrt((a.var() + b.var()) / a.size)
                hits[1:3] += plain.p_different() < 0.05, fair.p_different() < 0.05
                hits[3] += fair.estimate.low <= gap <= fair.estimate.high
        print(f"| {gap:.2f} | " + " | ".join(f"{100 * share:.1f} %" for share in hits / draws) + " |", flush=True)


def _of_mix(rng: np.random.Generator, share: float, shift: float, tnr: float) -> Arm:
    """An arm of 1,000, 200 of them rated, with a share of hard questions, weighted to 45 % of them."""
    items, rated = 1000, 200
    hard = rng.random(items) < share
    truth = rng.random(items) < np.where(hard, 0.5, 0.1) + shift
    said = np.where(truth, rng.random(items) < np.where(hard, 0.8, 0.95), rng.random(items) > tnr)
    weight = np.where(hard, 0.45 / hard.mean(), 0.55 / (1 - hard.mean()))
    chance = 1 / weight[:rated]
    return Arm(said, said[:rated], truth[:rated].astype(float), inclusion=chance / chance.max(), pool_weights=weight)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    draws = parser.parse_args().draws
    start = time.perf_counter()
    once(draws)
    often(max(20, draws // 2))
    mixed(draws)
    print(f"\n{draws} draws, {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
