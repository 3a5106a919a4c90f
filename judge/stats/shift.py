"""Label shift: the rate of a pool with another mixture of good and bad than where the judge was measured."""

from __future__ import annotations

import math

from judge.stats.intervals import Estimate, Refused, z_value
from judge.stats.strata import MIN_RATINGS

METHOD = "Rogan-Gladen (Lee et al., label shift declared)"


def rogan_gladen(
    flagged: float,
    tnr: float,
    tpr: float,
    *,
    pool: int,
    negatives: int,
    positives: int,
    level: float = 0.95,
    declared: bool = False,
) -> Estimate | Refused:
    """The rate (p + TNR - 1) / (TNR + TPR - 1) of a pool judged by a judge with known error rates.

    Only for *label shift*: the rated items were not drawn from this pool, and the owner declares that the judge errs as
    often on good and on bad items as it did there, only their mixture has changed. Where the rated items come from
    the pool, `judge.stats.correction.corrected_mean` is shorter and holds without that belief; where they were chosen
    by the judge's score, TPR and TNR read off them are biased and this interval never holds.

    Point: Rogan and Gladen (1978), American Journal of Epidemiology 107: 71-76. Interval: Lang and Reiczigel (2014),
    Preventive Veterinary Medicine 113: 13-22, as used by Lee et al. (2025), "How to Correctly Report LLM-as-a-Judge
    Evaluations": z² pseudo-items in the pool, 2 in each calibration class, and the shift 2z²(-(1-θ)·VTNR +
    θ·VTPR).

    Args:
        flagged: Share of the pool that the judge calls positive.
        tnr: True negative rate of the judge where it was measured.
        tpr: True positive rate.
        pool: Number of items judged.
        negatives: Number of truly negative items that `tnr` rests on.
        positives: Number of truly positive items that `tpr` rests on.
        level: Confidence level.
        declared: The owner's word that this is label shift; without it the estimate is refused.

    Returns:
        The estimate within 0 and 1, or a refusal: not declared, too few ratings, or a judge no better than chance.

    Raises:
        ValueError: A share lies outside 0 to 1, or a count is below 0.
    """
    if not all(0 <= share <= 1 for share in (flagged, tnr, tpr)) or min(pool, negatives, positives) < 0:
        raise ValueError("shares lie between 0 and 1 and counts are not negative")
    refused = _refusal(pool, negatives, positives, declared=declared)
    if refused:
        return refused
    z2 = z_value(level) ** 2
    p, q0, q1 = ((pool * flagged + z2 / 2) / (pool + z2), _padded(tnr, negatives), _padded(tpr, positives))
    youden = q0 + q1 - 1
    if youden <= 0 or tnr + tpr <= 1:
        reason = f"the judge tells bad from good no better than chance (TPR + TNR = {tnr + tpr:.2f})"
        return Refused(reason, "use another judge, or people's ratings alone", METHOD)
    theta = (p + q0 - 1) / youden
    of_tnr, of_tpr = q0 * (1 - q0) / (negatives + 2), q1 * (1 - q1) / (positives + 2)
    moved = 2 * z2 * (-(1 - theta) * of_tnr + theta * of_tpr)
    spread = p * (1 - p) / (pool + z2) + (1 - theta) ** 2 * of_tnr + theta**2 * of_tpr
    reach = math.sqrt(z2 * spread) / youden
    low, high = (min(1.0, max(0.0, theta + moved + sign * reach)) for sign in (-1, 1))
    value = min(1.0, max(0.0, (flagged + tnr - 1) / (tnr + tpr - 1)))
    return Estimate(value, min(low, value), max(high, value), level, negatives + positives, METHOD)


def _padded(share: float, count: int) -> float:
    return (count * share + 1) / (count + 2)


def _refusal(pool: int, negatives: int, positives: int, *, declared: bool) -> Refused | None:
    if not declared:
        reason = "the ratings were not declared to come from elsewhere than the pool (label shift)"
        return Refused(reason, "rate items of this pool, or declare label shift for these ratings", METHOD)
    if pool == 0:
        return Refused("no item was judged", "judge the pool first", METHOD)
    for kind, count in (("negative", negatives), ("positive", positives)):
        if count < MIN_RATINGS:
            more = MIN_RATINGS - count
            reason = f"only {count} rated items are truly {kind}; {MIN_RATINGS} are needed"
            return Refused(reason, f"rate until {more} more truly {kind} items are found", METHOD, more)
    return None
