"""Signals: what can be seen of a record without any judge, each as a bin of its histogram."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from judge.models import prices
from judge.models.baseline.refused import refuses
from judge.monitoring.histogram import log_bin, log_middle, share_bin
from judge.monitoring.language import language_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from judge.records import Record
    from judge.settings import Settings

Aspect = Literal["input", "documents", "output", "system", "people"]
"""What of the system a signal is about: its input, what it was given to read, what it says, how it runs, its users."""

Seen = tuple[str, float] | None
"""A bin and the value in it; None where the record says nothing of it."""

_WORD: Final = re.compile(r"\w+")
_SENTENCE: Final = re.compile(r"[.!?…。！？]+(?:\s|$)|\n+")
_ERRORS: Final = ("error", "exception")


@dataclass(frozen=True, slots=True)
class Sight:
    """How a signal is read.

    Attributes:
        aspect: What it is about.
        told: What it is, for people.
        bins: Whether its bins are numbers in order, or names.
        unit: Unit of its values; empty for shares.
        see: The reading itself.
        middle: Bin -> a value in the middle of it, for bins that are numbers.
    """

    aspect: Aspect
    told: str
    bins: Literal["number", "name"]
    unit: str
    see: Callable[[Record], Seen]
    middle: Callable[[str], float] = log_middle


def _number(value: float | None) -> Seen:
    return None if value is None or value < 0 else (log_bin(value), float(value))


def _share(value: float) -> Seen:
    return share_bin(value), value


def _flag(value: object) -> Seen:
    return ("yes", 1.0) if value else ("no", 0.0)


def _failed(record: Record) -> Seen:
    return _flag(record.response is None or any(record.metadata.get(name) for name in _ERRORS))


def thumb(feedback: float) -> tuple[str, float]:
    """What a user signalled, as a bin and a value: above 0 is up."""
    return ("up", 1.0) if feedback > 0 else ("down", 0.0)


def _thumbs(record: Record) -> Seen:
    return None if record.feedback is None else thumb(record.feedback)


def _length(text: str | None) -> Seen:
    return None if text is None else _number(float(len(text)))


def _documents(record: Record) -> float:
    return float(sum(len(document.text) for document in record.documents))


def _sentence_length(record: Record) -> Seen:
    text = record.response
    if not text or not text.strip():
        return None
    return _number(len(_WORD.findall(text)) / max(1, len([one for one in _SENTENCE.split(text) if one.strip()])))


def _repetition(record: Record) -> Seen:
    words = [word.lower() for word in _WORD.findall(record.response or "")]
    return _share(1 - len(set(words)) / len(words)) if words else None


def _language(text: str | None) -> Seen:
    return (language_of(text), 0.0) if text and text.strip() else None


def _share_middle(bin_: str) -> float:
    return (int(bin_) + 0.5) / 20


SIGHTS: Final[dict[str, Sight]] = {
    "latency": Sight("system", "latency", "number", "s", lambda r: _milli(r.latency), lambda b: log_middle(b) / 1000),
    "prompt_tokens": Sight("input", "read tokens", "number", "tokens", lambda r: _number(r.prompt_tokens)),
    "completion_tokens": Sight("output", "written tokens", "number", "tokens", lambda r: _number(r.completion_tokens)),
    "errors": Sight("system", "share of errors", "name", "", _failed),
    "feedback": Sight("people", "share of thumbs up", "name", "", _thumbs),
    "question_length": Sight("input", "length of questions", "number", "characters", lambda r: _length(r.question)),
    "question_language": Sight("input", "language of questions", "name", "", lambda r: _language(r.question)),
    "document_count": Sight("documents", "documents a record", "number", "", lambda r: _number(len(r.documents))),
    "document_length": Sight(
        "documents",
        "length of documents",
        "number",
        "characters",
        lambda r: _number(_documents(r)) if r.documents else None,
    ),
    "response_length": Sight("output", "length of responses", "number", "characters", lambda r: _length(r.response)),
    "sentence_length": Sight("output", "length of sentences", "number", "words", _sentence_length),
    "repetition": Sight("output", "repetition in responses", "number", "", _repetition, _share_middle),
    "refusals": Sight(
        "output",
        "share of refusals",
        "name",
        "",
        lambda r: _flag(refuses(r.response)) if r.response and r.response.strip() else None,
    ),
}
"""Every signal but the cost, which needs the operator's prices."""


def _milli(seconds: float | None) -> Seen:
    # Bins are 9 % wide from 1 upwards only, so seconds are counted in thousandths.
    return None if seconds is None or seconds < 0 else (log_bin(1000 * seconds), seconds)


def sight_of(signal: str, settings: Settings) -> Sight:
    """How a signal is read under the operator's prices."""
    if signal != "cost":
        return SIGHTS[signal]

    def see(record: Record) -> Seen:
        dollars = record.metadata.get("cost")
        if not isinstance(dollars, int | float) and record.model is not None:
            price = prices.price_of(record.model, settings)
            dollars = prices.cost(price, record.prompt_tokens, record.completion_tokens)
        if not isinstance(dollars, int | float) or isinstance(dollars, bool) or dollars < 0:
            return None
        return log_bin(1e6 * dollars), float(dollars)

    return Sight("system", "cost a response", "number", "$", see, lambda bin_: log_middle(bin_) / 1e6)
