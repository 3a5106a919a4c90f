"""Form: repetition, filler and broken sentences."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from judge.models.baseline.assessment import Assessment, between
from judge.models.baseline.words import sentences, tokens

if TYPE_CHECKING:
    from judge.records import Record

CONCISENESS: Final = ("padded", "wordy", "concise")
COHERENCE: Final = ("1", "2", "3", "4", "5")
_RUN: Final = 4
_FILLER: Final = re.compile(
    r"\b(?:it is (?:important|worth) (?:to note|noting|mentioning)|please (?:note|be advised) that|"
    r"as (?:I|we) (?:have )?(?:said|mentioned)|in (?:other words|conclusion|summary)|needless to say|I hope this helps|feel free to|"
    r"don't hesitate|do not hesitate|thank you (?:so much |very much )?for (?:reaching out|your patience|contacting)|great question|"
    r"we (?:really |truly )?appreciate|rest assured|at the end of the day|with that (?:being )?said|first and foremost|"
    r"let me (?:explain|walk you)|last but not least)\b",
    re.IGNORECASE,
)


def _repeated(text: str) -> float:
    """Share of runs of four words that stand more than once."""
    keys = [token.word.key for token in tokens(text)]
    runs = Counter(tuple(keys[at : at + _RUN]) for at in range(max(0, len(keys) - _RUN + 1)))
    return sum(count - 1 for count in runs.values()) / max(1, sum(runs.values()))


def conciseness(record: Record) -> Assessment:
    """Assess conciseness by filler, repetition, and length beyond what the question asks for."""
    response = record.response or ""
    words = len(tokens(response))
    fillers = len(_FILLER.findall(response))
    repeated = _repeated(response)
    asked = max(8, len(tokens(record.question or "")))
    long = max(0.0, words / (12 * asked**0.5) - 1)
    place = max(0.0, 2.0 - 0.35 * fillers - 4 * repeated - 0.5 * long)
    return between(CONCISENESS, place, f"{words} words, {fillers} fillers, {repeated:.0%} repeated.", spread=0.7)


def coherence(record: Record) -> Assessment:
    """Assess coherence by repetition, and by sentences that neither begin nor end as sentences do."""
    response = record.response or ""
    spans = sentences(response)
    broken = sum(bool(response[end - 1 : end].strip(".!?:;)”\"'’")) for _, end in spans)
    repeated = _repeated(response)
    place = max(0.0, 3.6 - 5 * repeated - 2 * broken / max(1, len(spans)))
    return between(
        COHERENCE, place, f"{broken} of {len(spans)} sentences are broken, {repeated:.0%} is repeated.", spread=1
    )
