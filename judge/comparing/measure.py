"""Measures: the quantity that a comparison is about on one criterion, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judge.calibration.figures import FIFTHS, UNIT, mean_figures, rate_figures, truth_table
from judge.errors import CalibrationError
from judge.scales import Level
from judge.stats.strata import ABSTAINED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from judge.calibration.figures import Figures
    from judge.calibration.panel import Panel
    from judge.calibration.pool import Pool
    from judge.scales import Scale, Score

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity.

    Attributes:
        scale: The scale it is on.
        what: ``mean`` on scales with an order, else ``rate of VALUE``.
        better: 1 where more of it is better, -1 where less is, 0 where the rubric does not say.
    """

    scale: Scale
    what: str
    better: int

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest possible value."""
        return self.scale.ends if self.what == "mean" else UNIT

    def figures(self, pool: Pool, panel: Panel, *, level: float) -> Figures:
        """The three figures of one side."""
        made = mean_figures if self.what == "mean" else rate_figures
        return made(pool, panel, self.scale, level=level)

    def truth(self, panel: Panel) -> Floats:
        """What people say of each rated item, shape (n, annotators)."""
        return truth_table(panel, self.number)

    def raw(self, pool: Pool) -> Floats:
        """The judge's own values, NaN where it abstained, shape (N,)."""
        if self.what == "mean":
            return pool.numbers
        return np.array([np.nan if score == ABSTAINED else self.number(score) for score in pool.scores])

    def strata(self, pool: Pool) -> NDArray[np.object_]:
        """What the correction sorts items by: the judge's score, or the fifth of an interval scale it lies in."""
        if self.scale.level is not Level.INTERVAL:
            return pool.scores
        low, high = self.scale.ends
        fifth = np.clip((pool.numbers - low) / (high - low) * FIFTHS, 0, FIFTHS - 1)
        made: NDArray[np.object_] = np.where(np.isnan(fifth), ABSTAINED, np.floor(fifth).astype(str)).astype(object)
        return made

    def number(self, score: Score) -> float:
        """The value of one score."""
        return self.scale.number(score) if self.what == "mean" else float(score in self.scale.positive)


def measure_of(scale: Scale, better: int | None = None) -> Measure:
    """The quantity of a scale: the mean where it has an order, else the rate of its positive values.

    Args:
        scale: The scale.
        better: 1 or -1 where the owner says which way is better; else the scale's good end does.

    Raises:
        CalibrationError: The scale has neither.
    """
    ordered = scale.level in {Level.ORDINAL, Level.INTERVAL}
    if not ordered and not scale.positive:
        raise CalibrationError("the scale has neither a rate nor a mean", hint="declare `positive` in the rubric")
    what = "mean" if ordered else f"rate of {'/'.join(scale.positive)}"
    return Measure(scale, what, _better(scale, ordered=ordered) if better is None else better)


def _better(scale: Scale, *, ordered: bool) -> int:
    if scale.level is Level.INTERVAL:
        return 1 if scale.good == ("high",) else -1
    if not scale.good:
        return 0
    if not ordered:
        inside = set(scale.positive) & set(scale.good)
        return 1 if inside == set(scale.positive) else 0 if inside else -1
    good = [scale.number(name) for name in scale.good]
    rest = [scale.number(name) for name in scale.names if name not in scale.good]
    return 1 if np.mean(good) > np.mean(rest) else -1
