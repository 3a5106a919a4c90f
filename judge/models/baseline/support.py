"""Support: does each sentence of a response find its words, numbers, names and pairs of words in the documents?"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from judge.models.baseline.assessment import Assessment, two
from judge.models.baseline.words import NEGATORS, Token, sentences, tokens

if TYPE_CHECKING:
    from judge.records import Record

_FITTED: Final = Path(__file__).with_name("support.json")
_NEAR: Final = 4
"""Content words at most this far apart count as a pair."""
_ABOUT: Final = 0.1
"""A sentence that shares this much weight with one sentence of the documents is about the same thing."""
_WORDS: Final = 4
_SWAPPED: Final = 0.6
_DOCUMENTS_KEPT: Final = 64
_SAYS_NOTHING: Final = re.compile(
    r"unable to|cannot (?:be )?(?:determine|answer|provide)|(?:do|does)(?: not|n't) (?:provide|mention|contain|specif|"
    r"give|include|say)|no (?:specific |direct )?(?:information|mention)|"
    r"based on (?:the|these) .{0,30}(?:passages?|documents?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Source:
    """The documents of a record, read once.

    Attributes:
        places: Word -> the sentences it stands in.
        pairs: Pairs of content words that stand near each other, in their order.
        negated: Words that stand near a negation.
        spans: (document, start, end) of each sentence.
    """

    places: dict[str, set[int]]
    pairs: set[tuple[str, str]]
    negated: set[str]
    spans: list[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class SentenceSupport:
    """How one sentence of a response stands to the documents.

    Attributes:
        start: First code point.
        end: One past the last.
        content: Content words in it.
        covered: Share of their weight that stands anywhere in the documents.
        together: Share of it that stands in one sentence of them.
        paired: Share of its pairs of neighbours that are pairs in the documents too.
        numbers: Numbers that are in no document.
        names: Capitalised words that are in no document.
        turned: Words negated here and not there, or the other way round.
        nearest: The sentence of the documents that shares most with it, or -1.
        missing: Spelling of a telling word, number or name that is in no document.
    """

    start: int
    end: int
    content: int
    covered: float
    together: float
    paired: float
    numbers: int
    names: int
    turned: int
    nearest: int
    missing: str


@lru_cache(_DOCUMENTS_KEPT)
def read_source(texts: tuple[str, ...]) -> Source:
    """Read documents; many records share them."""
    source = Source({}, set(), set(), [])
    for document, text in enumerate(texts):
        found = tokens(text)
        for start, end in sentences(text):
            place = len(source.spans)
            source.spans.append((document, start, end))
            inside = [token for token in found if start <= token.start < end]
            content = [token.word.key for token in inside if token.word.content]
            for key in content:
                source.places.setdefault(key, set()).add(place)
            source.pairs.update(_pairs(content))
            source.negated.update(_negated(inside))
    return source


def _pairs(keys: list[str]) -> list[tuple[str, str]]:
    return [(key, other) for at, key in enumerate(keys) for other in keys[at + 1 : at + 1 + _NEAR]]


def _negated(found: list[Token]) -> set[str]:
    keys: set[str] = set()
    for at, token in enumerate(found):
        if token.word.key in NEGATORS:
            keys.update(near.word.key for near in found[at + 1 : at + 1 + _NEAR] if near.word.content)
    return keys


def read_sentences(response: str, source: Source) -> list[SentenceSupport]:
    """How each sentence of a response stands to the documents; sentences without content words are left out."""
    found = tokens(response)
    read = []
    for start, end in sentences(response):
        inside = [token for token in found if start <= token.start < end]
        content = [token for token in inside if token.word.content]
        if content:
            read.append(_sentence(response, (start, end), inside, content, source))
    return read


def _sentence(
    response: str, span: tuple[int, int], inside: list[Token], content: list[Token], source: Source
) -> SentenceSupport:
    weights = {token.word.key: token.word.weight for token in content}
    total = sum(weights.values()) or 1.0
    shared: dict[int, float] = {}
    for key, weight in weights.items():
        for place in source.places.get(key, ()):
            shared[place] = shared.get(place, 0.0) + weight
    nearest = max(shared, key=lambda place: (shared[place], -place)) if shared else -1
    keys = [token.word.key for token in content]
    pairs = list(pairwise(keys))
    gone = [token for token in content if token.word.key not in source.places]
    names = [token for token in gone if token.capital and token.start > span[0] and not token.word.number]
    telling = max(gone, key=lambda token: (token.word.number, token.capital, token.word.weight), default=None)
    return SentenceSupport(
        start=span[0],
        end=span[1],
        content=len(content),
        covered=sum(weight for key, weight in weights.items() if key in source.places) / total,
        together=shared.get(nearest, 0.0) / total,
        paired=sum(pair in source.pairs for pair in pairs) / len(pairs) if pairs else 1.0,
        numbers=sum(token.word.number for token in gone),
        names=len(names),
        turned=len(_negated(inside) ^ (source.negated & set(keys))),
        nearest=nearest,
        missing=response[telling.start : telling.end] if telling else "",
    )


def features(response: str, read: list[SentenceSupport], source: Source) -> list[float]:
    """What the fitted coefficients weigh, in this order; see `NAMES`."""
    if not read:
        return [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, *[0.0] * 7]
    count = len(read)
    novel = [each.content * (1 - each.covered) for each in read]
    return [
        min(each.covered for each in read),
        sum(each.covered for each in read) / count,
        min(each.together for each in read),
        sum(each.together for each in read) / count,
        min(each.paired for each in read),
        sum(each.paired for each in read) / count,
        math.log1p(sum(novel)),
        math.log1p(sum(each.numbers for each in read)),
        math.log1p(sum(each.names for each in read)),
        math.log1p(sum(each.turned for each in read)),
        math.log(count),
        math.log1p(len(source.spans)),
        float(bool(_SAYS_NOTHING.search(response))),
    ]


NAMES: Final = (
    *("least covered", "covered", "least together", "together", "least paired", "paired", "novel words"),
    *("novel numbers", "novel names", "turned", "sentences", "document sentences", "says the documents say nothing"),
)


@cache
def _fitted() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(_FITTED.read_text(encoding="utf-8"))
    return loaded


def risk(values: list[float], read: list[SentenceSupport]) -> float:
    """Probability that a response with these features makes an unsupported claim.

    Two signs count as `_SWAPPED` at least, because the fit sees too few such cases to say so itself: a number that is
    in no document, in a sentence that is otherwise about something in them, and a response made of words of its own.

    Two logistic regressions, one fitted on long answers and summaries as language models write them (RAGTruth), one on
    short summaries with at most one edited claim (SummEdits), weighed by a third that tells the two kinds apart.
    """
    fitted = _fitted()
    standard = [
        (value - mean) / scale for value, mean, scale in zip(values, fitted["mean"], fitted["scale"], strict=True)
    ]
    short = _logistic(standard, fitted["short"])
    fit = short * _logistic(standard, fitted["summedits"]) + (1 - short) * _logistic(standard, fitted["ragtruth"])
    swapped = any(each.numbers and each.together > _ABOUT for each in read)
    invented = (
        bool(read) and all(each.covered < _ABOUT for each in read) and sum(each.content for each in read) >= _WORDS
    )
    return max(fit, _SWAPPED) if swapped or invented else fit


def _logistic(standard: list[float], line: dict[str, Any]) -> float:
    score = line["intercept"] + sum(value * weight for value, weight in zip(standard, line["weight"], strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def supported(record: Record) -> Assessment:
    """Assess hallucination · supported."""
    texts = tuple(document.text for document in record.documents)
    response = record.response or ""
    source = read_source(texts)
    read = read_sentences(response, source)
    probability = risk(features(response, read, source), read)
    if not read:
        return two("supported", "unsupported", 1 - probability, "The response makes no claim in words.")
    worst = min(read, key=lambda each: (each.covered + each.together + each.paired, each.start))
    found = sum(each.covered > 0.8 for each in read)
    rationale = f"{found} of {len(read)} sentences find their words in the documents."
    if worst.missing:
        rationale += f" “{worst.missing}” is in none of them."
    quotes = [("response", response[worst.start : worst.end])]
    if worst.nearest >= 0:
        document, start, end = source.spans[worst.nearest]
        quotes.append((f"documents[{document}]", texts[document][start:end]))
    return two("supported", "unsupported", 1 - probability, rationale, tuple(quotes))
