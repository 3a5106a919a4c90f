"""Highlighting: a text cut at the quotes that raters point at."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from judge.reports.disagreement_form import DisagreementPart, TextPart


class Piece(NamedTuple):
    """A stretch of text and who points at it: ``""``, ``judge``, ``people`` or ``both``."""

    text: str
    by: str


def highlighted(text: TextPart, item: DisagreementPart) -> list[Piece]:
    """The text in pieces, each with who points at it.

    Quotes that were not found in the text, or lie beyond where it is cut, are not highlighted.
    """
    size = len(text.text)
    spans = [
        (max(0, quote.start), min(size, quote.end), "people" if place else "judge")
        for place, voice in enumerate(item.voices)
        for quote in voice.quotes
        if quote.source == text.name and quote.start is not None and quote.end is not None and quote.start < size
    ]
    edges = sorted({0, size, *(edge for start, end, _ in spans for edge in (start, end))})
    pieces = []
    for start, end in pairwise(edges):
        by = {who for first, last, who in spans if first <= start and end <= last}
        pieces.append(Piece(text.text[start:end], "both" if len(by) > 1 else "".join(by)))
    return pieces
