"""The shelf: drawn texts as hashed words, kept from one window to the next so that a back-fill reads each text once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from judge.monitoring.texts import Source, places_of, text_in, word_places
from judge.store.datasets import CHUNK
from judge.store.tables import RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.monitoring.texts import Places
    from judge.store.database import Database


@dataclass(frozen=True, slots=True)
class Text:
    """A drawn text.

    Attributes:
        key: Row key of its record.
        group: Its conversation; a record without one is a group of its own.
        places: Its hashed words and pairs of words, ascending.
        words: The hashed words of a question that may name a thing, ascending; of documents none.
    """

    key: int
    group: str
    places: Places
    words: Places


class Shelf:
    """Texts by record, as many as were asked for last: memory follows from the draws and never from the traffic.

    Args:
        db: The database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
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
            for key, conversation, content in connection.execute(query):
                text = text_in(content)
                words = word_places(text or "" if source == "questions" else "")
                group = conversation or f"record {key}"
                found[key] = Text(key, group, places_of(text), words) if text is not None else None
        return found
