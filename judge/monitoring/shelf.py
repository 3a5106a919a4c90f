"""The shelf: drawn texts as hashed words, kept from one window to the next so that a back-fill reads each text once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import select

from judge.monitoring.embeddings import embed
from judge.monitoring.texts import LONGEST, Source, places_of, text_in, word_places
from judge.store.datasets import CHUNK
from judge.store.tables import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from judge.monitoring.embeddings import Embedder
    from judge.monitoring.texts import Places
    from judge.store.database import Database

NO_VECTOR: Final = np.zeros(0, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Text:
    """A drawn text.

    Attributes:
        key: Row key of its record.
        group: Its conversation; a record without one is a group of its own.
        places: Its hashed words and pairs of words, ascending.
        words: The hashed words of a question that may name a thing, ascending; of documents none.
        vector: Its vector, where there is a model for that; else empty.
    """

    key: int
    group: str
    places: Places
    words: Places
    vector: NDArray[np.float32]


class Shelf:
    """Texts by record, as many as were asked for last: memory follows from the draws and never from the traffic.

    Args:
        db: The database.
        embedder: A model that gives texts vectors.
    """

    def __init__(self, db: Database, embedder: Embedder | None = None) -> None:
        self._db = db
        self._embedder = embedder
        self._held: dict[Source, dict[int, Text | None]] = {}

    def read(self, source: Source, *draws: Sequence[tuple[int, int]]) -> list[list[Text]]:
        """The texts of each draw, in the order of their keys; records without such a text are left out."""
        wanted = [sorted({key for _, key in draw}) for draw in draws]
        before = self._held.get(source, {})
        held = {key: before[key] for keys in wanted for key in keys if key in before}
        missing = sorted({key for keys in wanted for key in keys} - set(held))
        for start in range(0, len(missing), CHUNK):
            held |= self._fetch(source, missing[start : start + CHUNK])
        self._held[source] = held
        return [[text for key in keys if (text := held.get(key)) is not None] for keys in wanted]

    def _fetch(self, source: Source, keys: Sequence[int]) -> dict[int, Text | None]:
        column = RECORD.c.question if source == "questions" else RECORD.c.documents
        query = select(RECORD.c.id, RECORD.c.conversation, column).where(RECORD.c.id.in_(keys))
        found: dict[int, Text | None] = {}
        with self._db.read() as connection:
            rows = [(key, conversation, text_in(content)) for key, conversation, content in connection.execute(query)]
        vectors = self._embed([text for _, _, text in rows if text is not None])
        for key, conversation, text in rows:
            words = word_places(text or "" if source == "questions" else "")
            group = conversation or f"record {key}"
            found[key] = Text(key, group, places_of(text), words, next(vectors)) if text is not None else None
        return found

    def _embed(self, texts: Sequence[str]) -> Iterator[NDArray[np.float32]]:
        if self._embedder is None or not texts:
            return repeat(NO_VECTOR)
        return iter(embed(self._embedder, [text[:LONGEST] for text in texts]))
