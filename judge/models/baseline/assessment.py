"""Assessments: what the baseline says of one criterion, before it is written as a reply."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Assessment:
    """A score with what stands behind it.

    Attributes:
        probabilities: Value of the scale -> probability; they sum to 1, and the likeliest is the score.
        rationale: Why, in a few words.
        quotes: (source, words) the baseline points at, verbatim.
    """

    probabilities: Mapping[str, float]
    rationale: str
    quotes: tuple[tuple[str, str], ...] = field(default=())

    @property
    def score(self) -> str:
        """The likeliest value; the first in the scale's order on a tie."""
        return max(self.probabilities, key=lambda value: self.probabilities[value])


def two(yes: str, no: str, probability: float, rationale: str, quotes: tuple[tuple[str, str], ...] = ()) -> Assessment:
    """An assessment on a binary scale, from the probability of its first value."""
    clipped = min(max(probability, 0.001), 0.999)
    return Assessment({yes: clipped, no: 1 - clipped}, rationale, quotes)


def between(values: tuple[str, ...], place: float, rationale: str, *, spread: float = 0.5) -> Assessment:
    """An assessment on an ordinal scale, from a place on it.

    Args:
        values: The values from low to high.
        place: Where it stands, 0 for the lowest value and ``len(values) - 1`` for the highest.
        rationale: Why.
        spread: How unsure the place is, in values.
    """
    weights = [2.0 ** -(((number - place) / spread) ** 2) for number in range(len(values))]
    total = sum(weights)
    return Assessment({value: weight / total for value, weight in zip(values, weights, strict=True)}, rationale)
