"""Calibrating: a run's judgements against the ratings of the same items, criterion by criterion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judge.calibration.agreement import People, WithPeople, people, with_people
from judge.calibration.annotators import Annotators, annotators
from judge.calibration.diagnosis import Diagnosis, diagnosis
from judge.calibration.figures import Figures, Share, distribution, mean_figures, rate_figures
from judge.calibration.panel import Panel, read_panel
from judge.calibration.planning import Planning, planning
from judge.calibration.pool import Pool, read_pool
from judge.calibration.probabilities import Probabilities, probabilities
from judge.calibration.standing import Standing, decide
from judge.calibration.unseen import leave_out
from judge.errors import CalibrationError
from judge.scales import Level
from judge.store import datasets, judges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.rubric.schema import Criterion, Rubric
    from judge.settings import CalibrationTable
    from judge.store.database import Database
    from judge.store.runs import Run


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of the pool.

    Attributes:
        field: The field it is a value of.
        value: The value.
        items: Items in it.
        rated: Rated items in it.
        figures: Its three figures.
    """

    field: str
    value: str
    items: int
    rated: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class CriterionCalibration:
    """How far a judge can be trusted on one criterion.

    Attributes:
        rubric: The rubric.
        criterion: The criterion.
        fingerprint: The judge's.
        pool: Every judged item.
        panel: The ratings that meet them.
        rate: The share of positive values; None on interval scales.
        mean: The mean; None on scales without an order.
        distribution: Value (or stretch of an interval scale) -> its share, as the judge has it and corrected.
        people: Agreement among annotators.
        annotators: Each of them beside the others.
        agreement: Agreement of the judge with them.
        diagnosis: How often the judge is right; None without positive values or ratings.
        probabilities: Whether the judge's certainty can be believed; None where it gives none.
        planning: What more ratings would give; None without a rate or ratings.
        standing: What the judge may be used for.
        slices: Parts of the pool, where asked for.
    """

    rubric: Rubric
    criterion: Criterion
    fingerprint: str
    pool: Pool
    panel: Panel
    rate: Figures | None
    mean: Figures | None
    distribution: dict[str, Share]
    people: People
    annotators: Annotators
    agreement: WithPeople
    diagnosis: Diagnosis | None
    probabilities: Probabilities | None
    planning: Planning | None
    standing: Standing
    slices: tuple[Slice, ...]

    @property
    def main(self) -> Figures:
        """The figure that the standing is about: the rate where there is one, else the mean."""
        figures = self.rate or self.mean
        if figures is None:
            raise CalibrationError(f"criterion {self.criterion.name} has neither a rate nor a mean")
        return figures


@dataclass(frozen=True, slots=True)
class Calibration:
    """A run's judges against people.

    Attributes:
        run: The run.
        criteria: One entry a criterion.
        level: Confidence level of every interval.
        by: Fields the slices are of.
        study: The study whose ratings were taken; None for all.
        unseen: Whether what tuned a rubric, or stands in it as an example, was left out.
    """

    run: Run
    criteria: tuple[CriterionCalibration, ...]
    level: float
    by: tuple[str, ...]
    study: str | None
    unseen: bool = False


def calibrate(
    db: Database,
    run: Run,
    limits: CalibrationTable,
    *,
    by: Sequence[str] = (),
    study: str | None = None,
    unseen: bool = False,
) -> Calibration:
    """Bring a run's judgements and the ratings of the same items together.

    Args:
        db: The database.
        run: The run.
        limits: The owner's thresholds.
        by: Fields to slice by.
        study: Only ratings from this study.
        unseen: Leave out the records that a rubric has seen: those that tuned it, and those that stand in it.

    Raises:
        CalibrationError: The run has no judge, or its rubric has seen what it would be calibrated on.
    """
    if not run.fingerprints:
        raise CalibrationError(f"run {run.id} has no judge: it only measured", hint="calibrate a run with a rubric")
    found = []
    dataset = datasets.find(db, run.dataset)
    for fingerprint in run.fingerprints:
        rubric = judges.find(db, fingerprint).rubric
        for criterion in rubric.criteria:
            pool = read_pool(db, run, fingerprint, criterion, by=by)
            panel = read_panel(db, dataset, rubric, criterion, pool.keys, study=study)
            pool, panel = leave_out(db, dataset, rubric, pool=pool, panel=panel, unseen=unseen)
            pool = pool.met(panel.items)
            found.append(_criterion(rubric, criterion, fingerprint, pool=pool, panel=panel, limits=limits))
    return Calibration(run, tuple(found), limits.level, tuple(by), study, unseen)


def _criterion(
    rubric: Rubric, criterion: Criterion, fingerprint: str, *, pool: Pool, panel: Panel, limits: CalibrationTable
) -> CriterionCalibration:
    scale, level = criterion.scale, limits.level
    rate = rate_figures(pool, panel, scale, level=level) if scale.positive else None
    ordered = scale.level in {Level.ORDINAL, Level.INTERVAL}
    mean = mean_figures(pool, panel, scale, level=level) if ordered else None
    agreement = with_people(pool, panel, scale, level=level)
    main = rate or mean
    if main is None:
        raise CalibrationError(f"criterion {criterion.name} of {rubric.name} has neither a rate nor a mean")
    clusters = pool.clusters[panel.items] if pool.has_conversations else None
    return CriterionCalibration(
        rubric=rubric,
        criterion=criterion,
        fingerprint=fingerprint,
        pool=pool,
        panel=panel,
        rate=rate,
        mean=mean,
        distribution=distribution(pool, panel, scale, level=level),
        people=people(panel, scale, clusters=clusters, level=level),
        annotators=annotators(panel, scale, clusters=clusters, level=level),
        agreement=agreement,
        diagnosis=diagnosis(pool, panel, scale, limits),
        probabilities=probabilities(pool, panel, scale, level=level),
        planning=planning(pool, panel, scale, level=level),
        standing=decide(main, agreement, panel, limits),
        slices=tuple(_slices(criterion, pool, panel, level)),
    )


def _slices(criterion: Criterion, pool: Pool, panel: Panel, level: float) -> list[Slice]:
    found = []
    scale = criterion.scale
    figures = rate_figures if scale.positive else mean_figures
    for field, values in pool.slices.items():
        for value in sorted(set(values)):
            inside = values == value
            part, ratings = pool.part(inside), panel.part(inside)
            found.append(
                Slice(field, str(value), int(np.sum(inside)), ratings.size, figures(part, ratings, scale, level=level))
            )
    return found
