"""Texts of a record as a report shows them: what raters saw, at most a page of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from judge.reports.disagreement_form import TextPart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.records import Record

MOST = 6000
"""Characters of one text; what is longer is cut, and says so."""

TITLES = {
    "question": "Question",
    "response": "Response",
    "rival": "The other response",
    "reference": "Reference",
    "documents": "Document",
}


def texts_of(record: Record, reads: Sequence[str]) -> tuple[TextPart, ...]:
    """The texts of the fields that a rubric reads, in that order; what a record lacks is left out."""
    parts: list[TextPart] = []
    for name in reads:
        held = record.read(name)
        if name == "documents":
            parts += [
                _part(f"documents[{place}]", document.title or document.id or f"Document {place + 1}", document.text)
                for place, document in enumerate(record.documents)
                if document.text.strip()
            ]
        elif isinstance(held, str):
            title = "Response A" if name == "response" and "rival" in reads else TITLES.get(name, name)
            parts.append(_part(name, "Response B" if name == "rival" else title, held))
    return tuple(parts)


def _part(name: str, title: str, text: str) -> TextPart:
    return TextPart(name=name, title=title, text=text[:MOST], cut=len(text) > MOST)
