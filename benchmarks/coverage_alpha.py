"""How often the limits of Krippendorff's alpha hold the truth, over populations like those people rate.

Run `python benchmarks/coverage_alpha.py` for the table in docs/explanation/agreement.md (seeded, one core, minutes),
or with `--draws 100` for a look. The truth of a population is alpha on one very large draw of it.
"""

from __future__ import annotations

import argparse
import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Unpack

import numpy as np

from judge.stats.alpha import Metric, alpha, alpha_coefficient
from judge.stats.intervals import Estimate
from judge.stats.ratings import Ratings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from judge.stats.agreement import IntervalOptions

SEED = 20_250_101
TRUTH_UNITS = 400_000


@dataclass(frozen=True)
class Population:
    """Items and raters to draw from.

    Attributes:
        name: What the table calls it.
        metric: Level of measurement.
        shares: How common each true value is.
        accuracy: How often a rater gives the true value; otherwise a neighbour (ordinal, interval) or any other value.
        raters: Raters an item.
        missing: Share of ratings that are not given.
        cluster: Items a conversation; above 1 the true values within one are alike.
    """

    name: str
    metric: Metric
    shares: tuple[float, ...]
    accuracy: float
    raters: int = 3
    missing: float = 0.0
    cluster: int = 1

    def draw(self, units: int, rng: np.random.Generator) -> tuple[Ratings, NDArray[np.intp]]:
        """Ratings of `units` items, and the conversation of each."""
        q = len(self.shares)
        conversation = np.arange(units) // self.cluster
        truth = rng.choice(q, size=units, p=self.shares)
        if self.cluster > 1:
            # Half of the items repeat the first true value of their conversation.
            first = truth[conversation * self.cluster]
            truth = np.where(rng.random(units) < 0.5, first, truth)
        wrong = rng.random((units, self.raters)) > self.accuracy
        if self.metric == "nominal":
            off = (truth[:, None] + rng.integers(1, q, size=wrong.shape)) % q
        else:
            off = np.clip(truth[:, None] + rng.choice([-1, 1], size=wrong.shape), 0, q - 1)
        codes = np.where(wrong, off, truth[:, None])
        codes = np.where(rng.random(codes.shape) < self.missing, -1, codes)
        return Ratings(codes, np.arange(q)), conversation

    def truth(self, rng: np.random.Generator, units: int = TRUTH_UNITS) -> float:
        """Alpha on a very large draw."""
        return alpha_coefficient(self.draw(units, rng)[0], self.metric).value


@dataclass(frozen=True)
class Row:
    """Coverage in one cell: among the limits given, and how many were refused."""

    population: Population
    units: int
    coverage: float
    length: float
    refused: float


POPULATIONS = (
    Population("binary 50 %", "nominal", (0.5, 0.5), 0.9),
    Population("binary 30 %", "nominal", (0.7, 0.3), 0.9),
    Population("binary 20 %, weak raters", "nominal", (0.8, 0.2), 0.8),
    Population("binary 10 %", "nominal", (0.9, 0.1), 0.95),
    Population("three names, skewed", "nominal", (0.6, 0.3, 0.1), 0.85),
    Population("five grades", "ordinal", (0.1, 0.2, 0.3, 0.25, 0.15), 0.6),
    Population("five grades, skewed", "ordinal", (0.02, 0.05, 0.13, 0.3, 0.5), 0.7),
    Population("0 to 10", "interval", (0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.2, 0.14, 0.09, 0.05, 0.02), 0.4),
)


def cells() -> Iterator[Population]:
    """Every population by raters and missing ratings, plain and in conversations of five."""
    for population, raters, missing, cluster in itertools.product(POPULATIONS, (2, 3, 5), (0.0, 0.3), (1, 5)):
        yield replace(population, raters=raters, missing=missing, cluster=cluster)


def coverage(
    population: Population,
    units: int,
    draws: int,
    rng: np.random.Generator,
    truth: float,
    *,
    ignore_clusters: bool = False,
    **options: Unpack[IntervalOptions],
) -> Row:
    """Coverage of limits over draws of `units` items, the default ones unless other options are given."""
    found = []
    for seed in range(draws):
        ratings, conversation = population.draw(units, rng)
        chosen: IntervalOptions = {**options, "seed": seed}
        if population.cluster > 1 and not ignore_clusters:
            chosen["clusters"] = conversation
        found.append(alpha(ratings, population.metric, **chosen))
    given = [estimate for estimate in found if isinstance(estimate, Estimate)]
    held = [estimate.low <= truth <= estimate.high for estimate in given]
    return Row(
        population=population,
        units=units,
        coverage=float(np.mean(held)) if held else float("nan"),
        length=float(np.mean([estimate.width for estimate in given])) if given else float("nan"),
        refused=1 - len(given) / draws,
    )


def run(draws: int, seed: int = SEED, sizes: tuple[int, ...] = (30, 100, 300)) -> list[Row]:
    """Every cell at every size."""
    rows = []
    for index, population in enumerate(cells()):
        rng = np.random.default_rng([seed, index])
        truth = population.truth(rng)
        # Conversations are the units there: as many of them as items elsewhere.
        rows += [coverage(population, n * population.cluster, draws, rng, truth) for n in sizes]
    return rows


