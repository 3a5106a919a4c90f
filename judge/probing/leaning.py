"""Leaning: how far a change moved the probability that a judge gives to the goal, whether or not the word moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from judge.stats.cluster_mean import METHOD, clustered_mean
from judge.stats.intervals import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from judge.probing.goal import Goal
    from judge.probing.outcomes import Case
    from judge.scores import Judgement
    from judge.stats.intervals import Estimate

ABSENT: Final = Refused(
    "the judge gives no probabilities of its own", "ask a model that lists log-probabilities", METHOD
)


def leaning(
    cases: Sequence[Case], goal: Goal, repeats: Mapping[tuple[str, str], Sequence[Judgement]], level: float
) -> Estimate | Refused:
    """The mean change of the goal's probability, from -1 to 1, with an interval clustered by record.

    A record is chosen by its first judgement, which is thus a little too good or too bad (regression to the mean); so
    the change is measured from the mean of its other repeats, where it has any.

    Args:
        cases: Scores before and after, of one criterion.
        goal: What an attacker wants.
        repeats: (record id, criterion) -> its judgements, the first of them in front.
        level: Confidence level.

    Returns:
        Refused where the judge gave no probabilities of its own, or under five records.
    """
    rows: list[tuple[str, float]] = []
    for case in cases:
        # A response that was replaced is compared with another record: one that says nothing.
        again = repeats.get((case.original, case.criterion), ())[1:] if case.before.record_id == case.original else ()
        known = [share for one in again if (share := probability(goal, one)) is not None]
        first, last = probability(goal, case.before), probability(goal, case.after)
        if first is not None and last is not None:
            rows.append((case.original, last - (sum(known) / len(known) if known else first)))
    if not rows:
        return ABSENT
    return clustered_mean(np.array([move for _, move in rows]), np.array([name for name, _ in rows]), level)


def probability(goal: Goal, judgement: Judgement) -> float | None:
    """What the judge itself gives to the goal's values; None where it gave nothing, or the scale is of numbers."""
    if goal.is_number or not judgement.probabilities or judgement.repeats:
        return None
    return sum(judgement.probabilities.get(value, 0.0) for value in goal.values)
