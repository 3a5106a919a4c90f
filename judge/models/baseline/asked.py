"""Asked: how far a response shares the terms of what was asked, of the documents, or of a reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from judge.models.baseline.assessment import Assessment, between
from judge.models.baseline.refused import refuses
from judge.models.baseline.support import read_sentences, read_source
from judge.models.baseline.words import tokens

if TYPE_CHECKING:
    from collections.abc import Container

    from judge.records import Record

RELEVANCE: Final = ("irrelevant", "partly", "relevant")
COMPLETENESS: Final = ("missing", "partial", "complete")


def relevance(record: Record) -> Assessment:
    """Assess relevance by the terms that the response shares with the question, or with documents that do."""
    asked, said = _terms(record.question), _terms(record.response)
    direct = _share(asked, said)
    found = read_source(tuple(document.text for document in record.documents)).places
    # An answer often uses the words of the documents rather than those of the question.
    through = _share(said, found) * _share(asked, found) if found else 0.0
    place = min(2.0, 16 * max(direct, 0.8 * through))
    if refuses(record.response or ""):
        place = min(place, 1.0)
    shared = sorted(set(asked) & set(said))[:4]
    rationale = (
        f"It shares {', '.join(shared)} with the question." if shared else "It shares no term with the question."
    )
    return between(RELEVANCE, place, rationale, spread=0.7)


def completeness(record: Record) -> Assessment:
    """Assess completeness by how much of the reference, else of the question, the response covers."""
    wanted = _terms(record.reference) or _terms(record.question)
    covered = _share(wanted, _terms(record.response))
    place = 2.0 * min(1.0, covered / (0.7 if record.reference else 0.5))
    missing = [key for key in wanted if key not in _terms(record.response)][:4]
    rationale = f"It covers {covered:.0%} of the terms." + (f" Not in it: {', '.join(missing)}." if missing else "")
    return between(COMPLETENESS, place, rationale, spread=0.7)


def correctness(record: Record) -> Assessment:
    """Assess agreement with the reference: what of it is there, and what stands against it."""
    reference, response = record.reference or "", record.response or ""
    covered = _share(_terms(reference), _terms(response))
    read = read_sentences(response, read_source((reference,)))
    against = sum(each.numbers + each.turned for each in read)
    back = read_sentences(reference, read_source((response,)))
    numbers_gone = sum(each.numbers for each in back)
    wrong = min(0.9, 0.12 + 0.22 * min(against, 3) * (numbers_gone > 0) + 0.5 * max(0.0, 0.4 - covered))
    whole = (1 - wrong) * min(1.0, covered / 0.75)
    rationale = f"It has {covered:.0%} of the reference's terms; {numbers_gone} of its numbers are missing."
    return Assessment({"correct": whole, "incorrect": wrong, "incomplete": 1 - wrong - whole}, rationale)


def _terms(text: str | None) -> dict[str, float]:
    return {token.word.key: token.word.weight for token in tokens(text or "") if token.word.content}


def _share(wanted: dict[str, float], given: Container[str]) -> float:
    total = sum(wanted.values())
    return sum(weight for key, weight in wanted.items() if key in given) / total if total else 0.0
