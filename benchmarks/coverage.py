"""How often the limits of the corrected rate hold the truth, over judges, rates, numbers of ratings and designs.

Run `python benchmarks/coverage.py` for the tables in docs/explanation/correction.md (seeded, one core, minutes), or
with `--draws 500 --rows 10` for a look. The corrected rate goes through the vectorised core on counts; everything else
through the public functions on rows.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from judge.stats.intervals import wilson_limits, z_value
from judge.stats.mover import rate_limits
from judge.stats.strata import NEGLIGIBLE, filled

sys.path.insert(0, str(Path(__file__).parent))
from coverage_rows import ROW_STUDIES, Study, run_study

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SEED = 20_250_102
RATES = (0.02, 0.1, 0.3)
RATINGS = (30, 100, 300)
JUDGES = ((0.7, 0.7), (0.9, 0.8), (0.98, 0.98))
POOLS = {"small": 500, "large": 20_000}
Labelling = Literal["random", "equal", "neyman"]
LABELLINGS: tuple[Labelling, ...] = ("random", "equal", "neyman")
METHODS = ("mid-P", "Wilson", "Agresti-Caffo", "exact", "naive")


@dataclass(frozen=True)
class Cell:
    """A judge, a rate, a number of ratings, how they were chosen, and the pool's size."""

    rate: float
    ratings: int
    tpr: float
    tnr: float
    labelling: Labelling
    pool: int

    @property
    def flagged(self) -> float:
        """Share that the judge calls positive."""
        return self.rate * self.tpr + (1 - self.rate) * (1 - self.tnr)

    @property
    def means(self) -> tuple[float, float]:
        """PPV and FOR."""
        return self.rate * self.tpr / self.flagged, self.rate * (1 - self.tpr) / (1 - self.flagged)


@dataclass(frozen=True)
class Drawn:
    """Pools and ratings, one row a draw: items, ratings and hits by score (flagged, not), shape (draws, 2)."""

    pool: Floats
    rated: Floats
    hits: Floats
    pool_rate: Floats


@dataclass(frozen=True)
class Result:
    """What one method did in one cell."""

    cell: Cell
    method: str
    target: str
    coverage: float
    length: float
    refused: float


def cells(
    rates: Iterable[float] = RATES, ratings: Iterable[int] = RATINGS, labellings: Iterable[Labelling] = LABELLINGS
) -> Iterator[Cell]:
    """Every cell of the grid."""
    for rate, n, (tpr, tnr), labelling, pool in itertools.product(rates, ratings, JUDGES, labellings, POOLS.values()):
        yield Cell(rate, n, tpr, tnr, labelling, pool)


def draw(cell: Cell, draws: int, rng: np.random.Generator) -> Drawn:
    """Pools of the process, judged, and items of them rated."""
    ppv, omission = cell.means
    flagged = rng.binomial(cell.pool, cell.flagged, draws)
    clean = cell.pool - flagged
    n = cell.ratings
    if cell.labelling == "random":
        first = rng.hypergeometric(flagged, clean, n)
    else:
        share = 0.5
        if cell.labelling == "neyman":
            spread = [cell.flagged * (ppv * (1 - ppv)) ** 0.5, (1 - cell.flagged) * (omission * (1 - omission)) ** 0.5]
            share = float(np.clip(spread[0] / sum(spread), 0.2, 0.8))
        first = np.minimum(np.maximum(round(share * n), n - clean), flagged)
    rated = np.stack([first, np.minimum(n - first, clean)], axis=1)
    pool = np.stack([flagged, clean], axis=1)
    hits = rng.binomial(rated, [ppv, omission])
    rest = rng.binomial(pool - rated, [ppv, omission])
    return Drawn(*(side.astype(np.float64) for side in (pool, rated, hits)), (hits + rest).sum(axis=1) / cell.pool)


def limits(drawn: Drawn, method: str, *, finite: bool) -> tuple[Floats, Floats]:
    """Lower and upper limits of one method in every draw; unrated strata are bounded by their worst case."""
    pool, rated = drawn.pool, drawn.rated
    total = pool.sum(axis=1)
    if method == "naive":
        return wilson_limits(pool[:, 0], total)
    mean = filled(drawn.hits / np.maximum(rated, 1), rated, pool)
    left = np.where(rated > 0, (pool - rated) / np.maximum(pool - 1, 1), 1.0) if finite else np.ones_like(pool)
    effective = np.where(left > 0, rated / np.where(left > 0, left, 1), np.inf)
    if method == "Agresti-Caffo":
        centre = (np.minimum(effective, 1e12) * mean + 1) / (np.minimum(effective, 1e12) + 2)
        share = pool / total[:, None]
        theta = (share * centre).sum(axis=1)
        variance = (share**2 * centre * (1 - centre) / (effective + 2)).sum(axis=1)
        if not finite:
            variance += (share * (centre - theta[:, None]) ** 2).sum(axis=1) / total
        reach = z_value(0.95) * np.sqrt(variance)
        return theta - reach, theta + reach
    kind = {"mid-P": "mid-p", "Wilson": "wilson", "exact": "exact"}[method]
    return rate_limits(mean, effective, pool, kind=kind, finite=finite)


