"""Windows: what came in a stretch of time, or in so many records, of one version and one segment."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from judge.monitoring.histogram import Histogram
from judge.store.watches import ALL

if TYPE_CHECKING:
    from collections.abc import Mapping

ORIGIN: Final = datetime(1970, 1, 5, tzinfo=UTC)
"""A Monday: windows of weeks begin on Mondays, windows of days at midnight UTC."""

DRAWN: Final = 500
"""Records of a window whose texts are looked at, at most."""

DRAWN_JUDGED: Final = 1000
"""Judged records of a window that are looked at by topic, at most."""


@dataclass(slots=True)
class Window:
    """What came in one window.

    Attributes:
        number: Counted from a Monday in 1970 where windows are lengths of time, else from the first record.
        version: A model version, or ``*`` for all of them.
        segment: A segment, or ``*``.
        start: When it begins; of windows by count, the time of its first record.
        end: When it ends.
        records: How many records came.
        late: How many of them came after it was analysed.
        series: Signal or ``RUBRIC.CRITERION@FINGERPRINT`` -> what it was.
        draw: Hash and row key of the records whose texts are looked at: those with the smallest hashes.
        judged: The same of the judged records that are looked at by topic.
        analysed: When it was; None while it is open.
    """

    number: int
    version: str
    segment: str
    start: datetime
    end: datetime
    records: int = 0
    late: int = 0
    series: defaultdict[str, Histogram] = field(default_factory=lambda: defaultdict(Histogram))
    draw: list[tuple[int, int]] = field(default_factory=list)
    judged: list[tuple[int, int]] = field(default_factory=list)
    analysed: datetime | None = None

    @property
    def pooled(self) -> bool:
        """Whether it holds all versions and segments."""
        return self.version == ALL and self.segment == ALL

    def draw_in(self, hash_: int, key: int, *, judged: bool = False) -> None:
        """Let a record take part in the draw, and in that of the judged ones."""
        for heap, most in ((self.draw, DRAWN), (self.judged, DRAWN_JUDGED))[: 1 + judged]:
            # A heap of negated hashes: its first is the largest of those kept.
            if len(heap) < most:
                heapq.heappush(heap, (-hash_, key))
            elif -hash_ > heap[0][0]:
                heapq.heapreplace(heap, (-hash_, key))

    def to_row(self, watch_id: int) -> dict[str, Any]:
        """The window as the store keeps it."""
        row: dict[str, Any] = {name: getattr(self, name) for name in _SAME}
        row["series"] = {name: one.to_json() for name, one in self.series.items()}
        row |= {name: [list(pair) for pair in getattr(self, name)] for name in ("draw", "judged")}
        return row | {"watch_id": watch_id}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Window:
        """The window that a row keeps."""
        series = defaultdict(Histogram, {name: Histogram.from_json(one) for name, one in row["series"].items()})
        draw, judged = ([(int(hash_), int(key)) for hash_, key in row[name]] for name in ("draw", "judged"))
        heapq.heapify(draw)
        heapq.heapify(judged)
        return cls(**{name: row[name] for name in _SAME}, series=series, draw=draw, judged=judged)


_SAME = ("number", "version", "segment", "start", "end", "records", "late", "analysed")


def window_of(time: datetime, every: timedelta) -> int:
    """The number of the window that a time lies in."""
    return (time - ORIGIN) // every


def bounds_of(number: int, every: timedelta) -> tuple[datetime, datetime]:
    """Start and end of a window."""
    return ORIGIN + number * every, ORIGIN + (number + 1) * every
