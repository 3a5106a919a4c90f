"""People alone: how alike annotators rate, on records that no judge need have seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judge.calibration.agreement import People, people
from judge.calibration.annotators import Annotators, annotators
from judge.calibration.panel import Panel, rated_keys, read_panel

if TYPE_CHECKING:
    from judge.rubric.schema import Criterion, Rubric
    from judge.store.database import Database
    from judge.store.datasets import Dataset


@dataclass(frozen=True, slots=True)
class CriterionAgreement:
    """Annotators on one criterion.

    Attributes:
        criterion: The criterion.
        panel: The ratings.
        people: How alike they are.
        annotators: Each of them beside the others.
    """

    criterion: Criterion
    panel: Panel
    people: People
    annotators: Annotators


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
                annotators=annotators(panel, criterion.scale, clusters=shared, level=level),
            )
        )
    return tuple(found)
