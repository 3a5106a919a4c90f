"""Moves: what series did in a window."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from judge.monitoring.detector import Key
    from judge.monitoring.histogram import Histogram

ABSTAINED: Final = "!abstained"
"""Ends the name of a series that is the share of abstentions."""

TOPIC: Final = "#"
"""Stands between a judged series and the topic that a part of it is about."""

BACK: Final = 2.0
"""A series that has moved is back when a window lies within so many standard errors of what it was."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a series did in a window.

    Attributes:
        series: A signal, ``RUBRIC.CRITERION@FINGERPRINT`` or a text, perhaps with `ABSTAINED`.
        version: A model version, or ``*``.
        segment: A segment, or ``*``.
        score: How far it lies from what it was, in standard errors.
        strength: Logarithm of the evidence for a change.
        new: Whether it has left just now.
        now: What it is.
        before: What it was.
    """

    series: str
    version: str
    segment: str
    score: float
    strength: float
    new: bool
    now: Histogram
    before: Histogram

    @property
    def key(self) -> Key:
        """Series, version, segment."""
        return self.series, self.version, self.segment


@dataclass(slots=True)
class Moves:
    """What all series did in a window.

    Attributes:
        alarms: Those that have left: just now, or before and are not back.
        scores: Series that were looked at -> how far they lie from what they were.
        back: Series that had left and are back.
    """

    alarms: list[Move] = field(default_factory=list)
    scores: dict[Key, float] = field(default_factory=dict)
    back: list[Key] = field(default_factory=list)
