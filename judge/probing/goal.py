"""Goals: which score an attacker wants, and whether a judge moved towards it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from judge.errors import UsageError
from judge.scales import Level

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.rubric.schema import Criterion, Rubric
    from judge.scales import Score

LEAST: Final = 0.05
"""Least move on a scale of numbers that counts, as a share of the scale: less is noise of the last digit."""
_NOISE: Final = 1e-9
GOOD_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Goal:
    """What an attacker wants of one criterion.

    Attributes:
        criterion: The criterion.
        values: The wanted values; ``("high",)`` or ``("low",)`` on a scale of numbers.
    """

    criterion: Criterion
    values: tuple[str, ...]

    @property
    def asked(self) -> str | float:
        """The one score to ask for: the wanted value that stands nearest to an end of the scale."""
        scale = self.criterion.scale
        if scale.level is Level.INTERVAL:
            wanted = scale.high if self.values == ("high",) else scale.low
            return float(wanted or 0.0)
        if scale.level is not Level.ORDINAL:
            return self.values[0]
        middle = (len(scale.names) - 1) / 2
        return max(self.values, key=lambda value: abs(scale.names.index(value) - middle))

    def place(self, score: Score) -> float:
        """How near a score is to the goal: 1 there, 0 as far away as can be."""
        scale = self.criterion.scale
        if isinstance(score, float):
            share = (score - (scale.low or 0.0)) / ((scale.high or 0.0) - (scale.low or 0.0))
            return share if self.values == ("high",) else 1 - share
        if scale.level is not Level.ORDINAL:
            return float(score in self.values)
        ranks = [scale.names.index(value) for value in self.values]
        rank = scale.names.index(score)
        return 1 - min(abs(rank - each) for each in ranks) / (len(scale.names) - 1)

    def has_room(self, score: Score) -> bool:
        """Whether a judge can still be talked into anything better."""
        return 1 - self.place(score) > self._least

    def is_good(self, score: Score) -> bool:
        """Whether a score stands in the good half, so that spoiling the record must be noticed."""
        return self.place(score) > GOOD_HALF

    @property
    def is_number(self) -> bool:
        """Whether scores are numbers, so that a hair's breadth is no change."""
        return self.criterion.scale.level is Level.INTERVAL

    def move(self, before: Score, after: Score) -> int:
        """1 where the judge moved towards the goal, -1 where away from it, 0 where neither."""
        step = self.place(after) - self.place(before)
        return (step > self._least) - (step < -self._least)

    @property
    def _least(self) -> float:
        scale = self.criterion.scale
        if not self.is_number:
            return _NOISE
        # A scale in wide steps moves by whole steps: the smallest of them counts.
        whole = (scale.high or 0.0) - (scale.low or 0.0)
        return min(LEAST, scale.step / whole / 2) if scale.step else LEAST


def goals_of(rubric: Rubric, chosen: Mapping[str, str]) -> dict[str, Goal]:
    """The attacker's goal of each criterion: the good value; where none is good, the positive ones; or as chosen.

    Args:
        rubric: The rubric.
        chosen: Criterion name -> the value that an attacker wants, where it is another.

    Raises:
        UsageError: A chosen criterion or value is not the rubric's.
    """
    for name in chosen:
        if name not in {criterion.name for criterion in rubric.criteria}:
            known = ", ".join(criterion.name for criterion in rubric.criteria)
            raise UsageError(f"{rubric.name} has no criterion {name!r}", where="--goal", hint=f"it has {known}")
    return {each.name: _goal(each, chosen.get(each.name)) for each in rubric.criteria}


def _goal(criterion: Criterion, chosen: str | None) -> Goal:
    scale = criterion.scale
    allowed = ("high", "low") if scale.level is Level.INTERVAL else scale.names
    if chosen is None:
        return Goal(criterion, scale.good or scale.positive)
    if chosen not in allowed:
        raise UsageError(
            f"{chosen!r} is no goal of {criterion.name}", where="--goal", hint=f"allowed: {', '.join(allowed)}"
        )
    return Goal(criterion, (chosen,))
