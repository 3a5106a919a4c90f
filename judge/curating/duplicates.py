"""Duplicates: texts that say the same, to the letter or nearly."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shingles = NDArray[np.int64]

WIDTH: Final = 5
"""Characters of a shingle."""

_PERMUTATIONS: Final = 128
_ROWS: Final = 4
_PRIME: Final = 2**31 - 1
_GENERATOR = np.random.default_rng(20_261_124)
_A: Final = _GENERATOR.integers(1, _PRIME, size=_PERMUTATIONS, dtype=np.int64)[:, None]
_B: Final = _GENERATOR.integers(0, _PRIME, size=_PERMUTATIONS, dtype=np.int64)[:, None]


def shingles(text: str) -> Shingles:
    """Hashes of all runs of five characters, case and white space aside, sorted and each once."""
    plain = " ".join(text.casefold().split())
    pieces = {plain[start : start + WIDTH] for start in range(max(1, len(plain) - WIDTH + 1))}
    return np.unique(np.fromiter((zlib.crc32(piece.encode()) % _PRIME for piece in pieces), np.int64, len(pieces)))


def likeness(a: Shingles, b: Shingles) -> float:
    """Jaccard's likeness of two texts: the share of their shingles that both have."""
    both = np.intersect1d(a, b, assume_unique=True).size
    return both / (a.size + b.size - both)


class Seen:
    """Texts seen so far, among which a like one is found without comparing them all.

    MinHash (Broder 1997, SEQUENCES: 21-29) in 32 bands of 4 rows: a text half as like as another is met in 87 % of
    cases, one of likeness .8 practically always; what is met is compared exactly.
    """

    def __init__(self) -> None:
        self._texts: list[Shingles] = []
        self._bands: dict[tuple[int, bytes], list[int]] = {}

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, text: Shingles) -> None:
        """Remember a text."""
        for band in _bands(text):
            self._bands.setdefault(band, []).append(len(self._texts))
        self._texts.append(text)

    def like(self, text: Shingles, least: float) -> bool:
        """Whether a text of at least this likeness was seen."""
        met = {place for band in _bands(text) for place in self._bands.get(band, ())}
        return any(likeness(text, self._texts[place]) >= least for place in met)


def _bands(text: Shingles) -> list[tuple[int, bytes]]:
    signature = ((_A * text[None, :] + _B) % _PRIME).min(axis=1)
    return [(band, part.tobytes()) for band, part in enumerate(np.split(signature, _PERMUTATIONS // _ROWS))]
