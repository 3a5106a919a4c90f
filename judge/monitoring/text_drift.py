"""Text drift: what is new in the questions and documents of one window after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

from judge.monitoring.histogram import Histogram
from judge.monitoring.new_texts import Explained, NewTexts, look_for_new, merged
from judge.monitoring.shelf import Shelf
from judge.store.watches import ALL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from judge.monitoring.detecting import Detector, Key
    from judge.monitoring.form import Watch
    from judge.monitoring.window import Window
    from judge.store.database import Database
    from judge.store.watches import Kept


class TextDrift:
    """The texts of a watch.

    Args:
        db: The database.
        watch: The watch.
        kept: The watch in the store, whose state has the draws of the past.
    """

    def __init__(self, db: Database, watch: Watch, kept: Kept) -> None:
        self._db = db
        self._watch = watch
        self._kept = kept
        self._shelf = Shelf(db)
        self._found: dict[str, NewTexts] = {}

    def look(self, pooled: Window) -> dict[str, tuple[float, Histogram]]:
        """Text source -> how new it is in a window, as a normal score, and what was looked at."""
        self._found = {}
        past: dict[str, list[list[int]]] = self._kept.state.setdefault("texts", {})
        for source in self._watch.texts:
            seed = crc32(f"{source}{pooled.number}".encode())
            new, old = self._shelf.read(source, pooled.draw, _pairs(past.get(source, [])))
            found = look_for_new(source, new, old, seed=seed)
            if found is not None:
                self._found[source] = found
        return {source: (found.score, _counted(found.n)) for source, found in self._found.items()}

    def explain(self) -> dict[str, Explained]:
        """What is new in the texts that were looked at last."""
        return {source: found.explain(self._db) for source, found in self._found.items()}

    def remember(self, pooled: Window, detectors: Mapping[Key, Detector]) -> None:
        """Let a window's texts take part in the draw of what is normal, or of what has been since it was not."""
        past: dict[str, Any] = self._kept.state.setdefault("texts", {})
        since: dict[str, Any] = self._kept.state.setdefault("texts_since", {})
        for source in self._watch.texts:
            detector = detectors.get((source, ALL, ALL))
            normal = detector is None or detector.alarm is None
            where = past if normal else since
            where[source] = [list(pair) for pair in merged(where.get(source, []), pooled.draw)]
            if normal:
                since.pop(source, None)


def _counted(n: int) -> Histogram:
    found = Histogram()
    found.bins["texts"] = n
    return found


def _pairs(rows: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    return [(int(hash_), int(key)) for hash_, key in rows]
