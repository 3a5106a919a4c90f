"""Passages: the texts of a record that a rubric lets its raters see, and nothing else of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from judge.labeling.desk import Passage
from judge.scores import Quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from judge.labeling.desk import Mark
    from judge.records import Record
    from judge.rubric.schema import Criterion, Rubric

OPENING = 120


def passages_of(record: Record, rubric: Rubric) -> tuple[Passage, ...]:
    """A record's texts in the rubric's order; documents are numbered by their place in the record, from 0."""
    found: list[Passage] = []
    for name in rubric.reads:
        held = record.read(name)
        if isinstance(held, str):
            found.append(Passage(name, held, name.partition("metadata.")[2]))
        elif held is not None:
            numbered = enumerate(record.documents)
            found += [Passage(f"documents[{n}]", d.text, d.title or "") for n, d in numbered if d.text.strip()]
    return tuple(found)


def quotes_of(marks: Iterable[Mark], passages: Sequence[Passage], criterion: Criterion) -> tuple[Quote, ...]:
    """Marks with their words, cut to the text; a mark of which nothing is left is dropped."""
    texts = {passage.source: passage.text for passage in passages}
    roles = criterion.evidence.roles if criterion.evidence else {}
    quotes = []
    for mark in marks:
        text = texts.get(mark.source, "")
        start, end = max(0, mark.start), min(mark.end, len(text))
        if start < end:
            field = mark.source.partition("[")[0]
            role = next((role for name, role in roles.items() if name == field), "")
            quotes.append(Quote(mark.source, text[start:end], start, end, role))
    return tuple(quotes)


def opening_of(record: Record) -> str:
    """The first words of the response."""
    return " ".join((record.response or "")[: 4 * OPENING].split())[:OPENING]