def summary(rows: list[Row], draws: int) -> str:
    """A Markdown table: mean and worst coverage by size, clustering and population."""
    lines = [
        "| population | 30 units | 100 units | 300 units | refused at 30 | length at 100 |",
        "|---|---|---|---|---|---|",
    ]
    for name, cluster in itertools.product([p.name for p in POPULATIONS], (1, 5)):
        mine = [r for r in rows if (r.population.name, r.population.cluster) == (name, cluster)]
        title = name if cluster == 1 else f"{name}, conversations of 5"
        by_size = [[r for r in mine if r.units == n * cluster] for n in (30, 100, 300)]
        held = [f"{mean_coverage(size):.3f} ({worst(size, draws):.3f})" for size in by_size]
        refused = np.mean([r.refused for r in by_size[0]])
        length = np.nanmean([r.length for r in by_size[1]])
        lines.append(f"| {title} | {' | '.join(held)} | {refused:.0%} | {length:.2f} |")
    total = [mean_coverage([r for r in rows if r.units == n * r.population.cluster]) for n in (30, 100, 300)]
    lines.append(f"| **mean** | {' | '.join(f'**{value:.3f}**' for value in total)} | | |")
    return "\n".join(lines)


def rivals(draws: int, seed: int = SEED) -> str:
    """A Markdown table: the default against other ways, three raters, nothing missing."""
    ways: dict[str, tuple[int, bool, IntervalOptions]] = {
        "default: jackknife on Fisher's z, t quantile": (1, False, {}),
        "BCa bootstrap of units": (1, False, {"interval": "bootstrap", "replicates": 500}),
        "linearised, value ± t·SE": (1, False, {"interval": "linearised"}),
        "default without the rule on rare values": (1, False, {"least": 0.0}),
        "default, conversations of 5": (5, False, {}),
        "the same, conversations ignored": (5, True, {}),
    }
    lines = ["| limits | 30 units | 100 units |", "|---|---|---|"]
    for name, (cluster, ignore, options) in ways.items():
        cells_: dict[int, list[Row]] = {30: [], 100: []}
        for index, base in enumerate(POPULATIONS):
            population = replace(base, cluster=cluster)
            rng = np.random.default_rng([seed, 1_000 + index])
            truth = population.truth(rng)
            for n, rows in cells_.items():
                rows.append(coverage(population, n * cluster, draws, rng, truth, ignore_clusters=ignore, **options))
        held = [f"{mean_coverage(rows):.3f} ({worst(rows, draws):.3f})" for rows in cells_.values()]
        lines.append(f"| {name} | {' | '.join(held)} |")
    return "\n".join(lines)


def rarity(draws: int, seed: int = SEED) -> str:
    """A Markdown table: coverage by how many units' worth of ratings are not the commonest value, nothing refused."""
    shares, accuracies, sizes = (0.05, 0.1, 0.2, 0.3), (0.8, 0.9, 0.95), (30, 60, 100)
    held: dict[tuple[int, int], list[bool]] = {}
    for index, (share, accuracy, raters) in enumerate(itertools.product(shares, accuracies, (2, 3, 5))):
        population = Population("", "nominal", (1 - share, share), accuracy, raters)
        rng = np.random.default_rng([seed, 2_000 + index])
        truth = population.truth(rng)
        for _, n in itertools.product(range(draws), sizes):
            ratings, _ = population.draw(n, rng)
            estimate = alpha(ratings, least=0.0)
            inside = isinstance(estimate, Estimate) and estimate.low <= truth <= estimate.high
            held.setdefault((raters, int(ratings.rare.sum())), []).append(inside)
    worth = range(1, 11)
    lines = [f"| raters | {' | '.join(map(str, worth))} |", "|---" * (len(worth) + 1) + "|"]
    for raters in (2, 3, 5):
        cells_ = [held.get((raters, w), []) for w in worth]
        lines.append(f"| {raters} | {' | '.join(f'{np.mean(c):.3f}' if c else '' for c in cells_)} |")
    return "\n".join(lines)


def mean_coverage(rows: list[Row]) -> float:
    """Mean over cells, each weighed by how often limits were given in it."""
    weights = np.array([1 - r.refused for r in rows])
    values = np.array([r.coverage for r in rows])
    kept = weights > 0
    return float(np.average(values[kept], weights=weights[kept])) if kept.any() else float("nan")


def worst(rows: list[Row], draws: int) -> float:
    """Least coverage among cells where limits were given at least 200 times."""
    enough = [r.coverage for r in rows if (1 - r.refused) * draws >= min(200, draws)]
    return min(enough, default=float("nan"))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000, help="draws in each cell")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    rows = run(options.draws, options.seed)
    print(f"Seed {options.seed}, {options.draws} draws a cell, {len(rows)} cells; mean (worst cell).\n")
    print(summary(rows, options.draws))
    print(f"\n{rivals(options.draws, options.seed)}")
    print(f"\n{rarity(options.draws, options.seed)}")


if __name__ == "__main__":
    main()
