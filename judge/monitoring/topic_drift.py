"""Topic drift: how the questions of each topic are scored, one window after the other."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from judge.monitoring.detector import Detector
from judge.monitoring.folding import score_bin
from judge.monitoring.histogram import Histogram
from judge.monitoring.move import TOPIC
from judge.monitoring.new_texts import SHOWN, read_texts
from judge.monitoring.topics import OTHER, Topics, find_topics
from judge.monitoring.window import Window
from judge.records import field_of
from judge.rubric.pairs import ORDERS
from judge.store import datasets, watches
from judge.store.orders import PLACE, both_ways, first_of_each
from judge.store.tables import JUDGEMENT
from judge.store.watches import ALL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from judge.monitoring.detector import Key
    from judge.monitoring.form import Watch
    from judge.monitoring.move import Move
    from judge.records import Record
    from judge.scales import Scale
    from judge.store.database import Database
    from judge.store.watches import Kept

MOST_NAMES: Final = 50
"""Topics that a field of the records may name; more are taken together."""


class TopicDrift:
    """The topics of a watch.

    Args:
        db: The database.
        watch: The watch.
        kept: The watch in the store, whose state has the topics.
        scales: Judged series -> its scale; learns those of each topic.
    """

    def __init__(self, db: Database, watch: Watch, kept: Kept, scales: dict[str, Scale]) -> None:
        self._db = db
        self._form = watch.topics
        self._kept = kept
        self._scales = scales
        self._judged = dict(scales)
        self._topics: Topics | None = None
        self._last: dict[str, list[tuple[int, float]]] = {}

    def look(self, pooled: Window, detectors: dict[Key, Detector], *, reference: bool) -> dict[str, Histogram]:
        """Judged series of one topic -> how a window's questions of it were scored.

        Args:
            pooled: The window.
            detectors: Learn what was normal for each topic once topics are found.
            reference: Whether the window is part of what is normal.
        """
        self._last = {}
        if not self._judged or not self._form.most:
            return {}
        if self._form.by is None and self._topics is None and not self._begin(pooled, detectors, reference=reference):
            return {}
        return self._parts(pooled)

    def _begin(self, pooled: Window, detectors: dict[Key, Detector], *, reference: bool) -> bool:
        """Find topics in what is normal, once there is enough of it, and how each was scored until now."""
        stored = self._kept.state.get("topics")
        if stored is not None:
            self._topics = Topics.from_json(stored)
            return True
        draw = self._kept.state.get("texts", {}).get("questions", [])
        if reference or not draw:
            return False
        questions = [text for _, text in read_texts(self._db, "questions", sorted(int(key) for _, key in draw))]
        self._topics = find_topics(questions, self._form.most)
        if self._topics is None:
            return False
        self._kept.state["topics"] = self._topics.to_json()
        first = int(self._kept.state.get("topics_from", self._kept.state.get("first", pooled.number)))
        for number in range(first, pooled.number):
            with self._db.read() as connection:
                rows = list(watches.windows(connection, self._kept, numbers=[number], pooled=True))
            for row in rows:
                for series, found in self._parts(Window.from_row(row)).items():
                    detectors.setdefault((series, ALL, ALL), Detector()).past.merge(found)
        return True

    def _parts(self, pooled: Window) -> dict[str, Histogram]:
        keys = sorted(key for _, key in pooled.judged)
        parts: dict[str, Histogram] = defaultdict(Histogram)
        self._last = defaultdict(list)
        for start in range(0, len(keys), datasets.CHUNK):
            chunk = keys[start : start + datasets.CHUNK]
            topics = self._topics_of(chunk)
            for key, series, score in self._scores(chunk):
                name, scale = f"{series}{TOPIC}{topics[key]}", self._judged[series]
                self._scales[name] = scale
                bin_, value = score_bin(scale, score)
                parts[name].add(bin_, value)
                self._last[name].append((key, value))
        return dict(parts)

    def _topics_of(self, keys: Sequence[int]) -> dict[int, str]:
        records = datasets.fetch(self._db, keys)
        if self._topics is not None:
            return {key: self._topics.of(record.question or "") for key, record in records.items()}
        names: list[str] = self._kept.state.setdefault("topic_names", [])
        found = {}
        for key, record in sorted(records.items()):
            name = str(value) if (value := field_of(record, str(self._form.by))) is not None else OTHER
            if name not in names and len(names) < MOST_NAMES:
                names.append(name)
            found[key] = name if name in names else OTHER
        return found

    def _scores(self, keys: Sequence[int]) -> Iterable[tuple[int, str, str]]:
        judges: dict[str, str] = self._kept.state.get("judges", {})
        place = tuple(JUDGEMENT.c[name] for name in PLACE)
        query = (
            select(*place, JUDGEMENT.c.repeat, JUDGEMENT.c.rubric, JUDGEMENT.c.score, JUDGEMENT.c.reason)
            .where(JUDGEMENT.c.record_id.in_(keys), JUDGEMENT.c.fingerprint.in_(judges.values()))
            .where(JUDGEMENT.c.repeat < len(ORDERS))
            .order_by(*place, JUDGEMENT.c.repeat)
        )
        found: dict[tuple[int, str], str] = {}
        with self._db.read() as connection:
            for row in first_of_each(connection.execute(query).mappings(), both_ways(connection)):
                series = f"{row['rubric']}.{row['criterion']}@{row['fingerprint'][:8]}"
                if series in self._judged and row["score"] is not None:
                    found[row["record_id"], series] = row["score"]
        return [(key, series, score) for (key, series), score in found.items()]

    def examples(self, moves: Iterable[Move]) -> list[tuple[int, Record]]:
        """Records of the window that show it: of the first topic that moved, those scored as it has moved."""
        for move in moves:
            last = self._last.get(move.series)
            if last:
                keys = [key for key, _ in sorted(last, key=lambda pair: pair[1], reverse=move.score > 0)[:SHOWN]]
                shown = datasets.fetch(self._db, keys)
                return [(key, shown[key]) for key in keys]
        return []


def forget(state: dict[str, Any], since: int) -> None:
    """Look for topics anew in what has been since a window, for its questions are the new normal."""
    state.pop("topics", None)
    state["topics_from"] = since
