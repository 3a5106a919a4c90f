"""Histograms: what a series was in a window, as counts that can be added up and never grow with the traffic."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PER_OCTAVE: Final = 8
"""Bins between a number and its double: neighbours differ by 9 %."""

STEPS: Final = 20
"""Bins of a share of 1."""


def log_bin(value: float) -> str:
    """The bin of a number from 0 upwards; the edges are the same everywhere, so that counts of any two times add up."""
    return str(math.floor(PER_OCTAVE * math.log2(1 + max(0.0, value))))


def share_bin(value: float) -> str:
    """The bin of a share."""
    return str(min(STEPS - 1, math.floor(STEPS * min(1.0, max(0.0, value)))))


def log_middle(bin_: str) -> float:
    """The middle of a bin of `log_bin`."""
    return float(2 ** ((int(bin_) + 0.5) / PER_OCTAVE) - 1)


@dataclass(slots=True)
class Histogram:
    """Counts by bin, with the sum of the values where they are numbers.

    Attributes:
        bins: Bin -> how many.
        total: Sum of the values.
        squares: Sum of their squares.
    """

    bins: Counter[str] = field(default_factory=Counter)
    total: float = 0.0
    squares: float = 0.0

    @property
    def n(self) -> int:
        """How many values."""
        return sum(self.bins.values())

    @property
    def mean(self) -> float | None:
        """Their mean; None where there is none."""
        return self.total / self.n if self.n else None

    def add(self, bin_: str, value: float = 0.0) -> None:
        """Count one value."""
        self.bins[bin_] += 1
        self.total += value
        self.squares += value * value

    def merge(self, other: Histogram) -> None:
        """Count all of another's values."""
        self.bins.update(other.bins)
        self.total += other.total
        self.squares += other.squares

    def copy(self) -> Histogram:
        """The same counts, to be changed on their own."""
        return Histogram(Counter(self.bins), self.total, self.squares)

    def to_json(self) -> dict[str, Any]:
        """For the store."""
        return {"bins": dict(self.bins), "total": self.total, "squares": self.squares}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Histogram:
        """From the store."""
        return cls(Counter(row["bins"]), row["total"], row["squares"])
