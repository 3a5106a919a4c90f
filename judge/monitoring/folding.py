"""Folding: records, and what a judge said of those drawn, into the windows that they belong to."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from judge.monitoring.histogram import Histogram
from judge.monitoring.signals import sight_of, thumb
from judge.monitoring.window import Window, bounds_of, window_of
from judge.records import field_of
from judge.scales import Level
from judge.scores import Reason
from judge.store import watches
from judge.store.tables import RECORD
from judge.store.watches import ALL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from judge.monitoring.form import Watch
    from judge.records import Record
    from judge.scales import Scale
    from judge.settings import Settings
    from judge.store.watches import Kept, Place

CONVERSATIONS: Final = "conversations"
"""How many conversations the records of a window are from; it is no series of its own."""

NONE: Final = "(none)"
"""The version or segment of a record that names none."""

_FULL: Final = float(1 << 64)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A record, and what chance decided of it.

    Attributes:
        key: Its row key.
        record: The record.
        place: A number from 0 to 1 made of its id: it is judged where this is under its rate.
        hash: Another number made of it, which says whether its texts are looked at.
        rate: The rate of its stratum.
        disliked: Whether it has negative feedback and is judged for that.
    """

    key: int
    record: Record
    place: float
    hash: int
    rate: float
    disliked: bool

    @property
    def fair(self) -> bool:
        """Whether it was drawn by its rate."""
        return self.place < self.rate

    @property
    def judged(self) -> bool:
        """Whether it is judged."""
        return self.fair or self.disliked


def draw(watch: Watch, key: int, record: Record) -> Drawn:
    """What chance, that is a hash of watch and record id, decides of a record: the same wherever and whenever."""
    digest = hashlib.blake2b(f"{watch.name}:{record.id}".encode(), digest_size=16).digest()
    form = watch.sample
    value = field_of(record, form.by) if form.by is not None else None
    rate = form.rates.get(str(value), form.rate)
    disliked = form.negative_feedback and record.feedback is not None and record.feedback <= 0
    return Drawn(key, record, int.from_bytes(digest[:8]) / _FULL, int.from_bytes(digest[8:]) >> 1, rate, disliked)


Said = dict[int, list[tuple[str, str | None, str | None]]]
"""Row key -> (series, score, reason) of each judgement."""


