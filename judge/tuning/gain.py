"""Gains: how much nearer to people a judge is by one rubric than by another, on the same items."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from judge.stats.difference import Arm, corrected_difference
from judge.stats.intervals import Estimate, Refused
from judge.tuning.answers import nearness, right

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from judge.rubric.schema import Rubric
    from judge.tuning.answers import Answers
    from judge.tuning.items import Item


class Outcome(StrEnum):
    """What tuning came to."""

    BETTER = "better"
    UNCLEAR = "not shown to be better"
    WORSE = "worse"
    NOTHING = "nothing to propose"


@dataclass(frozen=True, slots=True)
class Gain:
    """One rubric against another on the same items.

    Attributes:
        what: The criterion's name, or ``all criteria``.
        items: How many items.
        groups: How many groups they come from.
        before: How near to people the judge is by the first, 0 to 1.
        after: By the second.
        fixed: Items on which the second is nearer.
        broken: Items on which the first is nearer.
        gain: After minus before, paired and cluster-robust by group.
    """

    what: str
    items: int
    groups: int
    before: float
    after: float
    fixed: int
    broken: int
    gain: Estimate | Refused

    @property
    def outcome(self) -> Outcome:
        """What the interval says."""
        if isinstance(self.gain, Refused):
            return Outcome.UNCLEAR
        if self.gain.low > 0:
            return Outcome.BETTER
        return Outcome.WORSE if self.gain.high < 0 else Outcome.UNCLEAR


def overall(rubric: Rubric, items: Sequence[Item], said: tuple[Answers, Answers], level: float) -> Gain:
    """The gain over all criteria: of each item the mean over those that people gave a value.

    Args:
        rubric: The first rubric, whose questions and scales are the second's too.
        items: The items.
        said: What the judge said by the first rubric, and by the second.
        level: Confidence level.
    """
    return _gain("all criteria", items, lambda item, answers: right(rubric, item, answers), said, level)


def of_criterion(rubric: Rubric, name: str, items: Sequence[Item], said: tuple[Answers, Answers], level: float) -> Gain:
    """The gain on one criterion."""
    scale = rubric.criterion(name).scale
    held = [item for item in items if name in item.people]

    def near(item: Item, answers: Answers) -> float:
        return nearness(scale, answers[item.key][name].score, item.people[name].score)

    return _gain(name, held, near, said, level)


def _gain(
    what: str,
    items: Sequence[Item],
    near: Callable[[Item, Answers], float],
    said: tuple[Answers, Answers],
    level: float,
) -> Gain:
    first, second = (np.array([near(item, each) for item in items], dtype=np.float64) for each in said)
    names = {group: number for number, group in enumerate(dict.fromkeys(item.group for item in items))}
    return Gain(
        what=what,
        items=len(items),
        groups=len(names),
        before=float(first.mean()) if items else 0.0,
        after=float(second.mean()) if items else 0.0,
        fixed=int(np.sum(second > first)),
        broken=int(np.sum(first > second)),
        gain=_difference(items, names, first, second, level),
    )


def _difference(
    items: Sequence[Item], names: dict[str, int], first: np.ndarray, second: np.ndarray, level: float
) -> Estimate | Refused:
    if not items:
        return Refused("no item is rated", "rate 30 items", "paired gain")
    clusters = np.array([names[item.group] for item in items])
    chances = [item.inclusion for item in items]
    inclusion = None if None in chances else np.array(chances, dtype=np.float64)
    one = np.zeros(len(items))
    arms = [Arm(one, one, values, inclusion, clusters, clusters) for values in (second, first)]
    return corrected_difference(*arms, level=level)
