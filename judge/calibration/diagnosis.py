"""Diagnosis: how often the judge is right where people say yes and no, and whether it may stand in for one of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from judge.calibration.figures import truth_table
from judge.scales import Level
from judge.stats.alternative import AlternativeTest, alternative
from judge.stats.diagnostics import Diagnostics, diagnose
from judge.stats.panel import item_truth, unit_scale
from judge.stats.strata import split_rows, too_few

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from judge.calibration.panel import Panel
    from judge.calibration.pool import Pool
    from judge.scales import Scale, Score
    from judge.settings import CalibrationTable
    from judge.stats.intervals import Refused


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The judge's rates of being right, and the alternative annotator test, which is never read without them.

    Attributes:
        rates: TPR, TNR, PPV, FOR, balanced accuracy and F1 for the positive values.
        alternative: The alternative annotator test, or why there is none.
    """

    rates: Diagnostics
    alternative: AlternativeTest | Refused


def diagnosis(pool: Pool, panel: Panel, scale: Scale, limits: CalibrationTable) -> Diagnosis | None:
    """Diagnose a judge against people; None where the scale has no positive values or nothing is rated.

    Items on which the judge abstained are left out: it is neither right nor wrong there.
    """
    if not scale.positive or not panel.size:
        return None
    scored = pool.scored
    kept, rated = pool.part(scored), panel.part(scored)
    if not rated.size:
        return None
    positive = set(scale.positive)

    def is_positive(score: Score) -> float:
        return float(score in positive)

    said = kept.scores[rated.items]
    options: dict[str, Any] = {"inclusion": rated.inclusion, "level": limits.level}
    if kept.has_conversations:
        options |= {"clusters": kept.clusters[rated.items], "pool_clusters": kept.clusters}
    truth = truth_table(rated, is_positive)
    rates = diagnose(kept.scores, said, truth, positive, **options)
    strata = split_rows(kept.scores, said, item_truth(unit_scale(truth, (0.0, 1.0))), inclusion=rated.inclusion).strata
    refused = too_few(strata, "rates over the pool", "refuse")
    if refused is not None:
        # A score that people hardly looked at hides any number of errors, so no rate over all scores is known.
        rates = replace(rates, tpr=refused, tnr=refused, balanced_accuracy=refused, f1=refused)
    judged, humans, alignment = _compared(said, rated, scale)
    test = alternative(judged, humans, tpr=rates.tpr, tnr=rates.tnr, epsilon=limits.epsilon, alignment=alignment)
    return Diagnosis(rates, test)


def _compared(said: NDArray[Any], rated: Panel, scale: Scale) -> tuple[NDArray[Any], NDArray[Any], Any]:
    """The values as the test compares them: names where equality counts, numbers where nearness does."""
    if scale.level is not Level.ORDINAL:
        return said, rated.ratings, "equal"
    numbers = {name: scale.number(name) for name in scale.names}
    table = [[np.nan if each is None else numbers[each] for each in row] for row in rated.ratings]
    humans = np.array(table, dtype=np.float64).reshape(rated.ratings.shape)
    return np.array([numbers[each] for each in said], dtype=np.float64), humans, "rmse"
