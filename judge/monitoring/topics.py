"""Topics: kinds of question, found once in what is normal and told by their words from then on."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from judge.monitoring.texts import names_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    Floats = NDArray[np.float64]

LEAST: Final = 100
"""Questions from which topics can be told, at least."""

A_TOPIC: Final = 25
"""Questions a topic, at least: of fewer questions fewer topics are looked for."""

OTHER: Final = "other"
"""The topic of questions that have no word of any."""

NAMING: Final = 3
"""Words that a topic is called by."""

KEPT_WORDS: Final = 40
"""Words by which a topic is known."""

MOST_WORDS: Final = 2000
COMMON: Final = 0.5
RARE: Final = 3
"""Words in more than half of the questions, or in under three, tell no topic."""

TRIES: Final = 8


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of question.

    Attributes:
        name: Its three most telling words.
        weights: Word -> how much it speaks for this topic.
    """

    name: str
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of a watch."""

    known: tuple[Topic, ...]

    def of(self, question: str) -> str:
        """The topic that a question's words speak for most; `OTHER` where none does."""
        words = names_in(question)
        marks = [sum(topic.weights.get(word, 0.0) for word in words) for topic in self.known]
        best = max(range(len(marks)), key=marks.__getitem__, default=None)
        return self.known[best].name if best is not None and marks[best] > 0 else OTHER

    def to_json(self) -> list[list[Any]]:
        """For the store."""
        return [[topic.name, dict(topic.weights)] for topic in self.known]

    @classmethod
    def from_json(cls, rows: Sequence[Sequence[Any]]) -> Topics:
        """From the store."""
        return cls(tuple(Topic(str(name), dict(weights)) for name, weights in rows))


def find_topics(questions: Sequence[str], most: int, *, seed: int = 0) -> Topics | None:
    """Cluster questions by their words; None where there are under 100 or nothing tells them apart.

    Latent semantic analysis (Deerwester et al. 1990, JASIS 41: 391-407) with tf-idf weights, then k-means in the rows
    of unit length, begun by k-means++ (Arthur and Vassilvitskii 2007); the best of eight beginnings.

    Args:
        questions: What is normal.
        most: Topics at most.
        seed: Seed of the beginnings.
    """
    from scipy.cluster.vq import ClusterError, kmeans2  # noqa: PLC0415 - only where topics are looked for
    from scipy.sparse.linalg import svds  # noqa: PLC0415 - as above

    docs = [names_in(question) for question in questions]
    count = min(most, len(docs) // A_TOPIC)
    words = _telling(docs)
    if len(docs) < LEAST or count < 2 or len(words) <= count + 1:  # noqa: PLR2004 - one topic is none
        return None
    rng = np.random.default_rng(seed)
    rows, idf = _weighted(docs, words)
    side = min(2 * count, len(words) - 1, len(docs) - 1)
    left, sizes, _ = svds(rows, k=side, v0=rng.normal(size=min(rows.shape)))
    points = left * sizes
    lengths = np.linalg.norm(points, axis=1)
    held = lengths > 0
    points = points[held] / lengths[held, None]
    best, found = math.inf, None
    for _ in range(TRIES):
        try:
            centres, place = kmeans2(points, _beginning(points, count, rng), iter=30, minit="matrix", missing="raise")
        except ClusterError:  # a topic lost all its questions on the way; another beginning serves
            continue
        spread = float(((points - centres[place]) ** 2).sum())
        if spread < best:
            best, found = spread, place
    if found is None:
        return None
    return _named(rows[np.flatnonzero(held)], found, words, idf)


def _telling(docs: Sequence[set[str]]) -> list[str]:
    counts = Counter(word for words in docs for word in words)
    kept = [(-n, word) for word, n in counts.items() if RARE <= n <= COMMON * len(docs)]
    return [word for _, word in sorted(kept)[:MOST_WORDS]]


def _weighted(docs: Sequence[set[str]], words: Sequence[str]) -> tuple[csr_matrix, Floats]:
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - as above

    places = {word: place for place, word in enumerate(words)}
    rows = [sorted(places[word] for word in doc if word in places) for doc in docs]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.array([place for row in rows for place in row], dtype=np.int64)
    idf = np.log(len(docs) / np.bincount(columns, minlength=len(words)))
    values = idf[columns]
    lengths = np.sqrt(np.add.reduceat(np.append(values**2, 0.0), np.minimum(ends[:-1], values.size)))
    scale = np.repeat(1 / np.maximum(lengths, 1e-12), np.diff(ends))
    return csr_matrix((values * scale, columns, ends), shape=(len(docs), len(words))), idf


def _beginning(points: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Centres far from one another, by k-means++."""
    chosen = [int(rng.integers(len(points)))]
    away = ((points - points[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < count:
        total = float(away.sum())
        chosen.append(int(rng.choice(len(points), p=away / total) if total > 0 else rng.integers(len(points))))
        away = np.minimum(away, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
    return points[chosen]


def _named(rows: csr_matrix, place: NDArray[Any], words: Sequence[str], idf: Floats) -> Topics | None:
    known: dict[str, Topic] = {}
    for each in np.unique(place):
        centre = np.asarray(rows[place == each].mean(axis=0)).ravel()
        # Of words that tell as much, long ones come first: they say more to people.
        told = [int(word) for word in np.flatnonzero(centre > 0)]
        first = sorted(told, key=lambda word: (-round(float(centre[word]), 6), -len(words[word]), words[word]))
        first = first[:KEPT_WORDS]
        length = float(np.linalg.norm(centre))
        if not length:
            continue
        name = ", ".join(words[word] for word in first[:NAMING])
        weights = {words[word]: round(float(centre[word] * idf[word] / length), 4) for word in first}
        known.setdefault(name, Topic(name, weights))
    return Topics(tuple(known.values())) if len(known) > 1 else None
