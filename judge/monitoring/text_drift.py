"""Text drift: what is new in the questions and documents of one window after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

from judge.monitoring.detector import Detector
from judge.monitoring.embeddings import open_embedder
from judge.monitoring.histogram import Histogram
from judge.monitoring.new_texts import look_for_new, merged
from judge.monitoring.new_words import WORDS, look_for_words
from judge.monitoring.shelf import Shelf
from judge.store.watches import ALL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from judge.monitoring.detector import Key
    from judge.monitoring.form import Watch
    from judge.monitoring.new_texts import Explained, NewTexts
    from judge.monitoring.new_words import NewWords
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
        self._shelf = Shelf(db, None if watch.embeddings is None else open_embedder(watch.embeddings))
        self._found: dict[str, NewTexts] = {}
        self._words: NewWords | None = None

    def begin(self, draw: Sequence[Sequence[int]], detectors: dict[Key, Detector]) -> None:
        """Take a reference's texts for what is normal."""
        past = self._kept.state.setdefault("texts", {})
        for source in self._watch.texts:
            past[source] = [list(pair) for pair in merged([], draw)]
        if "questions" in past:
            (texts,) = self._shelf.read("questions", _pairs(past["questions"]))
            words = look_for_words(texts, Histogram(), reference=True)
            detectors[WORDS, ALL, ALL] = Detector(words.now)

    def look(
        self, pooled: Window, detectors: Mapping[Key, Detector], *, reference: bool
    ) -> dict[str, tuple[float | None, Histogram]]:
        """Text source or words -> how new it is in a window, as a normal score, and what was looked at.

        Args:
            pooled: The window.
            detectors: What is known of the words before.
            reference: Whether the window is part of what is normal.
        """
        others: dict[str, tuple[float | None, Histogram]] = {}
        past: dict[str, list[list[int]]] = self._kept.state.setdefault("texts", {})
        self._found, self._words = {}, None
        for source in self._watch.texts:
            before = [] if reference else _pairs(past.get(source, []))
            new, old = self._shelf.read(source, pooled.draw, before)
            found = look_for_new(source, new, old, seed=crc32(f"{source}{pooled.number}".encode()))
            if found is not None:
                self._found[source] = found
                others[source] = (found.score, _counted(found.n))
            if source == "questions":
                known = detectors.get((WORDS, ALL, ALL), Detector()).past
                self._words = look_for_words(new, known, reference=reference)
                others[WORDS] = (self._words.score, self._words.now)
        return others

    def explain(self) -> dict[str, Explained]:
        """What is new in the texts that were looked at last."""
        told = {source: found.explain(self._db) for source, found in self._found.items()}
        return told if self._words is None else told | {WORDS: self._words.explain(self._db)}

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
