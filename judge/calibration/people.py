"""People alone: how alike annotators rate, on records that no judge need have seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judge.calibration.agreement import People, people
from judge.calibration.figures import truth_table
from judge.calibration.panel import Panel, rated_keys, read_panel
from judge.stats.severity import severity

if TYPE_CHECKING:
    from judge.rubric.schema import Criterion, Rubric
    from judge.scales import Scale, Score
    from judge.stats.intervals import Estimate, Refused
    from judge.store.database import Database
    from judge.store.datasets import Dataset


@dataclass(frozen=True, slots=True)
class CriterionAgreement:
    """Annotators on one criterion.

    Attributes:
        criterion: The criterion.
        panel: The ratings.
        people: How alike they are.
        severity: Annotator -> how much more of the positive value (or how much higher) they give than the others on
            the same items.
    """

    criterion: Criterion
    panel: Panel
    people: People
    severity: dict[str, Estimate | Refused]


def people_alone(
    db: Database, dataset: Dataset, rubric: Rubric, *, level: float, study: str | None = None
) -> tuple[CriterionAgreement, ...]:
    """Agreement of annotators on each criterion of a rubric.

    Args:
        db: The database.
        dataset: The data set.
        rubric: The rubric; ratings under another wording do not count.
        level: Confidence level.
        study: Only ratings from this study; all if left out.
    """
    keys, conversations = rated_keys(db, dataset, rubric)
    found = []
    for criterion in rubric.criteria:
        panel = read_panel(db, dataset, rubric, criterion, keys, study=study)
        clusters = conversations[panel.items]
        shared = clusters if np.unique(conversations).size < conversations.size else None
        found.append(
            CriterionAgreement(
                criterion=criterion,
                panel=panel,
                people=people(panel, criterion.scale, clusters=shared, level=level),
                severity=_severity(panel, criterion.scale, level),
            )
        )
    return tuple(found)


def _severity(panel: Panel, scale: Scale, level: float) -> dict[str, Estimate | Refused]:
    if not panel.annotators:
        return {}

    def positive(score: Score) -> float:
        return float(score in scale.positive)

    # Adjudicated items count too: whoever decided, the annotators' own ratings stand beside one another.
    own = Panel(
        panel.items, panel.annotators, panel.ratings, np.full(panel.size, None, dtype=np.object_), None, 0, 0, 0, 0
    )
    table = truth_table(own, positive if scale.positive else scale.number)
    return dict(zip(panel.annotators, severity(table, level=level), strict=True))
