"""Analysing: closed windows, one after the other, through detectors and attribution to alerts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zlib import crc32

from sqlalchemy import select

from judge.monitoring import topic_drift
from judge.monitoring.alert import Kind
from judge.monitoring.alerting import Ledger, Setting, alert_of, judge_alert
from judge.monitoring.attributing import JUDGE, Cause, attribute
from judge.monitoring.detecting import Detecting
from judge.monitoring.detector import Detector, Key
from judge.monitoring.folding import refresh_feedback
from judge.monitoring.going_back import GoingBack
from judge.monitoring.move import ABSTAINED, TOPIC
from judge.monitoring.new_texts import SHOWN
from judge.monitoring.signals import sight_of
from judge.monitoring.telling import shown_key
from judge.monitoring.text_drift import TextDrift
from judge.monitoring.thresholds import Thresholds
from judge.monitoring.topic_drift import TopicDrift
from judge.monitoring.window import Window
from judge.store import datasets, watches
from judge.store.watch_tables import WINDOW
from judge.store.watches import ALL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from judge.monitoring.alert import Advice
    from judge.monitoring.anchors import JudgeShift
    from judge.monitoring.form import Watch
    from judge.scales import Scale
    from judge.settings import Settings
    from judge.store.database import Database
    from judge.store.watches import Kept

_DRIFT = (Kind.DATA, Kind.CONCEPT, Kind.MODEL)

REFERENCE_RECORDS = 5000
"""Records of a reference data set that are looked at, at most."""


class Analysing:
    """The analysis of closed windows.

    Args:
        db: The database.
        watch: What is watched.
        kept: The watch in the store.
        scales: Judged series -> its scale.
        ledger: Its alerts.
        settings: The operator's settings.
    """

    def __init__(
        self,
        db: Database,
        watch: Watch,
        kept: Kept,
        scales: Mapping[str, Scale],
        ledger: Ledger,
        *,
        settings: Settings,
    ) -> None:
        self._db = db
        self._watch = watch
        self._kept = kept
        self._scales = dict(scales)
        self._ledger = ledger
        self._settings = settings
        self._detectors: dict[Key, Detector] = {}
        self._texts = TextDrift(db, watch, kept)
        self._topics = TopicDrift(db, watch, kept, self._scales)
        self._going_back = GoingBack(watch, kept, scales)
        self._thresholds = Thresholds(watch, kept, scales, ledger, self._going_back)
        self._most = max([rule.over for rule in watch.alerts], default=1)

    def work(self, now: datetime, shift: JudgeShift | None = None) -> list[int]:
        """Analyse every window that is closed and was not analysed yet, in the order of time.

        Args:
            now: The present.
            shift: How the judge has moved since the last look; None where it was not looked at.
        """
        with self._db.read() as connection:
            states = watches.detectors(connection, self._kept)
        for series, state in states.items():
            name, version, segment = series.split("|", 2)
            self._detectors[name, version, segment] = Detector.from_json(state)
            base = name.partition(TOPIC)[0]
            if TOPIC in name and base in self._scales:
                self._scales[name] = self._scales[base]
        self._begin()
        numbers = self._closed(now)
        if shift is not None:
            self._tell_judge(shift, numbers, now)
        for number in numbers:
            self._window(number, now)
        self._check_absence(now)
        self._keep_alerts()
        return numbers

    def _tell_judge(self, shift: JudgeShift, numbers: Sequence[int], now: datetime) -> None:
        if not (shift.moved or shift.other):
            self._ledger.close(JUDGE, now)
            return
        number = numbers[0] if numbers else int(self._kept.state.get("last", 0))
        with self._db.read() as connection:
            rows = list(watches.windows(connection, self._kept, numbers=[number], pooled=True))
        window = Window.from_row(rows[0]) if rows else None
        records = sorted(datasets.fetch(self._db, shift.keys[:SHOWN]).items())
        self._ledger.close(JUDGE, now)
        self._ledger.tell(judge_alert(shift, window, now, records))
        # Scores of before and after are not comparable: what is normal is learnt anew.
        for key in [key for key in self._detectors if key[0].removesuffix(ABSTAINED) in self._scales]:
            self._detectors[key] = Detector()

    def _check_absence(self, now: datetime) -> None:
        newest = self._kept.state.get("newest")
        if newest is not None:
            self._thresholds.check_absence(datetime.fromisoformat(newest), now, None)

    def _keep_alerts(self) -> None:
        with self._db.write() as connection:
            for alert in self._ledger.changed:
                alert.id = watches.write_alert(connection, alert.to_row() | {"watch_id": self._kept.id})
            watches.write_detectors(
                connection, self._kept, {"|".join(key): one.to_json() for key, one in self._detectors.items()}
            )
            watches.save_state(connection, self._kept)

    def _closed(self, now: datetime) -> list[int]:
        query = select(WINDOW.c.number, WINDOW.c.end, WINDOW.c.records).where(
            WINDOW.c.watch_id == self._kept.id,
            WINDOW.c.version == ALL,
            WINDOW.c.segment == ALL,
            WINDOW.c.analysed.is_(None),
        )
        form = self._watch.windows
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(WINDOW.c.number)).all()
        if form.count is not None:
            return [number for number, _, records in rows if records >= form.count]
        return [number for number, end, _ in rows if end + form.wait <= now]

    def _window(self, number: int, now: datetime) -> None:
        with self._db.read() as connection:
            windows = [Window.from_row(row) for row in watches.windows(connection, self._kept, numbers=[number])]
            windows.sort(key=lambda window: (not window.pooled, window.version, window.segment))
            refresh_feedback(connection, self._watch, self._kept, windows)
        pooled = windows[0]
        first = self._kept.state.setdefault("first", number)
        reference = number - first < self._watch.reference.windows
        others = self._texts.look(pooled, self._detectors, reference=reference)
        topics = self._topics.look(pooled, self._detectors, reference=reference)
        detecting = Detecting(self._watch.detectors, self._scales, self._detectors)
        moves = detecting.look(windows, reference=reference, others=others, topics=topics)
        versions = self._versions(windows)
        causes = attribute(moves, judge_moved=False, versions=versions, newcomers=self._newcomers(versions))
        self._tell([cause for cause in causes if cause.new or cause.key in self._ledger.living], pooled, now, versions)
        alive = {cause.key for cause in causes}
        for key in [key for key, alert in self._ledger.living.items() if alert.kind in _DRIFT and key not in alive]:
            self._ledger.close(key, now)
        self._check_thresholds(windows, now)
        self._texts.remember(pooled, self._detectors)
        self._kept.state["last"] = number
        self._count_versions(windows, reference=reference)
        self._save(windows, now)

    def _tell(self, causes: Sequence[Cause], pooled: Window, now: datetime, versions: Sequence[str]) -> None:
        # What an alert shows is read only where there is one: most windows have none.
        setting = self._setting(pooled, now, self._newcomers(versions)) if causes else None
        for cause in causes:
            if setting is not None:
                self._ledger.tell(alert_of(cause, setting))

    def _check_thresholds(self, windows: Sequence[Window], now: datetime) -> None:
        if not self._watch.alerts:
            return
        number = windows[0].number
        with self._db.read() as connection:
            earlier = list(range(number - self._most + 1, number))
            rows = [Window.from_row(row) for row in watches.windows(connection, self._kept, numbers=earlier)]
            history = [[row for row in rows if row.number == each] for each in earlier]
            self._thresholds.check(connection, [*(one for one in history if one), windows], now)

    def _versions(self, windows: Sequence[Window]) -> list[str]:
        """The versions that had records enough to be looked at."""
        least = self._watch.detectors.least
        single = [window for window in windows if window.version != ALL and window.segment == ALL]
        return [window.version for window in single if window.records >= least]

    def _newcomers(self, versions: Sequence[str]) -> set[str]:
        """Versions that came after the reference."""
        normal = self._kept.state.get("normal_versions", [])
        return {version for version in versions if version not in normal}

    def _setting(self, pooled: Window, now: datetime, newcomers: set[str]) -> Setting:
        def retreat(version: str) -> Advice:
            open_ = self._ledger.living.get(f"model:version={version}")
            moved = open_.number if open_ is not None else pooled.number
            with self._db.read() as connection:
                since = None if version in newcomers else moved
                return self._going_back.advise(connection, version, pooled.number, since)

        keys = sorted(key for _, key in pooled.draw)[: datasets.CHUNK]
        records = sorted(datasets.fetch(self._db, keys).items())
        return Setting(
            watch=self._watch.name,
            window=pooled,
            now=now,
            scales=self._scales,
            texts=self._texts.explain(),
            of_topic=self._topics.examples,
            retreat=retreat,
            examples=records,
        )

    def _count_versions(self, windows: Sequence[Window], *, reference: bool) -> None:
        seen: dict[str, int] = self._kept.state.setdefault("versions", {})
        for window in windows:
            if window.version != ALL and window.segment == ALL:
                seen[window.version] = seen.get(window.version, 0) + window.records
        if reference:
            self._kept.state["normal_versions"] = sorted(seen)

    def _save(self, windows: Sequence[Window], now: datetime) -> None:
        with self._db.write() as connection:
            for window in windows:
                window.analysed = now
            watches.write_windows(connection, [window.to_row(self._kept.id) for window in windows])
            number = windows[0].number
            changed = {key: one for key, one in self._detectors.items() if one.seen in {None, number}}
            states = {"|".join(key): one.to_json() for key, one in changed.items()}
            watches.write_detectors(connection, self._kept, states)
            for alert in self._ledger.changed:
                alert.id = watches.write_alert(connection, alert.to_row() | {"watch_id": self._kept.id})
            watches.save_state(connection, self._kept)

    def _begin(self) -> None:
        """Take a reference data set in, once."""
        name = self._watch.reference.dataset
        if name is None or self._kept.state.get("referred") == name:
            return
        dataset = datasets.find(self._db, name)
        sights = [(signal, sight_of(signal, self._settings)) for signal in self._watch.signals]
        draw: list[list[int]] = []
        seen = 0
        for chunk in datasets.chunks(self._db, dataset):
            for key, record in chunk:
                for signal, sight in sights:
                    # Questions alone are a reference of questions: that they were not answered is no error.
                    asked = record.response is None and sight.aspect != "input"
                    found = None if asked else sight.see(record)
                    if found is not None:
                        self._detectors.setdefault((signal, ALL, ALL), Detector()).past.add(*found)
                draw.append([-crc32(record.id.encode()), key])
            seen += len(chunk)
            if seen >= REFERENCE_RECORDS:
                break
        self._texts.begin(draw, self._detectors)
        self._kept.state["referred"] = name


def accept_series(connection: Connection, kept: Kept, moved: set[str]) -> None:
    """What these series have been since they left is what is normal from now on."""
    states: dict[str, dict[str, Any]] = {}
    kept.state["normal_versions"] = sorted(kept.state.get("versions", {}))
    for series, state in watches.detectors(connection, kept).items():
        name, version, segment = series.split("|", 2)
        detector = Detector.from_json(state)
        if detector.alarm is None or shown_key((name, version, segment)) not in moved:
            continue
        if name == "questions":
            topic_drift.forget(kept.state, detector.alarm)
        detector.accept()
        states[series] = detector.to_json()
        if name in kept.state.get("texts_since", {}):
            kept.state["texts"][name] = kept.state["texts_since"].pop(name)
    watches.write_detectors(connection, kept, states)
