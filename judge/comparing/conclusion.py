"""Conclusions: what may be said of a difference, and of what must not get worse."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from judge.errors import UsageError
from judge.stats.contrast import Contrast
from judge.stats.intervals import Refused
from judge.stats.multiplicity import Correction, adjusted

if TYPE_CHECKING:
    from collections.abc import Sequence


class Conclusion(StrEnum):
    """What a comparison says of B against A."""

    BETTER = "better"
    WORSE = "worse"
    HIGHER = "higher"
    LOWER = "lower"
    SAME = "no difference larger than the margin"
    UNKNOWN = "not yet known"


@dataclass(frozen=True, slots=True)
class Decided:
    """A conclusion with the p-values that it stands on, adjusted for all questions asked at once.

    Attributes:
        conclusion: What may be said.
        p: That there is no difference; None where there is no estimate.
        p_same: That the difference is as large as the margin.
    """

    conclusion: Conclusion
    p: float | None
    p_same: float | None


def decide(
    contrasts: Sequence[Contrast | Refused],
    better: Sequence[int],
    margins: Sequence[float],
    *,
    level: float,
    correction: Correction = "holm",
) -> list[Decided]:
    """Decide on several differences at once.

    First whether each is a difference at all, p-values adjusted over all of them; then, for the others, whether it is
    smaller than its margin, likewise adjusted.

    Args:
        contrasts: B minus A, one a question.
        better: For each, 1 where more is better, -1 where less is, 0 where nobody said.
        margins: For each, the largest difference that does not matter, in the unit of its scale.
        level: Confidence level.
        correction: How p-values are adjusted.
    """
    known = [place for place, each in enumerate(contrasts) if isinstance(each, Contrast)]
    found = [each for each in contrasts if isinstance(each, Contrast)]
    # Two one-sided tests at (1 - level)/2 each are the interval of this level inside the margin.
    p = adjusted([each.p_different() for each in found], correction)
    p_same = adjusted(
        [min(1.0, 2 * each.p_beyond(margins[place])) for place, each in zip(known, found, strict=True)], correction
    )
    decided = [Decided(Conclusion.UNKNOWN, None, None)] * len(contrasts)
    for row, place in enumerate(known):
        value = found[row].estimate.value
        if p[row] <= 1 - level:
            conclusion = _direction(value, better[place])
        else:
            conclusion = Conclusion.SAME if p_same[row] <= 1 - level else Conclusion.UNKNOWN
        decided[place] = Decided(conclusion, float(p[row]), float(p_same[row]))
    return decided


def _direction(value: float, better: int) -> Conclusion:
    if better == 0:
        return Conclusion.HIGHER if value > 0 else Conclusion.LOWER
    return Conclusion.BETTER if value * better > 0 else Conclusion.WORSE


class Kept(StrEnum):
    """What came of a guardrail."""

    KEPT = "kept"
    BROKEN = "broken"
    UNKNOWN = "not yet known"


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A criterion that must not get worse by more than an amount.

    Attributes:
        name: The criterion, the rubric where it has one criterion, or ``RUBRIC.CRITERION``.
        margin: The amount, as a share of the scale.
    """

    name: str
    margin: float

    @classmethod
    def parse(cls, text: str, margin: float) -> Guardrail:
        """From ``NAME`` or ``NAME:SHARE``.

        Raises:
            UsageError: The share is none.
        """
        name, colon, value = text.partition(":")
        try:
            share = float(value) if colon else margin
        except ValueError:
            share = -1.0
        if not name or not 0 <= share < 1:
            raise UsageError(
                f"{text!r} is no guardrail", where="--guardrail", hint="such as safety:0.02, a share of the scale"
            )
        return cls(name, share)

    def check(self, found: Contrast | Refused, better: int) -> Kept:
        """Kept where the whole interval is, broken where none of it is.

        All guardrails must be kept together, so each is held at the full level (Berger 1982, Technometrics 24:
        295-300).

        Raises:
            UsageError: Nobody said which way is better.
        """
        if better == 0:
            raise UsageError(
                f"the rubric does not say which way {self.name} gets worse",
                where="--guardrail",
                hint=f"--better {self.name}=lower, or =higher",
            )
        if isinstance(found, Refused):
            return Kept.UNKNOWN
        ends = sorted((better * found.estimate.low, better * found.estimate.high))
        most = self.margin * found.width
        if ends[0] >= -most:
            return Kept.KEPT
        return Kept.BROKEN if ends[1] < -most else Kept.UNKNOWN
