"""New texts: whether a window's questions or documents can be told from all before, by which terms, and where."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from judge.monitoring.texts import Source, hashed, terms_of, text_of
from judge.stats.two_sample import telling_terms, told_apart
from judge.store import datasets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.records import Record
    from judge.store.database import Database

KEPT: Final = 1000
"""Records of the past whose texts are compared with, at most."""

SHOWN: Final = 3

Draw = list[tuple[int, int]]
"""Hash and row key of records; those with the smallest hashes are a fair draw of all."""


@dataclass(frozen=True, slots=True)
class NewTexts:
    """How new the texts of a window are.

    Attributes:
        score: A normal score, large where a classifier tells them from the past.
        auc: How often a new text looks newer than one of the past.
        n: New texts looked at.
        terms: (term, new texts with it, past texts with it), the most telling first.
        examples: The newest-looking records.
    """

    score: float
    auc: float
    n: int
    terms: tuple[tuple[str, int, int], ...]
    examples: tuple[tuple[int, Record], ...]


def look_for_new(
    db: Database, source: Source, window: Sequence[tuple[int, int]], past: Sequence[tuple[int, int]], *, seed: int
) -> NewTexts | None:
    """Compare a window's texts with the past's; None where there are under 20 of either.

    Args:
        db: The database.
        source: Which texts.
        window: The window's draw.
        past: The past's.
        seed: Seed of the classifier's halves.
    """
    new, old = (_texts(db, source, draw) for draw in (window, past))
    if min(len(new), len(old)) < 20:  # noqa: PLR2004 - as the docstring says
        return None
    texts = [text for _, _, text in (*new, *old)]
    groups = [record.conversation or f"record {key}" for key, record, _ in (*new, *old)]
    told = told_apart(hashed(texts), [True] * len(new) + [False] * len(old), groups, seed=seed)
    narrow = math.sqrt(len(set(groups[: len(new)])) / len(new))
    terms = telling_terms([terms_of(text) for _, _, text in new], [terms_of(text) for _, _, text in old])
    order = sorted(range(len(new)), key=lambda place: -told.scores[place])[:SHOWN]
    examples = tuple((new[place][0], new[place][1]) for place in order)
    return NewTexts(told.score * narrow, told.auc, len(new), tuple(terms), examples)


def _texts(db: Database, source: Source, draw: Sequence[tuple[int, int]]) -> list[tuple[int, Record, str]]:
    keys = sorted(key for _, key in draw)
    found = []
    for start in range(0, len(keys), datasets.CHUNK):
        for key, record in sorted(datasets.fetch(db, keys[start : start + datasets.CHUNK]).items()):
            text = text_of(record, source)
            if text is not None:
                found.append((key, record, text))
    return found


def merged(one: Sequence[Sequence[Any]], other: Sequence[Sequence[Any]]) -> Draw:
    """The draw of two stretches of time together. Hashes are kept negated, as a window's heap has them."""
    both = {(int(hash_), int(key)) for hash_, key in (*one, *other)}
    return sorted(both, reverse=True)[:KEPT]