def measure(cell: Cell, draws: int, rng: np.random.Generator, methods: Iterable[str] = METHODS) -> list[Result]:
    """Coverage, length and refusals of every method in one cell, for the process and for the pool itself."""
    drawn = draw(cell, draws, rng)
    thin = drawn.rated < np.minimum(5, drawn.pool)
    refused = float((np.where(thin, drawn.pool, 0).sum(axis=1) > NEGLIGIBLE * cell.pool).mean())
    results = []
    for target, truth in (("process", np.full(draws, cell.rate)), ("pool", drawn.pool_rate)):
        for method in methods:
            low, high = limits(drawn, method, finite=target == "pool")
            held = (low <= truth + 1e-9) & (truth <= high + 1e-9)
            length = float((np.minimum(high, 1) - np.maximum(low, 0)).mean())
            results.append(Result(cell, method, target, float(held.mean()), length, refused))
    return results


def summary(results: list[Result]) -> str:
    """One row a method and target."""
    lines = [
        "| target | limits of the parts | mean coverage | worst cell | cells under .935 | mean length |",
        "|---|---|---|---|---|---|",
    ]
    for target, method in itertools.product(("process", "pool"), METHODS):
        rows = [row for row in results if (row.target, row.method) == (target, method)]
        worst = min(row.coverage for row in rows)
        under = sum(row.coverage < 0.935 for row in rows)
        mean, length = np.mean([row.coverage for row in rows]), np.mean([row.length for row in rows])
        lines.append(f"| {target} | {method} | {mean:.4f} | {worst:.4f} | {under} of {len(rows)} | {length:.4f} |")
    return "\n".join(lines)


def table(results: list[Result]) -> str:
    """Coverage (mean length) of the mid-P limits for the process, and how often the strict mode would have refused."""
    columns = [(labelling, size) for labelling in LABELLINGS for size in POOLS]
    lines = [
        "| rate | ratings | TPR/TNR | "
        + " | ".join(f"{labelling}, {size}" for labelling, size in columns)
        + " | refused |",
        "|---|---|---|" + "---|" * (len(columns) + 1),
    ]
    for rate, n, (tpr, tnr) in itertools.product(RATES, RATINGS, JUDGES):
        texts, refused = [], []
        for labelling, size in columns:
            wanted = Cell(rate, n, tpr, tnr, labelling, POOLS[size])
            (row,) = (r for r in results if (r.cell, r.method, r.target) == (wanted, "mid-P", "process"))
            texts.append(f"{row.coverage:.3f} ({row.length:.3f})")
            refused.append(row.refused)
        head = f"| {rate} | {n} | {tpr}/{tnr} | "
        lines.append(head + " | ".join(texts) + f" | {min(refused):.2f} to {max(refused):.2f} |")
    return "\n".join(lines)


def study_lines(studies: Iterable[Study], rows: int) -> Iterator[str]:
    """Coverage of every estimate that goes through rows, one line an estimate and design."""
    yield "| estimate | design | cells | draws a cell | mean coverage | worst cell | mean length | refused |"
    yield "|---|---|---|---|---|---|---|---|"
    for index, study in enumerate(studies):
        found = run_study(study, rows, np.random.SeedSequence([SEED, index]))
        for estimate, cells_ in found.items():
            held, lengths = [cell.coverage for cell in cells_], [cell.length for cell in cells_]
            yield (
                f"| {estimate} | {study.design} | {len(cells_)} | {rows * study.times:,} | {np.mean(held):.4f} | "
                f"{min(held):.3f} | {np.mean(lengths):.4f} | {np.mean([cell.refused for cell in cells_]):.3f} |"
            )


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=5_000, help="draws a cell of the corrected rate")
    parser.add_argument(
        "--rows", type=int, default=150, help="draws a cell of what goes through rows (some get 2 or 4 times as many)"
    )
    options = parser.parse_args()
    start = time.process_time()
    results = [
        row
        for index, cell in enumerate(cells())
        for row in measure(cell, options.draws, np.random.default_rng([SEED, index]))
    ]
    print(f"## Corrected rate, {options.draws:,} draws a cell\n\n{summary(results)}\n\n{table(results)}\n", flush=True)
    error = (0.95 * 0.05 / options.rows) ** 0.5
    print(f"## Through rows; standard error of a cell of {options.rows} draws: {error:.4f}\n", flush=True)
    for line in study_lines(ROW_STUDIES, options.rows):
        print(line, flush=True)
    print(f"\n{time.process_time() - start:.0f} s of one core")


if __name__ == "__main__":
    main()
