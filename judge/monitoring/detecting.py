"""Detecting: which series of a window have left what they were, at a stated rate of false alarms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final
from zlib import crc32

from judge.monitoring.detector import Detector, Key
from judge.monitoring.folding import CONVERSATIONS
from judge.monitoring.histogram import Histogram
from judge.monitoring.move import ABSTAINED, BACK, Move, Moves
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

Looked = tuple[Key, float, float, Histogram]
"""A series, how far it lies from what it was, the logarithm of the evidence for a change, and what it is."""

SAID: Final = "said"
MISSING: Final = "abstained"


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
        self,
        windows: Sequence[Window],
        *,
        reference: bool,
        others: Mapping[str, tuple[float | None, Histogram]],
        topics: Mapping[str, Histogram],
    ) -> Moves:
        """Look at all rows of one window.

        Args:
            windows: The pooled row and those of each version and each segment.
            reference: Whether the window is part of what is normal.
            others: Texts and words -> a one-sided normal score, and what they are; without a score, that is normal.
            topics: Judged series of one topic -> what it is; looked at once enough has come together.

        Returns:
            What moved.
        """
        found = Moves()
        looked = [
            *self._look_at_rows(windows, reference=reference),
            *self._look_at_topics(windows[0], topics, reference=reference),
            *self._look_at_others(windows[0], others),
        ]
        self._settle(looked, windows[0].number, found)
        return found

    def _look_at_rows(self, windows: Sequence[Window], *, reference: bool) -> list[Looked]:
        looked = []
        there = {name for window in windows for name in window.series}
        before = {
            key: one.past.copy()
            for key, one in self.detectors.items()
            if key[1:] == (ALL, ALL) and key[0].removesuffix(ABSTAINED) in there
        }
        for window in windows:
            if ALL not in {window.version, window.segment}:
                continue
            for name, now in series_of(window, self._scales):
                key = (name, window.version, window.segment)
                score = self._score(key, now, window, before=before, reference=reference)
                if score is not None:
                    looked.append((key, score, self._step(key, score), now))
        return looked

    def _look_at_topics(self, pooled: Window, topics: Mapping[str, Histogram], *, reference: bool) -> Iterator[Looked]:
        for name, part in topics.items():
            key = (name, ALL, ALL)
            detector = self.detectors.setdefault(key, Detector())
            detector.seen = pooled.number
            detector.held.merge(part)
            if detector.held.n < self._form.least:
                continue
            now, detector.held = detector.held, Histogram()
            score = self._score(key, now, pooled, before={}, reference=reference)
            if score is not None:
                yield key, score, self._step(key, score), now

    def _look_at_others(self, pooled: Window, others: Mapping[str, tuple[float | None, Histogram]]) -> Iterator[Looked]:
        for name, (score, now) in others.items():
            key = (name, ALL, ALL)
            detector = self.detectors.setdefault(key, Detector())
            detector.seen = pooled.number
            if score is None:
                detector.past.merge(now)
            else:
                yield key, score, self._step(key, score), now

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
        score = self.score(key[0], now, detector.past, seed=crc32(f"{key}{window.number}".encode()))
        # Records of one conversation count as one.
        return score * math.sqrt(min(1.0, window.series[CONVERSATIONS].n / max(1, window.records)))

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
        if series in {"questions", "documents", "words", "question_language"}:
            return True
        scale = self._scales.get(series)
        return scale is not None and scale.level is Level.NOMINAL

    def _step(self, key: Key, score: float) -> float:
        detector = self.detectors[key]
        if detector.alarm is not None:
            return 0.0
        return detector.step(score, e_detector.UP if self._is_one_sided(key[0]) else e_detector.BOTH)

    def _settle(self, looked: Sequence[Looked], number: int, found: Moves) -> None:
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
