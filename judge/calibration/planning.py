"""Planning: how many ratings a narrower interval would need, and what one rating beside this judge is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from judge.calibration.figures import truth_table
from judge.stats.panel import item_truth, unit_scale
from judge.stats.planning import Plan, plan, rating_worth
from judge.stats.strata import split_rows

if TYPE_CHECKING:
    from judge.calibration.panel import Panel
    from judge.calibration.pool import Pool
    from judge.scales import Scale, Score
    from judge.stats.intervals import Estimate, Refused

HALF_WIDTHS: Final = (0.05, 0.03, 0.02)

LEAST: Final = 10
"""Rated items below which there is nothing to plan from."""


@dataclass(frozen=True, slots=True)
class Planning:
    """What more ratings would give.

    Attributes:
        plans: Half width -> ratings needed in all, those there are included.
        worth: How many ratings without the judge one rating beside it is worth.
    """

    plans: dict[float, Plan | Refused]
    worth: Estimate | Refused


def planning(pool: Pool, panel: Panel, scale: Scale, *, level: float) -> Planning | None:
    """Plan from the ratings there are; None where the scale has no rate or hardly anything is rated."""
    if not scale.positive or panel.size < LEAST:
        return None
    positive = set(scale.positive)

    def is_positive(score: Score) -> float:
        return float(score in positive)

    truth = item_truth(unit_scale(truth_table(panel, is_positive), (0.0, 1.0)))
    said = pool.scores[panel.items]
    strata = split_rows(pool.scores[pool.ratable], said, truth, inclusion=panel.inclusion).strata
    numbers = np.array([float(score in positive) for score in said])
    numbers[~pool.scored[panel.items]] = np.nan
    return Planning(
        plans={half: plan(half, strata.mean, strata.pool, level=level) for half in HALF_WIDTHS},
        worth=rating_worth(numbers, truth, inclusion=panel.inclusion, level=level),
    )