class Folding:
    """The windows while records go into them.

    Args:
        watch: What is watched.
        kept: The watch in the store.
        settings: The operator's settings.
        scales: Judged series -> its scale.
        now: The time of records that have none.
    """

    def __init__(
        self, watch: Watch, kept: Kept, settings: Settings, scales: Mapping[str, Scale], now: datetime
    ) -> None:
        self._watch = watch
        self._kept = kept
        self._scales = scales
        self._now = now
        self._sights = [(name, sight_of(name, settings)) for name in watch.signals]
        self._windows: dict[Place, Window] = {}
        self._counted: dict[Place, set[str]] = defaultdict(set)
        self._seen: dict[Place, dict[str, Histogram]] = defaultdict(lambda: defaultdict(Histogram))
        self._count = watch.windows.count

    def fold(self, connection: Connection, drawn: Iterable[Drawn], said: Said) -> int:
        """Put records into their windows, and the windows into the store; how many came late is given back."""
        late = 0
        placed = [(self._number(one.record), one) for one in drawn]
        self._load(connection, {number for number, _ in placed})
        for number, one in placed:
            self._put(number, one, said.get(one.key, []))
            late += self._windows[number, ALL, ALL].analysed is not None
        self._merge_seen()
        self._count_conversations()
        watches.write_windows(connection, [window.to_row(self._kept.id) for window in self._windows.values()])
        return late

    def _number(self, record: Record) -> int:
        if self._count is None:
            return window_of(record.time or self._now, self._watch.windows.every)
        arrived = int(self._kept.state.get("arrived", 0))
        self._kept.state["arrived"] = arrived + 1
        return arrived // self._count

    def _load(self, connection: Connection, numbers: set[int]) -> None:
        # Only the windows of this lot are held, so that memory does not grow with the length of a back-fill.
        self._windows = {place: window for place, window in self._windows.items() if place[0] in numbers}
        missing = sorted(numbers - {number for number, _, _ in self._windows})
        for row in watches.windows(connection, self._kept, numbers=missing):
            window = Window.from_row(row)
            self._windows[window.number, window.version, window.segment] = window

    def _window(self, place: Place, time: datetime) -> Window:
        window = self._windows.get(place)
        if window is None:
            number, version, segment = place
            counted = self._count is not None
            start, end = (time, time) if counted else bounds_of(number, self._watch.windows.every)
            # A late record may bring a version that its window did not have; the window stays analysed.
            pooled = self._windows.get((number, ALL, ALL))
            window = Window(number, version, segment, start, end, analysed=pooled.analysed if pooled else None)
            self._windows[place] = window
        return window

    def _put(self, number: int, one: Drawn, said: list[tuple[str, str | None, str | None]]) -> None:
        record, time = one.record, one.record.time or self._now
        version = record.model_version or record.model or NONE
        segment = str(value) if (value := field_of(record, self._watch.segment)) is not None else NONE
        scored = [told for each in said if (told := self._score(*each)) is not None]
        everywhere = one.place < self._watch.sample.least
        own = one.fair if self._watch.sample.by == self._watch.segment else everywhere
        for at in cells_of(version, segment):
            window = self._window((number, *at), time)
            window.records += 1
            window.late += window.analysed is not None
            self._stretch(window, time)
            if record.conversation is not None:
                self._counted[number, *at].add(record.conversation)
            else:
                window.series[CONVERSATIONS].add("all")
            if own if at[1] != ALL else everywhere:
                for name, bin_, value in scored:
                    window.series[name].add(bin_, value)
        self._windows[number, ALL, ALL].draw_in(one.hash, one.key, judged=everywhere and bool(scored))
        series = self._seen[number, version, segment]
        for signal, sight in self._sights:
            found = sight.see(record)
            if found is not None:
                series[signal].add(*found)

    def _merge_seen(self) -> None:
        # What a lot shows goes into each of a record's windows once, not once a record.
        for (number, version, segment), series in self._seen.items():
            for at in cells_of(version, segment):
                into = self._windows[number, *at].series
                for signal, found in series.items():
                    into[signal].merge(found)
        self._seen.clear()

    def _stretch(self, window: Window, time: datetime) -> None:
        if self._count is not None:
            window.start, window.end = min(window.start, time), max(window.end, time)

    def _score(self, series: str, score: str | None, reason: str | None) -> tuple[str, str, float] | None:
        scale = self._scales[series]
        if score is None:
            return None if reason == Reason.NOT_APPLICABLE else (series, f"abstained:{reason}", 0.0)
        return series, *score_bin(scale, score)

    def _count_conversations(self) -> None:
        # A conversation that goes on in the next lot counts twice: a few of many, and on the cautious side of none.
        for place, names in self._counted.items():
            self._windows[place].series[CONVERSATIONS].bins["all"] += len(names)
        self._counted.clear()


def score_bin(scale: Scale, score: str) -> tuple[str, float]:
    """The bin of a score, and its value: 1 for a positive one, 0 for another, else its number."""
    if scale.level is Level.INTERVAL:
        return f"{float(score):.2f}", float(score)
    return score, float(score in scale.positive) if scale.positive else scale.number(score)


def refresh_feedback(connection: Connection, watch: Watch, kept: Kept, windows: list[Window]) -> None:
    """Read the feedback of a window once more: users give theirs after the answer was logged.

    Only where windows are lengths of time and segments are the records' own; others keep what came with the record.
    """
    if watch.windows.count is not None or watch.segment != "segment" or "feedback" not in watch.signals:
        return
    fresh: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    columns = (RECORD.c.feedback, RECORD.c.model_version, RECORD.c.model, RECORD.c.segment)
    query = select(*columns).where(
        RECORD.c.dataset_id == kept.dataset_id,
        RECORD.c.time >= windows[0].start,
        RECORD.c.time < windows[0].end,
        RECORD.c.feedback.is_not(None),
    )
    for feedback, version, model, segment in connection.execute(query):
        for at in cells_of(version or model or NONE, segment or NONE):
            fresh[at].append(thumb(feedback))
    for window in windows:
        window.series.pop("feedback", None)
        for found in fresh[window.version, window.segment]:
            window.series["feedback"].add(*found)


def cells_of(version: str, segment: str) -> tuple[tuple[str, str], ...]:
    """The versions and segments that a record counts into."""
    return ((ALL, ALL), (version, ALL), (ALL, segment), (version, segment))
