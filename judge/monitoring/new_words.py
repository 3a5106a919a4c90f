"""New words: names of things that come up in questions and were rarer or unknown before, such as a new product's."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from judge.monitoring.histogram import Histogram
from judge.monitoring.new_texts import LEAST, SHOWN, Explained, read_texts
from judge.monitoring.texts import names_in, place_of
from judge.stats.novelty import Novelty, novelty
from judge.store import datasets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.monitoring.shelf import Text
    from judge.store.database import Database

WORDS: Final = "words"
"""The series of new words."""

TEXTS: Final = "texts"
"""The bin that counts texts; every other bin is a hashed word."""


@dataclass(frozen=True, slots=True)
class NewWords:
    """The words of a window's questions.

    Attributes:
        now: In how many texts each hashed word is, and how many texts there are.
        past: The same of everything before.
        found: How new they are; None where there was nothing to compare.
        keys: Row keys of the records.
    """

    now: Histogram
    past: Histogram
    found: Novelty | None
    keys: tuple[int, ...]

    @property
    def score(self) -> float | None:
        """How new the newest word is, as a normal score or less."""
        return self.found.score if self.found is not None else None

    def explain(self, db: Database) -> Explained:
        """Which words they are, how often they come up, and records with them."""
        bins, n, m = _bins(self.now), self.now.bins[TEXTS], self.past.bins[TEXTS]
        order = [int(bins[place]) for place in self.found.named] if self.found is not None else []
        places = set(order)
        spoken: dict[int, Counter[str]] = defaultdict(Counter)
        records: dict[str, list[int]] = defaultdict(list)
        for key, text in read_texts(db, "questions", self.keys):
            for word in names_in(text):
                if (place := place_of(word)) in places:
                    spoken[place][word] += 1
                    records[word].append(key)
        if not spoken:
            return Explained("words come up in questions that were rarer before, none surely by itself", 0.0, 0.0, ())
        named = [(spoken[place].most_common(1)[0][0], place) for place in order if place in spoken]
        told = ", ".join(
            f"“{word}” ({self.now.bins[str(place)]} of {n:,}, before {self.past.bins[str(place)]} of {m:,})"
            for word, place in named[:5]
        )
        keys = list(dict.fromkeys(key for word, _ in named for key in records[word]))[:SHOWN]
        shown = datasets.fetch(db, keys)
        first = str(named[0][1])
        examples = tuple((key, shown[key]) for key in keys)
        return Explained(
            f"words come up in questions: {told}", self.now.bins[first] / n, self.past.bins[first] / m, examples
        )


def look_for_words(texts: Sequence[Text], past: Histogram, *, reference: bool) -> NewWords:
    """Count a window's words and compare them with those before.

    Args:
        texts: Its questions.
        past: The words before.
        reference: Whether the window is part of what is normal, and compared with nothing.
    """
    now = Histogram()
    counted: set[tuple[str, int]] = set()
    for text in texts:
        # What is said twice in a conversation counts once, for its turns are not independent.
        fresh = {(text.group, int(place)) for place in text.words} - counted
        counted |= fresh
        now.bins.update(str(place) for _, place in fresh)
    now.bins[TEXTS] = len({text.group for text in texts})
    n, m = now.bins[TEXTS], past.bins[TEXTS]
    found = None
    if not reference and min(n, m) >= LEAST:
        bins = _bins(now)
        found = novelty([now.bins[each] for each in bins], [past.bins[each] for each in bins], n, m)
    return NewWords(now, past, found, tuple(text.key for text in texts))


def _bins(found: Histogram) -> list[str]:
    return [name for name in found.bins if name != TEXTS]
