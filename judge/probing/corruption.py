"""Corruptions: a good record spoilt so that its right score is known, which the judge must notice."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from judge.records import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from judge.records import Record
    from judge.rubric.schema import Rubric

CORRUPTIONS: Final = {
    "number": "A number that the source holds is changed",
    "name": "A name that the source holds is changed",
    "negation": "A sentence that the source holds is turned around",
    "dropped_passage": "The passages that support the response are taken away",
    "other_documents": "The documents are another record's",
}
"""Family -> what it does."""

_NUMBER: Final = re.compile(r"(?<![\w.,])\d{1,9}(?:[.,]\d{1,3})?(?![\w]|[.,]\d)")
_NAME: Final = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{3,}(?: [A-Z][a-z]{2,})?\b")
_VERB: Final = re.compile(
    r"\b(is|are|was|were|can|will|has|have|does|do|did|may|must|should|could|would)\b(?! not\b|n't)", re.IGNORECASE
)
_NOT: Final = re.compile(
    r"\b(is|are|was|were|can|will|has|have|does|do|did|may|must|should|could|would) ?not\b", re.IGNORECASE
)
_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?]*\s*|\n+")
_WORD: Final = re.compile(r"[^\W\d_]{4,}|\d+(?:[.,]\d+)?")
SHARED: Final = 0.2
"""Share of a passage's words that the response has too, from which on it counts as its support."""
NAMES: Final = ("Arendal", "Okonkwo", "Marisol", "Tennyson", "Velasquez", "Ingrid", "Kowalski", "Bergamo")


def source_text(record: Record, rubric: Rubric) -> str:
    """What a response is held against: the documents and the reference, as far as the rubric must read them."""
    texts = [document.text for document in record.documents] if "documents" in rubric.reads else []
    if "reference" in rubric.reads and record.reference:
        texts.append(record.reference)
    return "\n".join(texts)


def has_source(rubric: Rubric) -> bool:
    """Whether a rubric holds responses against a source: without one nobody knows what a spoilt record deserves."""
    return any(name in rubric.reads and name not in rubric.optional for name in ("documents", "reference"))


def corrupted(record: Record, family: str, rubric: Rubric, others: Sequence[Record], random: Random) -> Record | None:
    """The record spoilt in one way; None where it has nothing that could be.

    Args:
        record: A record that the judge calls good.
        family: One of `CORRUPTIONS`.
        rubric: What it is judged by.
        others: Records whose documents may be borrowed.
        random: Where choices come from.
    """
    if record.response is None:
        return None
    if family == "dropped_passage":
        return _without_support(record, rubric)
    if family == "other_documents":
        return _with_other_documents(record, rubric, others, random)
    response = _SPOIL[family](record.response, source_text(record, rubric), random)
    return replace(record, response=response) if response is not None else None


def _spoil_number(response: str, source: str, random: Random) -> str | None:
    """Another number of the same length, which stands nowhere in the source."""
    held = set(_NUMBER.findall(source))
    found = [match for match in _NUMBER.finditer(response) if match.group() in held]
    if not found:
        return None
    match = random.choice(found)
    whole = re.sub(r"\D", "", match.group())
    low, high = 10 ** (len(whole) - 1), 10 ** len(whole)
    fresh = [str(number) for number in random.sample(range(low, high), min(50, high - low))]
    new = next((number for number in fresh if number not in source and number != whole), None)
    return response[: match.start()] + new + response[match.end() :] if new else None


def _spoil_name(response: str, source: str, random: Random) -> str | None:
    """A name from elsewhere, which stands nowhere in the source."""
    found = [match for match in _NAME.finditer(response) if match.group() in source]
    fresh = [name for name in NAMES if name not in source]
    if not found or not fresh:
        return None
    match = random.choice(found)
    return response[: match.start()] + random.choice(fresh) + response[match.end() :]


def _spoil_negation(response: str, source: str, random: Random) -> str | None:
    """A sentence that shares most of its words with the source gets a `not`, or loses it."""
    words = set(_words(source))
    found = []
    for match in _SENTENCE.finditer(response):
        said = _words(match.group())
        if len(said) > 2 and sum(word in words for word in said) > 0.6 * len(said):  # noqa: PLR2004 - a claim, not a greeting
            found.append(match)
    random.shuffle(found)
    for match in found:
        sentence = match.group()
        turned = _NOT.sub(r"\1", sentence, count=1)
        if turned == sentence:
            turned = _VERB.sub(r"\1 not", sentence, count=1)
        if turned != sentence:
            return response[: match.start()] + turned + response[match.end() :]
    return None


_SPOIL: Final[dict[str, Callable[[str, str, Random], str | None]]] = {
    "number": _spoil_number,
    "name": _spoil_name,
    "negation": _spoil_negation,
}


def _without_support(record: Record, rubric: Rubric) -> Record | None:
    """The documents without every sentence that shares a fifth of its words, or a number, with the response."""
    if "documents" not in rubric.reads or "reference" in rubric.reads:
        return None
    said = set(_words(record.response or ""))
    kept = [Document(_unshared(each.text, said), each.id, each.title) for each in record.documents]
    left = sum(len(each.text) for each in kept)
    if not any(each.text.strip() for each in kept) or left == sum(len(each.text) for each in record.documents):
        return None
    return replace(record, documents=tuple(kept))


def _unshared(text: str, said: set[str]) -> str:
    return "".join(piece for piece in _SENTENCE.findall(text) if not _supports(piece, said))


def _supports(piece: str, said: set[str]) -> bool:
    words = _words(piece)
    shared = [word for word in words if word in said]
    return len(shared) > SHARED * len(words) or any(word[0].isdigit() for word in shared)


def _with_other_documents(record: Record, rubric: Rubric, others: Sequence[Record], random: Random) -> Record | None:
    """The documents of a record that shares none with this one, and that say least of what the response says."""
    if "documents" not in rubric.reads or "reference" in rubric.reads or not _words(record.response or ""):
        return None
    own = {document.text for document in record.documents}
    free = [other for other in others if other.documents and not own & {document.text for document in other.documents}]
    if not free:
        return None
    said = set(_words(record.response or ""))
    drawn = random.sample(free, min(10, len(free)))
    chosen = min(drawn, key=lambda other: sum(w in said for d in other.documents for w in _words(d.text)))
    return replace(record, documents=chosen.documents)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
