"""Detectors: what is known of one series, and how far the evidence for a change of it has grown."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from judge.monitoring.histogram import Histogram
from judge.stats import e_detector

if TYPE_CHECKING:
    from collections.abc import Mapping

Key = tuple[str, str, str]
"""Series, version, segment."""


@dataclass(slots=True)
class Detector:
    """What is known of one series.

    Attributes:
        past: Everything it was while it was normal.
        state: Logarithms of the e-detectors.
        alarm: Number of the window in which it left; None while it is normal.
        since: Everything it was from then on.
        seen: Number of the last window that was looked at.
        held: Values that wait until there are enough of them to be looked at: those of a topic.
    """

    past: Histogram = field(default_factory=Histogram)
    state: list[float] = field(default_factory=list)
    alarm: int | None = None
    since: Histogram = field(default_factory=Histogram)
    seen: int | None = None
    held: Histogram = field(default_factory=Histogram)

    def to_json(self) -> dict[str, Any]:
        """For the store; JSON has no infinity."""
        logs = [None if math.isinf(one) else one for one in self.state]
        return {
            "past": self.past.to_json(),
            "state": logs,
            "alarm": self.alarm,
            "since": self.since.to_json(),
            "seen": self.seen,
            "held": self.held.to_json(),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Detector:
        """From the store."""
        logs = [-math.inf if one is None else float(one) for one in row["state"]]
        past, since = Histogram.from_json(row["past"]), Histogram.from_json(row["since"])
        held = Histogram.from_json(row["held"]) if "held" in row else Histogram()
        return cls(past, logs, row["alarm"], since, row["seen"], held)

    def step(self, score: float, shifts: np.typing.NDArray[np.float64]) -> float:
        """Take a window's score in; the logarithm of the evidence is given back."""
        state = np.array(self.state) if self.state else e_detector.fresh(shifts)
        state = e_detector.step(state, score, shifts)
        self.state = [float(one) for one in state]
        return e_detector.strength(state)

    def accept(self) -> None:
        """What it has been since it left is what is normal from now on."""
        self.past = self.since if self.since.n else self.past
        self.since, self.alarm, self.state = Histogram(), None, []
