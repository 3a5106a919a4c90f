"""Figures: one quantity as the judge has it, as people have it, and corrected."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from judge.calibration.pool import ABSTAINED
from judge.scales import Level
from judge.stats.correction import corrected_mean, plain_mean, worst_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from judge.calibration.panel import Panel
    from judge.calibration.pool import Pool
    from judge.scales import Scale, Score
    from judge.stats.intervals import Estimate, Refused

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figures:
    """Three figures for one quantity; none of them is ever shown alone.

    Attributes:
        what: The quantity: ``rate of VALUE`` or ``mean``.
        raw: What the judge alone says, over the items it scored; None where it scored none.
        bounds: The raw figure had every abstention been the lowest or the highest score; None without items.
        human: What the ratings alone say, by their design.
        corrected: The judge's figure corrected by the ratings.
    """

    what: str
    raw: float | None
    bounds: tuple[float, float] | None
    human: Estimate | Refused
    corrected: Estimate | Refused

    @property
    def bias(self) -> float | None:
        """How much the raw figure is above the corrected one; None where either is missing."""
        value = getattr(self.corrected, "value", None)
        return None if self.raw is None or value is None else self.raw - value

    def told(self, value: float) -> str:
        """A value of this quantity as a person reads it: a share in per cent, a mean with two digits."""
        return f"{value:.2f}" if self.what == "mean" else f"{100 * value:.1f} %"


def rate_figures(pool: Pool, panel: Panel, scale: Scale, *, level: float) -> Figures:
    """The share of a scale's positive values."""
    positive = set(scale.positive)
    judged = pool.scores != ABSTAINED
    raw = np.array([score in positive for score in pool.scores[judged]], dtype=np.float64)
    truth = truth_table(panel, lambda score: float(score in positive))
    return _figures(f"rate of {'/'.join(scale.positive)}", raw, pool, panel, truth=truth, ends=(0.0, 1.0), level=level)


def mean_figures(pool: Pool, panel: Panel, scale: Scale, *, level: float) -> Figures:
    """The mean of an ordinal or interval scale."""
    numbers = [scale.number(name) for name in scale.names]
    low, high = (min(numbers), max(numbers)) if numbers else (scale.low or 0.0, scale.high or 1.0)
    raw = pool.numbers[~np.isnan(pool.numbers)]
    return _figures("mean", raw, pool, panel, truth=truth_table(panel, scale.number), ends=(low, high), level=level)


def distribution(pool: Pool, panel: Panel, scale: Scale, *, level: float) -> dict[str, Estimate | Refused]:
    """The corrected share of every value of a scale with names, by the gold or majority value of each item."""
    if scale.level is Level.INTERVAL or not panel.size:
        return {}
    shares = {}
    for name in scale.names:
        truth = truth_table(panel, partial(_is, name))
        shares[name] = corrected_mean(pool.scores, pool.scores[panel.items], truth, **_design(pool, panel, level))
    return shares


def _is(name: str, score: Score) -> float:
    return float(score == name)


def truth_table(panel: Panel, number: Callable[[Score], float]) -> Floats:
    """What people say of each item in numbers, shape (n, annotators); an adjudicated item has its one gold value.

    Args:
        panel: The ratings.
        number: Score -> number.
    """
    columns = max(1, panel.ratings.shape[1] if panel.ratings.ndim > 1 else 0)
    table = np.full((panel.size, columns), np.nan)
    for row in range(panel.size):
        if panel.gold[row] is not None:
            table[row, 0] = number(panel.gold[row])
            continue
        for column, score in enumerate(panel.ratings[row]):
            if score is not None:
                table[row, column] = number(score)
    return table


def _figures(
    what: str, raw: Floats, pool: Pool, panel: Panel, *, truth: Floats, ends: tuple[float, float], level: float
) -> Figures:
    mean = float(raw.mean()) if raw.size else None
    bounds = worst_case(mean or 0.0, raw.size, pool.size - raw.size, ends) if pool.size else None
    clusters = pool.clusters[panel.items] if pool.has_conversations else None
    return Figures(
        what=what,
        raw=mean,
        bounds=bounds,
        human=plain_mean(truth, scale=ends, inclusion=panel.inclusion, clusters=clusters, level=level),
        corrected=corrected_mean(
            pool.scores, pool.scores[panel.items], truth, scale=ends, **_design(pool, panel, level)
        ),
    )


def _design(pool: Pool, panel: Panel, level: float) -> dict[str, Any]:
    """How the items were chosen and what belongs together, as the statistics take it."""
    design: dict[str, Any] = {"inclusion": panel.inclusion, "level": level}
    if pool.has_conversations:
        design |= {"clusters": pool.clusters[panel.items], "pool_clusters": pool.clusters}
    return design
