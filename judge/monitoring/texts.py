"""Texts: what questions and documents say, as hashed words, so that a classifier can look for what is new in them."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any, Final, Literal
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from judge.records import Record

    Places = NDArray[np.int32]

SPACE: Final = 1 << 14
"""Number of hashed features: words and pairs of neighbours share them."""

LONGEST: Final = 4000
"""Characters of a text that are looked at."""

Source = Literal["questions", "documents"]

_WORD: Final = re.compile(r"\w+")
_NAME: Final = re.compile(r"[^\W_]*[^\W\d_]{3}[^\W_]*")


def text_of(record: Record, source: Source) -> str | None:
    """The text of a record that is looked at; None where it has none."""
    if source == "questions":
        return text_in(record.question)
    return text_in([[document.text] for document in record.documents])


def text_in(content: str | Sequence[Sequence[Any]] | None) -> str | None:
    """The text in a question, or in documents as the store keeps them; None where there is none."""
    text = content if isinstance(content, str) else "\n".join(document[0] for document in content or ())
    return text if text.strip() else None


def words_of(text: str) -> list[str]:
    """Its words, in lower case."""
    return _WORD.findall(text[:LONGEST].lower())


def names_in(text: str) -> set[str]:
    """Its words that may name a thing, in lower case: those with three letters in a row, so that no number is one."""
    return set(_NAME.findall(text[:LONGEST].lower()))


def terms_of(text: str) -> set[str]:
    """Its words and pairs of neighbours, as people can read them."""
    words = words_of(text)
    return {*words, *map(" ".join, itertools.pairwise(words))}


def place_of(term: str) -> int:
    """The hashed feature of a term."""
    return crc32(term.encode()) % SPACE


def places_of(text: str) -> Places:
    """The hashed features that a text has, ascending."""
    return _hashed(terms_of(text))


def word_places(text: str) -> Places:
    """Those of the words in it that may name a thing."""
    return _hashed(names_in(text))


def _hashed(terms: Iterable[str]) -> Places:
    return np.array(sorted({crc32(term.encode()) % SPACE for term in terms}), dtype=np.int32)


def hashed(texts: Sequence[str]) -> csr_matrix:
    """One row a text: which hashed terms it has, scaled to unit length, shape (N, `SPACE`)."""
    return feature_rows([places_of(text) for text in texts])


def feature_rows(rows: Sequence[Places], vectors: Sequence[NDArray[np.float32]] = ()) -> csr_matrix:
    """The same of texts whose hashed features are known, and beside them their vectors where they have some."""
    from scipy.sparse import csr_matrix, hstack  # noqa: PLC0415 - only where texts are compared

    lengths = np.array([row.size for row in rows])
    ends = np.concatenate([[0], np.cumsum(lengths)])
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
    places = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int32)
    found = csr_matrix((values, places, ends), shape=(len(rows), SPACE))
    if not vectors or not vectors[0].size:
        return found
    return csr_matrix(hstack([found, csr_matrix(np.stack(vectors))]))
