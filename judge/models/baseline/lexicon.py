"""Lexicon: word vectors and word relations, made by training/lexicon.py."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FILE: Final = Path(__file__).with_name("lexicon.npz")


class Lexicon:
    """Words by frequency rank with unit vectors, base forms, and the synsets they touch."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as table:
            words = table["words"].tobytes().decode().split("\n")
            bases = table["bases"].tobytes().decode().split("\n")
            vectors = table["vectors"].astype(np.float32)
            self.parts: NDArray[np.uint8] = table["parts"]
            self._relations = {n: (table[n], table[f"{n}_ends"]) for n in ("same", "near", "wider", "anti")}
        self.row: dict[str, int] = {word: place for place, word in enumerate(words)}
        self.bases: list[str] = [base or word for word, base in zip(words, bases, strict=True)]
        self.vectors: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        self._top = math.log(len(words) + 100)
        self._sets: dict[tuple[str, int], frozenset[int]] = {}

    def weight(self, row: int) -> float:
        """How telling a word is: 0 for the most frequent, 1 for unknown ones, by the logarithm of its rank."""
        return 1.0 if row < 0 else max(0.05, math.log(row + 100) - math.log(100)) / (self._top - math.log(100))

    def related(self, kind: str, row: int) -> frozenset[int]:
        """The synsets that a word belongs to (``same``), nearly (``near``), under (``wider``), or opposes (``anti``)."""
        if row < 0:
            return frozenset()
        found = self._sets.get((kind, row))
        if found is None:
            values, ends = self._relations[kind]
            found = self._sets[kind, row] = frozenset(values[ends[row] : ends[row + 1]].tolist())
        return found


@cache
def lexicon() -> Lexicon:
    """The shipped table, read once."""
    return Lexicon(_FILE)
