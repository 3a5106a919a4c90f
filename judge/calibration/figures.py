"""Figures: one quantity as the judge has it, as people have it, and corrected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from judge.scales import Level
from judge.stats.correction import corrected_mean, plain_mean, worst_case
from judge.stats.intervals import Estimate, Refused
from judge.stats.ppi import ppi_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from judge.calibration.panel import Panel
    from judge.calibration.pool import Pool
    from judge.scales import Scale, Score

    Floats = NDArray[np.float64]

UNIT: Final = (0.0, 1.0)

FIFTHS: Final = 5
"""Stretches of equal length into which an interval scale is cut to show how its scores are spread."""

_NOTHING: Final = Refused("nothing that was judged can be rated", "judge records that have what the rubric reads", "")


@dataclass(frozen=True, slots=True)
class Share:
    """How common one value is.

    Attributes:
        raw: Its share among the items that the judge scored; None where it scored none.
        corrected: Its share as people would have it.
    """

    raw: float | None
    corrected: Estimate | Refused


@dataclass(frozen=True, slots=True)
class Figures:
    """Three figures for one quantity; none of them is ever shown alone.

    Attributes:
        what: The quantity: ``rate of VALUE`` or ``mean``.
        raw: What the judge alone says, over the items it scored; None where it scored none.
        bounds: The raw figure had every abstention been the lowest or the highest score; None without items.
        human: What the ratings alone say, by their design.
        corrected: The judge's figure corrected by the ratings.
        ends: The lowest and the highest that the quantity can be.
    """

    what: str
    raw: float | None
    bounds: tuple[float, float] | None
    human: Estimate | Refused
    corrected: Estimate | Refused
    ends: tuple[float, float] = UNIT

    @property
    def span(self) -> float:
        """The length of its scale, in units of which the owner's thresholds are."""
        return self.ends[1] - self.ends[0]

    @property
    def bias(self) -> float | None:
        """How much the raw figure is above the corrected one; None where either is missing."""
        value = getattr(self.corrected, "value", None)
        return None if self.raw is None or value is None else self.raw - value

    def told(self, value: float) -> str:
        """A value of this quantity as a person reads it: a share in per cent, a mean with two digits."""
        return f"{value:.2f}" if self.what == "mean" else f"{100 * value:.1f} %"


def rate_figures(pool: Pool, panel: Panel, scale: Scale, *, level: float) -> Figures:
    """The share of a scale's positive values, a stratum for each of the judge's scores."""
    positive = set(scale.positive)
    raw = np.array([score in positive for score in pool.scores[pool.scored]], dtype=np.float64)
    truth = truth_table(panel, lambda score: float(score in positive))
    corrected = by_score(pool, panel, truth, level=level)
    return _figures(
        f"rate of {'/'.join(scale.positive)}", raw, pool, panel, truth=truth, corrected=corrected, level=level
    )


def mean_figures(pool: Pool, panel: Panel, scale: Scale, *, level: float) -> Figures:
    """The mean of an ordinal scale by the judge's scores, or of an interval scale by regression on them (PPI++)."""
    raw = pool.numbers[~np.isnan(pool.numbers)]
    truth = truth_table(panel, scale.number)
    corrected = (by_number if scale.level is Level.INTERVAL else by_score)(
        pool, panel, truth, scale=scale.ends, level=level
    )
    return _figures("mean", raw, pool, panel, truth=truth, corrected=corrected, ends=scale.ends, level=level)


def by_score(
    pool: Pool, panel: Panel, truth: Floats, *, scale: tuple[float, float] = UNIT, level: float
) -> Estimate | Refused:
    """A corrected mean, post-stratified by the judge's score; of the items that can be rated at all."""
    kept, rated = pool.part(pool.ratable), panel.part(pool.ratable)
    if not kept.size:
        return _NOTHING
    return corrected_mean(kept.scores, kept.scores[rated.items], truth, scale=scale, **_design(kept, rated, level))


def by_number(
    pool: Pool,
    panel: Panel,
    truth: Floats,
    *,
    said: Floats | None = None,
    scale: tuple[float, float] = UNIT,
    level: float,
) -> Estimate | Refused:
    """A mean corrected by regression on the judge's numbers (PPI++); of the items that can be rated at all.

    Args:
        pool: The pool.
        panel: The ratings.
        truth: See `truth_table`.
        said: The judge's number for each item of the pool, NaN where it has none; its scores if left out.
        scale: Lowest and highest possible truth.
        level: Confidence level.
    """
    numbers = (pool.numbers if said is None else said)[pool.ratable]
    kept, rated = pool.part(pool.ratable), panel.part(pool.ratable)
    if not kept.size:
        return _NOTHING
    return ppi_mean(numbers, numbers[rated.items], truth, scale=scale, **_design(kept, rated, level))


def distribution(pool: Pool, panel: Panel, scale: Scale, *, level: float) -> dict[str, Share]:
    """The share of every value of a scale, or of each fifth of an interval scale."""
    if not panel.size:
        return {}
    if scale.level is Level.INTERVAL:
        return _fifths(pool, panel, scale, level)
    shares = {}
    for name in scale.names:
        truth = truth_table(panel, partial(_is, name))
        shares[name] = _share(pool, pool.scores == name, by_score(pool, panel, truth, level=level))
    return shares


def _fifths(pool: Pool, panel: Panel, scale: Scale, level: float) -> dict[str, Share]:
    """Both the judge's and people's numbers by the fifth of the scale that they lie in."""
    low, high = scale.ends
    edges = np.linspace(low, high, FIFTHS + 1)

    def fifth(number: ArrayLike) -> NDArray[np.intp]:
        return np.searchsorted(edges[1:-1], np.asarray(number), side="right")

    names = [f"{first:g} to {last:g}" for first, last in pairwise(edges.tolist())]
    scored = pool.scored
    scores = pool.scores.copy()
    scores[scored] = np.array(names, dtype=np.object_)[fifth(pool.numbers[scored])]
    coarse = replace(pool, scores=scores)
    numbers = truth_table(panel, scale.number)
    shares = {}
    for place, name in enumerate(names):
        truth = np.where(np.isnan(numbers), np.nan, fifth(numbers) == place)
        shares[name] = _share(coarse, scores == name, by_score(coarse, panel, truth, level=level))
    return shares


def _share(pool: Pool, chosen: NDArray[np.bool_], corrected: Estimate | Refused) -> Share:
    scored = int(pool.scored.sum())
    return Share(float(np.sum(chosen)) / scored if scored else None, corrected)


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
    what: str,
    raw: Floats,
    pool: Pool,
    panel: Panel,
    *,
    truth: Floats,
    corrected: Estimate | Refused,
    ends: tuple[float, float] = UNIT,
    level: float,
) -> Figures:
    mean = float(raw.mean()) if raw.size else None
    bounds = worst_case(mean or 0.0, raw.size, pool.size - raw.size, ends) if pool.size else None
    clusters = pool.clusters[panel.items] if pool.has_conversations else None
    human = plain_mean(
        truth, scale=ends, inclusion=panel.inclusion, clusters=clusters, settled=panel.settled, level=level
    )
    return Figures(what=what, raw=mean, bounds=bounds, human=human, corrected=corrected, ends=ends)


def _design(pool: Pool, panel: Panel, level: float) -> dict[str, Any]:
    """How the items were chosen and what belongs together, as the statistics take it."""
    design: dict[str, Any] = {"inclusion": panel.inclusion, "settled": panel.settled, "level": level}
    if pool.has_conversations:
        design |= {"clusters": pool.clusters[panel.items], "pool_clusters": pool.clusters}
    return design
