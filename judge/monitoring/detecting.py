"""Detecting: which series of a window have left what they were, at a stated rate of false alarms."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

import numpy as np

from judge.monitoring.folding import CONVERSATIONS
from judge.monitoring.histogram import Histogram
from judge.monitoring.signals import SIGHTS, Sight
from judge.scales import Level
from judge.stats import e_detector
from judge.stats.conformal import names_score, rank_score, share_score
from judge.store.watches import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from judge.monitoring.form import DetectorsForm
    from judge.monitoring.window import Window
    from judge.scales import Scale

ABSTAINED: Final = "!abstained"
"""Ends the name of a series that is the share of abstentions."""

BACK: Final = 2.0
"""A series that has moved is back when a window lies within so many standard errors of what it was."""

SAID: Final = "said"
MISSING: Final = "abstained"

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
    """

    past: Histogram = field(default_factory=Histogram)
    state: list[float] = field(default_factory=list)
    alarm: int | None = None
    since: Histogram = field(default_factory=Histogram)
    seen: int | None = None

    def to_json(self) -> dict[str, Any]:
        """For the store; JSON has no infinity."""
        logs = [None if math.isinf(one) else one for one in self.state]
        return {
            "past": self.past.to_json(),
            "state": logs,
            "alarm": self.alarm,
            "since": self.since.to_json(),
            "seen": self.seen,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Detector:
        """From the store."""
        logs = [-math.inf if one is None else float(one) for one in row["state"]]
        past, since = Histogram.from_json(row["past"]), Histogram.from_json(row["since"])
        return cls(past, logs, row["alarm"], since, row["seen"])

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


def series_of(window: Window, scales: Mapping[str, Scale]) -> Iterator[tuple[str, Histogram]]:
    """The series of a window that detectors look at; scores and abstentions are told apart."""
    for name, found in window.series.items():
        if name == CONVERSATIONS:
            continue
        if name not in scales:
            yield name, found
            continue
        scored, missing = scored_part(found), Histogram()
        missing.bins[SAID] = scored.n
        missing.bins[MISSING] = found.n - scored.n
        missing.total = float(missing.bins[MISSING])
        yield name, scored
        yield name + ABSTAINED, missing


def scored_part(found: Histogram) -> Histogram:
    """A judged series without its abstentions."""
    kept = found.copy()
    for name in [name for name in kept.bins if name.startswith("abstained:")]:
        del kept.bins[name]
    return kept


class Detecting:
    """The detectors of a watch.

    Args:
        form: How sure an alarm is.
        scales: Judged series -> its scale.
        detectors: Their states; changed as windows are looked at.
    """

    def __init__(self, form: DetectorsForm, scales: Mapping[str, Scale], detectors: dict[Key, Detector]) -> None:
        self._form = form
        self._scales = scales
        self.detectors = detectors

    def look(
        self, windows: Sequence[Window], *, reference: bool, others: Mapping[str, tuple[float, Histogram]]
    ) -> Moves:
        """Look at all rows of one window.

        Args:
            windows: The pooled row and those of each version and each segment.
            reference: Whether the window is part of what is normal.
            others: Further series -> a one-sided normal score, and what they are: texts, told apart by a classifier.

        Returns:
            What moved.
        """
        found = Moves()
        before = {key: one.past.copy() for key, one in self.detectors.items() if key[1:] == (ALL, ALL)}
        looked: list[tuple[Key, float, float, Histogram]] = []
        for window in windows:
            if ALL not in {window.version, window.segment}:
                continue
            narrow = math.sqrt(min(1.0, window.series[CONVERSATIONS].n / max(1, window.records)))
            for name, now in series_of(window, self._scales):
                key = (name, window.version, window.segment)
                score = self._score(key, now, window, before=before, reference=reference)
                if score is not None:
                    looked.append((key, score * narrow, self._step(key, score * narrow), now))
        for name, (score, now) in others.items():
            key = (name, ALL, ALL)
            self.detectors.setdefault(key, Detector())
            looked.append((key, score, self._step(key, score), now))
        self._settle(looked, windows[0].number, found)
        return found

    def _score(
        self,
        key: Key,
        now: Histogram,
        window: Window,
        *,
        before: Mapping[Key, Histogram],
        reference: bool,
    ) -> float | None:
        if now.n < self._form.least:
            return None
        detector = self.detectors.get(key)
        if detector is None:
            # A version that is new is held against all the others before it; any other new series begins here.
            pooled = before.get((key[0], ALL, ALL))
            known = window.version != ALL and pooled is not None and not reference
            detector = self.detectors[key] = Detector(pooled.copy() if known and pooled is not None else Histogram())
        detector.seen = window.number
        if reference or detector.past.n < self._form.least:
            detector.past.merge(now)
            return None
        return self.score(key[0], now, detector.past, seed=crc32(f"{key}{window.number}".encode()))

    def score(self, series: str, now: Histogram, past: Histogram, *, seed: int) -> float:
        """How far a series lies from its past, by the test that fits its scale."""
        names = sorted({*now.bins, *past.bins})
        sight = SIGHTS.get(series) or (_COST if series == "cost" else None)
        scale = self._scales.get(series)
        if (sight is not None and sight.bins == "number") or (scale is not None and _is_ordered(scale)):
            names = _in_order(names, scale)
            return rank_score([now.bins[name] for name in names], [past.bins[name] for name in names])
        hit = self._hit(series, scale)
        if hit is not None:
            return share_score(now.bins[hit], now.n, past.bins[hit], past.n, seed=seed)
        return names_score([now.bins[name] for name in names], [past.bins[name] for name in names])

    def _hit(self, series: str, scale: Scale | None) -> str | None:
        """The bin whose share is watched, where there are two."""
        if series.endswith(ABSTAINED):
            return MISSING
        if scale is not None:
            return scale.positive[0] if scale.level is Level.BINARY else None
        return {"errors": "yes", "refusals": "yes", "feedback": "up"}.get(series)

    def _is_one_sided(self, series: str) -> bool:
        if series in {"questions", "documents", "question_language"}:
            return True
        scale = self._scales.get(series)
        return scale is not None and scale.level is Level.NOMINAL

    def _step(self, key: Key, score: float) -> float:
        detector = self.detectors[key]
        if detector.alarm is not None:
            return 0.0
        return detector.step(score, e_detector.UP if self._is_one_sided(key[0]) else e_detector.BOTH)

    def _settle(self, looked: Sequence[tuple[Key, float, float, Histogram]], number: int, found: Moves) -> None:
        running = [one for one in looked if self.detectors[one[0]].alarm is None]
        raised = e_detector.discoveries(
            [strength for _, _, strength, _ in running], self._form.run_length, streams=len(self.detectors)
        )
        new = {one[0] for one, alarm in zip(running, raised, strict=True) if alarm}
        for key, score, strength, now in looked:
            detector = self.detectors[key]
            found.scores[key] = score
            if key in new:
                detector.alarm, detector.state = number, []
            if detector.alarm is None:
                detector.past.merge(now)
            elif key not in new and abs(score) < BACK:
                detector.alarm, detector.since = None, Histogram()
                detector.past.merge(now)
                found.back.append(key)
            else:
                detector.since.merge(now)
                found.alarms.append(Move(*key, score, strength, key in new, now, detector.past))


_COST: Final = Sight("system", "cost a response", "number", "$", lambda _: None)


def _is_ordered(scale: Scale) -> bool:
    return scale.level in {Level.ORDINAL, Level.INTERVAL}


def _in_order(names: list[str], scale: Scale | None) -> list[str]:
    if scale is not None and scale.level is Level.ORDINAL:
        return [name for name in scale.names if name in names]
    return sorted(names, key=float)
