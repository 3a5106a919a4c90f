"""Arms: a side's judgements and ratings on one criterion, as the statistics take them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judge.calibration.panel import read_panel
from judge.calibration.pool import read_pool
from judge.calibration.unseen import leave_out
from judge.comparing.found import ArmFound, names_of
from judge.comparing.measure import Measure, measure_of
from judge.errors import CalibrationError
from judge.stats.difference import Arm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from judge.calibration.panel import Panel
    from judge.calibration.pool import Pool
    from judge.comparing.found import Wanted
    from judge.comparing.mix import Mix
    from judge.comparing.pairing import Pairing
    from judge.comparing.side import Side
    from judge.comparing.traits import Traits
    from judge.rubric.schema import Criterion, Rubric
    from judge.stats.intervals import Refused
    from judge.store.database import Database


@dataclass(frozen=True, slots=True)
class ArmRead:
    """A side's arrays on one criterion.

    Attributes:
        pool: Its judged items.
        panel: Its ratings.
        clusters: Cluster of each item; None where every item is on its own.
        marks: What makes a pair, for each item; None where nothing does.
        found: Its figures.
        arm: What the statistics take.
        thin: Why its ratings do not speak for the mix that the sides are adjusted to; None where they do.
    """

    pool: Pool
    panel: Panel
    clusters: NDArray[np.int64] | None
    marks: NDArray[np.int64] | None
    found: ArmFound
    arm: Arm
    thin: Refused | None = None

    def own_clusters(self, start: int) -> NDArray[np.int64]:
        """Cluster of each item, numbered from `start` where each is on its own."""
        return self.clusters if self.clusters is not None else start + np.arange(self.pool.size, dtype=np.int64)

    def without_judge(self) -> Arm:
        """The arm as if there were no judge: the rated items are all there is."""
        nothing, arm = np.zeros(self.panel.size), self.arm
        return Arm(nothing, nothing, arm.truth, arm.inclusion, arm.clusters, arm.clusters)


def criterion_measure(rubric: Rubric, criterion: Criterion, wanted: Wanted) -> Measure:
    """The quantity compared on a criterion, and which way the owner or the rubric says is better."""
    said = [way for name, way in wanted.better.items() if name in names_of(rubric, criterion)]
    return measure_of(criterion.scale, said[0] if said else None)


def read_arm(
    db: Database,
    side: Side,
    hash_: str,
    criterion: Criterion,
    *,
    traits: Traits,
    pairing: Pairing,
    place: int,
    wanted: Wanted,
    mix: Mix | None = None,
) -> ArmRead:
    """Read a side's judgements and ratings on a criterion.

    Args:
        db: The database.
        side: The side.
        hash_: The rubric's content hash.
        criterion: The criterion.
        traits: The side's records.
        pairing: How the sides hang together.
        place: The side's place among them.
        wanted: How the comparison is to be made.
        mix: The mix that all sides are adjusted to.

    Raises:
        CalibrationError: Nothing of the side was judged, or people rated what the rubric has seen.
    """
    judged = side.judged[hash_]
    whole = read_pool(db, judged.run, judged.fingerprint, criterion)
    panel = read_panel(db, side.dataset, judged.rubric, criterion, whole.keys, study=wanted.study)
    inside = np.isin(whole.keys, traits.keys)
    pool, panel = whole.met(panel.items).part(inside), panel.part(inside)
    pool, panel = leave_out(db, side.dataset, judged.rubric, pool=pool, panel=panel, unseen=wanted.unseen)
    if not pool.size:
        raise CalibrationError(f"{side.name} has no judged record", hint="look at its conditions and at `judge runs`")
    measure = criterion_measure(judged.rubric, criterion, wanted)
    found = ArmFound(
        name=side.name,
        judge=judged.run.model,
        run=judged.run.id,
        fingerprint=judged.fingerprint,
        items=pool.size,
        # Reasons are counted over the whole run, so those of this part are counted anew.
        abstained=int((~pool.scored).sum()),
        rated=panel.size,
        figures=measure.figures(pool, panel, level=wanted.level),
    )
    # What cannot be rated stands in the counts; neither the judge's own difference nor the corrected one is about it.
    panel, pool = panel.part(pool.ratable), pool.part(pool.ratable)
    places, weights = np.searchsorted(traits.keys, pool.keys), None
    if mix is not None:
        weights = mix.weights(place, places)
        counts = weights > 0
        panel, pool, places, weights = panel.part(counts), pool.part(counts), places[counts], weights[counts]
    clusters = None if pairing.clusters is None else pairing.clusters[place][places]
    marks = traits.at(pool.keys, pairing.kind) if pairing.paired else None
    strata = measure.strata(pool)
    arm = Arm(
        pool=strata,
        score=strata[panel.items],
        truth=measure.truth(panel),
        inclusion=_inclusion(panel, weights),
        clusters=None if clusters is None else clusters[panel.items],
        pool_clusters=clusters,
        pool_weights=weights,
    )
    thin = None if mix is None else mix.too_thin(place, side.name, places[panel.items])
    return ArmRead(pool, panel, clusters, marks, found, arm, thin)


def _inclusion(panel: Panel, weights: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    """Chances of the rated items, divided by what each counts for in the mix that the sides are adjusted to."""
    if weights is None or not panel.size:
        return panel.inclusion
    chance = (1.0 if panel.inclusion is None else panel.inclusion) / weights[panel.items]
    found: NDArray[np.float64] = chance / chance.max()
    return found
