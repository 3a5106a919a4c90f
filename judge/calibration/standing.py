"""The standing of a judge: may it be used, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from judge.stats.intervals import Estimate, Refused
from judge.stats.panel import ONLY

if TYPE_CHECKING:
    from judge.calibration.agreement import WithPeople
    from judge.calibration.figures import Figures
    from judge.calibration.panel import Panel
    from judge.settings import CalibrationTable


class Answer(StrEnum):
    """What a judge may be used for."""

    USABLE = "usable"
    CORRECTED = "usable with correction"
    NOT_USABLE = "not usable"
    UNKNOWN = "not enough ratings"


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer, why, and what to do next.

    Attributes:
        answer: What the judge may be used for.
        reasons: Why, each with the figure and the threshold.
        advice: What to do next.
        warnings: What looks wrong and is not part of the answer.
    """

    answer: Answer
    reasons: tuple[str, ...]
    advice: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def decide(figures: Figures, agreement: WithPeople, panel: Panel, limits: CalibrationTable) -> Standing:
    """Weigh the figures of one criterion against the owner's thresholds.

    In this order: too little is known; the judge is no better than chance, or the corrected interval is of no use;
    the raw figure is near enough to the corrected one and the judge agrees with people nearly as people do; else the
    corrected figure is to be used.
    """
    warnings = (*_warnings(agreement), *_few_annotators(figures, panel))
    if panel.size < limits.min_ratings:
        more = limits.min_ratings - panel.size
        reason = f"{panel.size} of the judged items are rated, at least {limits.min_ratings} are needed"
        advice = [f"rate {more} more items"]
        if panel.elsewhere:
            advice.append(f"{panel.elsewhere} ratings are on records that this run has not judged: judge those too")
        if panel.older:
            advice.append(f"{panel.older} ratings belong to another wording of the rubric: rate again, or judge by it")
        return Standing(Answer.UNKNOWN, (reason,), tuple(advice), warnings)
    if isinstance(figures.corrected, Refused):
        return Standing(Answer.UNKNOWN, (figures.corrected.reason,), (figures.corrected.needed,), warnings)
    bad = _against(figures, figures.corrected, agreement, limits)
    if bad:
        return Standing(Answer.NOT_USABLE, tuple(bad), ("judge by another model or a clearer rubric",), warnings)
    gaps = _short_of_a_person(figures, agreement, limits)
    if gaps:
        return Standing(Answer.CORRECTED, tuple(gaps), ("report the corrected figure with its interval",), warnings)
    reason = "the raw figure is near the corrected one, and the judge agrees with people about as people do"
    return Standing(Answer.USABLE, (reason,), ("rate a few items of every new batch to notice a change",), warnings)


def _against(figures: Figures, corrected: Estimate, agreement: WithPeople, limits: CalibrationTable) -> list[str]:
    found = []
    alpha = agreement.alpha
    if isinstance(alpha, Estimate) and alpha.low <= 0:
        found.append(f"agreement with people may be no better than chance (alpha {_shown(alpha)})")
    elif isinstance(alpha, Estimate) and alpha.value < limits.min_agreement:
        found.append(f"agreement with people is alpha {_shown(alpha)}, at least {limits.min_agreement:g} is asked for")
    half, widest = corrected.width / 2, limits.max_half_width * figures.span
    if half > widest:
        found.append(
            f"the corrected figure is known to ± {figures.told(half)} only, ± {figures.told(widest)} is asked for"
        )
    return found


def _short_of_a_person(figures: Figures, agreement: WithPeople, limits: CalibrationTable) -> list[str]:
    found = []
    corrected, raw = figures.corrected, figures.raw
    if raw is None or isinstance(corrected, Refused):
        return ["there is no raw figure to stand by itself"]
    # The raw figure may stand only where every rate that the interval allows is near it.
    gap, allowed = max(raw - corrected.low, corrected.high - raw), limits.max_bias * figures.span
    if gap > allowed:
        found.append(
            f"the raw figure {figures.told(raw)} may be off by up to {figures.told(gap)} "
            f"(corrected {figures.told(corrected.value)} "
            f"[{figures.told(corrected.low)}, {figures.told(corrected.high)}]); "
            f"{figures.told(allowed)} is allowed"
        )
    difference = agreement.ceiling.difference
    if isinstance(difference, Refused):
        found.append(f"it is not known how people agree among themselves: {difference.reason}")
    elif difference.low < -limits.max_shortfall:
        found.append(
            f"its agreement with people may fall short of people's own by {-difference.low:.3f}; "
            f"{limits.max_shortfall:g} is allowed"
        )
    return found


def _warnings(agreement: WithPeople) -> tuple[str, ...]:
    kappa = agreement.alpha if agreement.kappa is None else agreement.kappa.estimate
    if not isinstance(kappa, Estimate) or kappa.value >= 0:
        return ()
    name = "alpha" if agreement.kappa is None else "kappa"
    if kappa.high < 0:
        told = "the judge disagrees with people more than chance would", "two values may be mixed up"
    else:
        told = "the judge agrees with people less than chance would", "values may be mixed up"
    return (f"{told[0]} ({name} {_shown(kappa)}): {told[1]}",)


def _few_annotators(figures: Figures, panel: Panel) -> tuple[str, ...]:
    """Says so where no interval can hold how other annotators would have rated."""
    names = panel.rating
    if len(names) == 1:
        told = f"every rating is {names[0]}'s, and no interval holds that annotator's own error"
        return (f"{told}: let two others rate the same items",)
    if isinstance(figures.corrected, Refused) or not figures.corrected.method.endswith(ONLY):
        return ()
    if len(names) == 2:  # noqa: PLR2004 - a pair
        told = "the intervals are of these 2 annotators only, who cannot tell how a third would have rated"
        return (f"{told}: let another annotator rate two thirds of the same {panel.size:,} items, or more",)
    told = f"the intervals are of these {len(names)} annotators only, for most ratings are those of one or two"
    return (f"{told}: let the others rate as many",)


def _shown(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"
