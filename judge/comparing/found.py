"""Findings: what a comparison was asked for, and everything it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from judge.comparing.conclusion import Kept
from judge.comparing.pairing import AUTO
from judge.stats.sequential import Looks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.calibration.figures import Figures
    from judge.comparing.conclusion import Decided, Guardrail
    from judge.comparing.measure import Measure
    from judge.comparing.mix import Difference, Mix
    from judge.comparing.pairing import Pairing
    from judge.comparing.raw import Raw
    from judge.rubric.schema import Criterion, Rubric
    from judge.stats.contrast import Contrast, Need
    from judge.stats.intervals import Refused
    from judge.stats.multiplicity import Correction

MARGIN = 0.05


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a comparison is to be made.

    Attributes:
        level: Confidence level.
        margin: The largest difference that does not matter, as a share of each scale.
        looks: How often it is looked at.
        correction: How p-values of several questions are adjusted.
        pair_by: What makes a pair, see `judge.comparing.pairing.pair`.
        study: Only ratings from this study.
        unseen: Leave out what tuned a rubric or stands in it; else rated items that it has seen are refused.
        better: Criterion -> 1 where more is better, -1 where less is, instead of what the rubric says.
        guardrails: What must not get worse.
        adjust: Fields whose mix is made the same on all sides.
    """

    level: float = 0.95
    margin: float = MARGIN
    looks: Looks = field(default_factory=Looks)
    correction: Correction = "holm"
    pair_by: str = AUTO
    study: str | None = None
    unseen: bool = False
    better: Mapping[str, int] = field(default_factory=dict)
    guardrails: tuple[Guardrail, ...] = ()
    adjust: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArmFound:
    """One side on one criterion.

    Attributes:
        name: The side's name.
        judge: The judge model.
        run: The run's number.
        fingerprint: The judge's.
        items: Items judged.
        abstained: Those without a score.
        rated: Those that people rated.
        figures: Raw, by people alone, corrected.
    """

    name: str
    judge: str
    run: int
    fingerprint: str
    items: int
    abstained: int
    rated: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sides on one criterion: B against A.

    Attributes:
        a: Place of A among the sides.
        b: Place of B.
        raw: What the judge alone would say.
        human: What people alone say: B minus A.
        contrast: The corrected difference B minus A.
        decided: What may be said.
        need: What more it takes; None without an estimate.
    """

    a: int
    b: int
    raw: Raw
    human: Contrast | Refused
    contrast: Contrast | Refused
    decided: Decided
    need: Need | None


@dataclass(frozen=True, slots=True)
class GuardrailFound:
    """A guardrail on one pair of sides.

    Attributes:
        guardrail: What was asked for.
        b: Place of the side that is held against the first.
        kept: What came of it.
    """

    guardrail: Guardrail
    b: int
    kept: Kept


@dataclass(frozen=True, slots=True)
class CriterionFound:
    """All sides on one criterion.

    Attributes:
        rubric: The rubric.
        criterion: The criterion.
        measure: The quantity compared.
        arms: The sides.
        pairs: Each two of them.
        ranks: For each side the best and the worst place that it may have among them, from 1; None where nobody said
            which way is better.
        guardrails: Those that are about this criterion.
    """

    rubric: Rubric
    criterion: Criterion
    measure: Measure
    arms: tuple[ArmFound, ...]
    pairs: tuple[Pair, ...]
    ranks: tuple[tuple[int, int], ...] | None
    guardrails: tuple[GuardrailFound, ...]

    @property
    def names(self) -> set[str]:
        """What a user may call it."""
        return names_of(self.rubric, self.criterion)


@dataclass(frozen=True, slots=True)
class Compared:
    """Versions compared.

    Attributes:
        names: The sides.
        pairing: How they hang together.
        wanted: How the comparison was made.
        criteria: One entry a criterion.
        mix: What the sides were adjusted to; None where they were not.
        differing: Fields in which unpaired, unadjusted sides were asked differently.
    """

    names: tuple[str, ...]
    pairing: Pairing
    wanted: Wanted
    criteria: tuple[CriterionFound, ...]
    mix: Mix | None = None
    differing: tuple[Difference, ...] = ()

    @property
    def kept(self) -> Kept | None:
        """What came of all guardrails together; None where there are none."""
        found = {each.kept for criterion in self.criteria for each in criterion.guardrails}
        return next((kept for kept in (Kept.BROKEN, Kept.UNKNOWN, Kept.KEPT) if kept in found), None)


def names_of(rubric: Rubric, criterion: Criterion) -> set[str]:
    """What a user may call a criterion: its name, ``RUBRIC.CRITERION``, or the rubric's where it is the only one."""
    alone = {rubric.name} if len(rubric.criteria) == 1 else set()
    return {criterion.name, f"{rubric.name}.{criterion.name}"} | alone
