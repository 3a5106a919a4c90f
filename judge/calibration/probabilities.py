"""Probabilities: whether the judge's own certainty can be believed, where it gives any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judge.calibration.agreement import gold_values
from judge.calibration.figures import by_number, truth_table
from judge.scales import Level
from judge.stats.brier import Brier, brier
from judge.stats.maps import KINDS, Kind, Trial, try_map
from judge.stats.reliability import Bin, Miscalibration, calibration_error, reliability_diagram
from judge.stats.roc import auprc, auroc

if TYPE_CHECKING:
    from judge.calibration.panel import Panel
    from judge.calibration.pool import Pool
    from judge.scales import Scale
    from judge.stats.intervals import Estimate, Refused

SEED = 0
"""Seed of what chance makes of the calibration error and of how ratings are halved; a report is the same each time."""


@dataclass(frozen=True, slots=True)
class Probabilities:
    """The judge's probability of a positive value against people's gold or majority value.

    Attributes:
        items: Rated items with a probability and one value by people.
        rate: The share of them that people call positive: the chance level of AUPRC.
        brier: The Brier score with its parts.
        bins: The reliability diagram.
        error: The expected calibration error against what chance makes of it.
        auroc: The chance that a positive item has the higher probability.
        auprc: Area under precision over recall.
        corrected: The rate corrected by regression on the probabilities (PPI++), a check on the one by scores.
        maps: Whether a map would make the probabilities better, tried on held-out ratings.
    """

    items: int
    rate: float
    brier: Brier
    bins: tuple[Bin, ...]
    error: Miscalibration | Refused
    auroc: Estimate | Refused
    auprc: Estimate | Refused
    corrected: Estimate | Refused
    maps: dict[Kind, Trial | Refused]


def probabilities(pool: Pool, panel: Panel, scale: Scale, *, level: float) -> Probabilities | None:
    """Hold the judge's probabilities against people; None where it gave none for a rated item."""
    if not scale.positive or not panel.size or scale.level is Level.INTERVAL:
        return None
    said = pool.probability[panel.items]
    truth = gold_values(panel, scale)
    kept = ~np.isnan(said) & np.array([value is not None for value in truth])
    if not kept.any():
        return None
    positive = set(scale.positive)
    # Several positive values' probabilities can add up to a rounding error above one.
    p = np.clip(said[kept], 0.0, 1.0)
    y = np.array([float(value in positive) for value in truth[kept]])
    inclusion = None if panel.inclusion is None else panel.inclusion[kept]
    clusters = pool.clusters[panel.items][kept] if pool.has_conversations else None
    return Probabilities(
        items=int(kept.sum()),
        rate=float(np.average(y, weights=None if inclusion is None else 1 / inclusion)),
        brier=brier(p, y, inclusion=inclusion, clusters=clusters, level=level),
        bins=reliability_diagram(p, y, inclusion=inclusion, level=level),
        error=calibration_error(p, y, seed=SEED, inclusion=inclusion, level=level),
        auroc=auroc(p, y, inclusion=inclusion, clusters=clusters, level=level),
        auprc=auprc(p, y, inclusion=inclusion, clusters=clusters, level=level),
        corrected=_corrected(pool, panel, positive, level),
        maps={
            kind: try_map(p, y, kind, seed=SEED, groups=clusters, inclusion=inclusion, level=level) for kind in KINDS
        },
    )


def _corrected(pool: Pool, panel: Panel, positive: set[str], level: float) -> Estimate | Refused:
    truth = truth_table(panel, lambda score: float(score in positive))
    return by_number(pool, panel, truth, said=pool.probability, level=level)
