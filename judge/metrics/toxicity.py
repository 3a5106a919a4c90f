"""Toxicity: the probability that a text insults, from a linear classifier over its words."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FILE: Final = Path(__file__).with_name("toxicity.npz")
_WORD: Final = re.compile(r"\b\w\w+\b")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|\n+")


class Classifier:
    """TF-IDF of words and the mean of five calibrated linear support vector machines, unpacked by training/toxicity.py.

    Args:
        path: The arrays.
    """

    def __init__(self, path: Path) -> None:
        import numpy as np  # noqa: PLC0415 - only where toxicity is asked for

        with np.load(path) as table:
            words = table["words"].tobytes().decode().split("\n")
            self._stop = frozenset(table["stop"].tobytes().decode().split("\n"))
            self._idf: NDArray[np.float64] = table["idf"].astype(np.float64)
            self._weights: NDArray[np.float64] = table["weights"].astype(np.float64)
            self._intercepts: NDArray[np.float64] = table["intercepts"]
            self._slopes: NDArray[np.float64] = table["slopes"]
            self._offsets: NDArray[np.float64] = table["offsets"]
        self._place = {word: place for place, word in enumerate(words)}

    def probability(self, text: str) -> float:
        """Probability that a short text is toxic, 0 to 1."""
        import numpy as np  # noqa: PLC0415 - as above

        found = [
            self._place[word] for word in _WORD.findall(text.lower()) if word in self._place and word not in self._stop
        ]
        places, counts = np.unique(np.array(found, dtype=np.int64), return_counts=True)
        values = counts * self._idf[places]
        length = np.sqrt((values**2).sum()) or 1.0
        decisions = self._weights[:, places] @ (values / length) + self._intercepts
        return float((1 / (1 + np.exp(self._slopes * decisions + self._offsets))).mean())


@cache
def classifier() -> Classifier:
    """The shipped classifier, read once."""
    return Classifier(_FILE)


def toxicity(text: str) -> float:
    """Probability that a text is toxic: that of its worst sentence, since one insult among many kind words is one.

    Args:
        text: English text; words of other languages are mostly unknown to the classifier.
    """
    sentences = [part for part in _SENTENCE.split(text) if part.strip()]
    return max((classifier().probability(part) for part in sentences), default=0.0)
