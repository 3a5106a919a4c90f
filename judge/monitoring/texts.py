"""Texts: what questions and documents say, as hashed words, so that a classifier can look for what is new in them."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final, Literal
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.sparse import csr_matrix

    from judge.records import Record

SPACE: Final = 1 << 14
"""Number of hashed features: words and pairs of neighbours share them."""

LONGEST: Final = 4000
"""Characters of a text that are looked at."""

Source = Literal["questions", "documents"]

_WORD: Final = re.compile(r"\w+")


def text_of(record: Record, source: Source) -> str | None:
    """The text of a record that is looked at; None where it has none."""
    if source == "questions":
        return record.question if record.question and record.question.strip() else None
    joined = "\n".join(document.text for document in record.documents)
    return joined if joined.strip() else None


def words_of(text: str) -> list[str]:
    """Its words, in lower case."""
    return _WORD.findall(text[:LONGEST].lower())


def terms_of(text: str) -> set[str]:
    """Its words and pairs of neighbours, as people can read them."""
    words = words_of(text)
    return {*words, *(f"{one} {other}" for one, other in itertools.pairwise(words))}


def hashed(texts: Sequence[str]) -> csr_matrix:
    """One row a text: which hashed terms it has, scaled to unit length, shape (N, `SPACE`)."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - only where texts are compared

    places: list[int] = []
    ends = [0]
    for text in texts:
        places += sorted({crc32(term.encode()) % SPACE for term in terms_of(text)})
        ends.append(len(places))
    lengths = np.diff(ends)
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
    return csr_matrix((values, places, ends), shape=(len(texts), SPACE))
