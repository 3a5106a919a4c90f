"""New texts: whether a window's questions or documents can be told from all before, by which terms, and where."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from judge.monitoring.texts import Source, feature_rows, terms_of, text_of
from judge.stats.two_sample import telling_terms, told_apart
from judge.store import datasets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.monitoring.shelf import Text
    from judge.records import Record
    from judge.store.database import Database

KEPT: Final = 1000
"""Records of the past whose texts are compared with, at most."""

SHOWN: Final = 3

LEAST: Final = 20
"""Fewer texts than this, new or old, are not compared."""

Draw = list[tuple[int, int]]
"""Hash and row key of records; those with the smallest hashes are a fair draw of all."""


@dataclass(frozen=True, slots=True)
class NewTexts:
    """How new the texts of a window are.

    Attributes:
        source: Which texts.
        score: A normal score, large where a classifier tells them from the past.
        auc: How often a new text looks newer than one of the past.
        new: Row keys of the new texts, the newest-looking first.
        old: Row keys of the past texts.
    """

    source: Source
    score: float
    auc: float
    new: tuple[int, ...]
    old: tuple[int, ...]

    @property
    def n(self) -> int:
        """New texts looked at."""
        return len(self.new)

    def explain(self, db: Database) -> Explained:
        """By which terms they are told, and the newest-looking records: read again only where somebody is told."""
        new, old = (dict(read_texts(db, self.source, keys)) for keys in (self.new, self.old))
        terms = telling_terms([terms_of(text) for text in new.values()], [terms_of(text) for text in old.values()])
        told = ", ".join(f"“{term}” ({k} of {self.n}, before {m})" for term, k, m in terms[:5])
        text = f"a classifier tells new {self.source} from old ones {100 * self.auc:.0f} % of the time"
        shown = datasets.fetch(db, self.new[:SHOWN])
        examples = tuple((key, shown[key]) for key in self.new[:SHOWN])
        return Explained(text + (f": {told}" if told else ""), self.auc, 0.5, examples)


@dataclass(frozen=True, slots=True)
class Explained:
    """New texts, and what is new in them.

    Attributes:
        text: What is new, in one sentence with its figures.
        value: The figure in it that says how new they are.
        before: What that figure would be, or was, where nothing is new.
        examples: Records that show it, the newest-looking first.
    """

    text: str
    value: float
    before: float
    examples: tuple[tuple[int, Record], ...]


def look_for_new(source: Source, new: Sequence[Text], old: Sequence[Text], *, seed: int) -> NewTexts | None:
    """Compare a window's texts with the past's; None where there are under 20 of either.

    Args:
        source: Which texts.
        new: The window's.
        old: The past's.
        seed: Seed of the classifier's halves.
    """
    if min(len(new), len(old)) < LEAST:
        return None
    texts = [*new, *old]
    groups = [text.group for text in texts]
    features = feature_rows([text.places for text in texts], [text.vector for text in texts])
    told = told_apart(features, [True] * len(new) + [False] * len(old), groups, seed=seed)
    narrow = math.sqrt(len(set(groups[: len(new)])) / len(new))
    order = sorted(range(len(new)), key=lambda place: -told.scores[place])
    keys = tuple(new[place].key for place in order)
    return NewTexts(source, told.score * narrow, told.auc, keys, tuple(text.key for text in old))


def read_texts(db: Database, source: Source, keys: Sequence[int]) -> list[tuple[int, str]]:
    """Row keys and texts of records, those without such a text left out."""
    found = []
    for start in range(0, len(keys), datasets.CHUNK):
        for key, record in sorted(datasets.fetch(db, keys[start : start + datasets.CHUNK]).items()):
            text = text_of(record, source)
            if text is not None:
                found.append((key, text))
    return found


def merged(one: Sequence[Sequence[Any]], other: Sequence[Sequence[Any]]) -> Draw:
    """The draw of two stretches of time together. Hashes are kept negated, as a window's heap has them."""
    both = {(int(hash_), int(key)) for hash_, key in (*one, *other)}
    return sorted(both, reverse=True)[:KEPT]
