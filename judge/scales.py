"""Scales: what a score may be, its order, and its good end."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from judge.errors import ScaleError

if TYPE_CHECKING:
    from collections.abc import Mapping

Score = str | float
"""One value on a scale: a name on a binary, nominal or ordinal scale, a number on an interval scale."""

NOT_APPLICABLE = "not_applicable"
"""The answer a criterion may allow where its question does not arise; it is no value of the scale."""

MAX_VALUES = 20


class Level(StrEnum):
    """The level of measurement (Stevens 1946), from which the statistics follow."""

    BINARY = "binary"
    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True)
class Scale:
    """The allowed values of a criterion.

    Attributes:
        level: Level of measurement.
        values: Name -> what it means; for ordinal scales from low to high; empty for interval scales.
        good: Names of the good values; for interval scales ``("high",)`` or ``("low",)``; empty where none is good.
        positive: Names of the values whose share is reported as the *rate*; unless declared, those that are not good.
        low: Least number of an interval scale.
        high: Greatest number of an interval scale.
        step: Distance between two allowed numbers of an interval scale; None for any number.

    Raises:
        ScaleError: The values cannot measure what is asked.
    """

    level: Level
    values: Mapping[str, str] = field(default_factory=dict)
    good: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    step: float | None = None

    def __post_init__(self) -> None:
        if self.level is Level.INTERVAL:
            self._check_interval()
        else:
            self._check_values()
        if not self.positive and self.level is not Level.INTERVAL:
            object.__setattr__(self, "positive", tuple(v for v in self.values if v not in self.good))

    def _check_interval(self) -> None:
        if self.values:
            raise ScaleError("an interval scale has `min` and `max`, no `values`")
        if self.low is None or self.high is None or not self.low < self.high:
            raise ScaleError(f"an interval scale needs `min` below `max`, found min {self.low} and max {self.high}")
        if not math.isfinite(self.high - self.low):
            raise ScaleError("`min` and `max`, and the distance between them, must be finite numbers")
        if self.step is not None and not 0 < self.step <= self.high - self.low:
            raise ScaleError(f"`step` must be above 0 and at most max - min, found {self.step}")
        if self.good not in {("high",), ("low",)}:
            raise ScaleError("an interval scale declares its good end: `good: high` or `good: low`")
        if self.positive:
            raise ScaleError("an interval scale has a mean, no rate: `positive` does not belong on it")

    def _check_values(self) -> None:
        wanted = 2 if self.level is Level.BINARY else None
        if wanted and len(self.values) != wanted:
            raise ScaleError(f"a binary scale has exactly 2 values, found {len(self.values)}")
        if not 2 <= len(self.values) <= MAX_VALUES:  # noqa: PLR2004 - fewer than two values measure nothing
            raise ScaleError(f"a scale has 2 to {MAX_VALUES} values, found {len(self.values)}")
        if self.low is not None or self.high is not None or self.step is not None:
            raise ScaleError(f"`min`, `max` and `step` belong to interval scales, not to {self.level} ones")
        if NOT_APPLICABLE in self.values:
            raise ScaleError(f"`{NOT_APPLICABLE}` is not a value: write `not_applicable:` on the criterion")
        if not self.good and not self.positive:
            raise ScaleError("say which values are good (`good:`) or whose share is the rate (`positive:`)")
        for key, names in (("good", self.good), ("positive", self.positive)):
            unknown = [name for name in names if name not in self.values]
            if unknown:
                raise ScaleError(
                    f"`{key}` names {unknown[0]!r}, which is not among the values {', '.join(self.values)}"
                )
            if len(set(names)) == len(self.values):
                raise ScaleError(f"`{key}` names every value, so it tells nothing apart")

    @property
    def names(self) -> tuple[str, ...]:
        """The allowed names in order; empty for interval scales."""
        return tuple(self.values)

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest number that a score can stand for; 0 and 1 where scores have none."""
        if self.low is not None and self.high is not None:
            return self.low, self.high
        if self.level is not Level.ORDINAL:
            return 0.0, 1.0
        numbers = [self.number(name) for name in self.values]
        return min(numbers), max(numbers)

    def read(self, value: object) -> Score | None:
        """The score that a value given by a rater is, or None if it is not on the scale.

        Names must match to the letter; whole numbers match numeric names (``4`` is ``"4"``). Booleans are never scores.
        """
        if isinstance(value, bool) or value is None:
            return None
        if self.level is Level.INTERVAL:
            return self._read_number(value)
        name = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        return name if name in self.values else None

    def _read_number(self, value: object) -> float | None:
        if not isinstance(value, int | float) or self.low is None or self.high is None:
            return None
        try:
            number = float(value)
        except OverflowError:
            return None
        if not self.low <= number <= self.high:
            return None
        if self.step is not None:
            steps = (number - self.low) / self.step
            if abs(steps - round(steps)) > 1e-9:  # noqa: PLR2004 - float noise of one division
                return None
        return number

    def number(self, score: Score) -> float:
        """The number a score stands for in means and distances.

        Interval scores are their own number. Ordinal names that are all numbers stand for themselves, other ordinal
        names for their rank from 1. Binary scores are 1 where positive, else 0. Nominal scores have no number.

        Raises:
            ScaleError: The scale is nominal, or the score is not on it.
        """
        if isinstance(score, float):
            return score
        if score not in self.values:
            raise ScaleError(f"{score!r} is not among the values {', '.join(self.values)}")
        if self.level is Level.BINARY:
            return float(score in self.positive)
        if self.level is not Level.ORDINAL:
            raise ScaleError("a nominal score has no number: report its distribution instead")
        try:
            numbers = {name: float(name) for name in self.values}
        except ValueError:
            numbers = {name: float(rank) for rank, name in enumerate(self.values, start=1)}
        return numbers[score]
