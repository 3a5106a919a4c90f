"""The one JSON object of a reply: read whole and strictly, or refused with the reason."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from judge.scores import Reason

MAX_LENGTH: Final = 100_000
"""Longest reply in characters, without its reasoning; it bounds the time that reading one can take."""

MAX_DEPTH: Final = 8
"""Deepest nesting; the form of a reply needs four."""

MAX_DIGITS: Final = 40

_OPEN, _CLOSE = "<think>", "</think>"
_CODE_FENCE: Final = re.compile(r"```[A-Za-z0-9]*[ \t]*\r?\n(?P<inside>.*)\n[ \t]*```\Z", re.DOTALL)
_PART: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?P<end>"|\Z)|[\[{]|[\]}]', re.DOTALL)
"""Possessive, so that a string that never ends is passed over once instead of once for every quote mark in it."""


class FlawError(Exception):
    """Why a reply gives no score.

    Args:
        reason: The abstention's reason.
        code: What exactly is wrong, as one word that does not change between versions.
        words: What was found and what is allowed, for a person or the judge model.
    """

    def __init__(self, reason: Reason, code: str, words: str) -> None:
        super().__init__(words)
        self.reason = reason
        self.code = code
        self.words = words

    @property
    def detail(self) -> str:
        """Code and words, as they stand in an abstention."""
        return f"{self.code}: {self.words}"


@dataclass(frozen=True, slots=True)
class ReplyObject:
    """A reply's object and where it stands.

    Attributes:
        content: The object.
        start: First character of it in the reply.
        end: One past its last character.
    """

    content: dict[str, Any]
    start: int
    end: int


def read_object(text: str) -> ReplyObject:
    """The object that a reply consists of.

    Around it may stand white space, one Markdown code fence, and before it a reasoning part that ends in ``</think>``,
    which is never read. Anything else is refused: nothing is cut out of prose, repaired or guessed.

    Raises:
        FlawError: The reply is not exactly one whole JSON object.
    """
    start, end = _bounds(text)
    body = text[start:end]
    if not body:
        raise FlawError(Reason.EMPTY, "empty", "the reply is empty")
    if len(body) > MAX_LENGTH:
        words = f"the reply has {len(body):,} characters; at most {MAX_LENGTH:,} are read"
        raise FlawError(Reason.UNREADABLE, "too_long", words)
    _check_shape(body)
    return ReplyObject(_parse(body), start, end)


def _bounds(text: str) -> tuple[int, int]:
    """Where the reply proper stands, without reasoning, code fence and white space around it."""
    start = _after_reasoning(text)
    start, end = _trimmed(text, start, len(text))
    fenced = _CODE_FENCE.match(text, start, end)
    if fenced:
        start, end = _trimmed(text, *fenced.span("inside"))
    return start, end


def _after_reasoning(text: str) -> int:
    """Where the reasoning part ends; some servers leave out its opening tag, which the prompt template has written."""
    opened = text.lstrip().startswith(_OPEN)
    closing = text.find(_CLOSE)
    if opened and closing < 0:
        raise FlawError(Reason.CUT, "thinking", "the reasoning part was never closed")
    if closing >= 0 and (opened or "{" not in text[:closing]):
        return closing + len(_CLOSE)
    return 0


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    inside = text[start:end]
    kept = inside.strip()
    return (start + inside.index(kept), start + inside.index(kept) + len(kept)) if kept else (start, start)


def _check_shape(body: str) -> None:
    """Tell several objects and prose apart from one object, before anything is parsed."""
    spans = _bracketed(body)
    if len(spans) > 1:
        words = f"the reply holds {len(spans)} JSON values instead of one"
        raise FlawError(Reason.AMBIGUOUS, "several_objects", words)
    if spans and spans[0] != (0, len(body)):
        raise FlawError(Reason.UNREADABLE, "prose", "there is text around the JSON object")


def _bracketed(body: str) -> list[tuple[int, int]]:
    """Where brackets open and close again at the outermost level, in one pass of bounded depth."""
    spans: list[tuple[int, int]] = []
    depth = start = 0
    for part in _PART.finditer(body):
        mark = part.group()[0]
        if mark == '"':
            if depth and not part.group("end"):
                raise _cut()
        elif mark in "[{":
            start = start if depth else part.start()
            depth += 1
            if depth > MAX_DEPTH:
                words = f"the reply is nested deeper than {MAX_DEPTH} levels"
                raise FlawError(Reason.UNREADABLE, "too_deep", words)
        elif depth:
            depth -= 1
            if not depth:
                spans.append((start, part.end()))
    if depth:
        raise _cut()
    return spans


def _cut() -> FlawError:
    return FlawError(Reason.CUT, "cut", "the reply ends before its JSON object is whole")


def _parse(body: str) -> dict[str, Any]:
    try:
        content = json.loads(
            body,
            object_pairs_hook=_unique,
            parse_constant=_not_finite,
            parse_int=_int,
            parse_float=_float,
        )
    except json.JSONDecodeError as error:
        words = f"not JSON: {error.msg} at character {error.pos + 1}"
        raise FlawError(Reason.UNREADABLE, "not_json", words) from error
    if not isinstance(content, dict):
        raise FlawError(Reason.UNREADABLE, "not_an_object", f"the reply is {describe(content)}, not a JSON object")
    return content


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key, value in pairs:
        if key in content:
            raise FlawError(Reason.AMBIGUOUS, "duplicate_key", f"the key {brief(key)} is written twice")
        content[key] = value
    return content


def _not_finite(name: str) -> NoReturn:
    raise FlawError(Reason.UNREADABLE, "not_finite", f"{name} is not a JSON number")


def _int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise FlawError(Reason.UNREADABLE, "huge_number", f"a number has {len(digits):,} digits")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if len(digits) > MAX_DIGITS or not math.isfinite(number):
        raise FlawError(Reason.UNREADABLE, "huge_number", f"the number {digits[:12]}... is out of every range")
    return number


def brief(value: object) -> str:
    """A value as a message quotes it: in JSON, at most 60 characters."""
    written = json.dumps(value, ensure_ascii=True, default=str)
    return written if len(written) <= 60 else f"{written[:57]}..."  # noqa: PLR2004 - about half a line


def describe(value: object) -> str:
    """What kind of JSON value something is, in words."""
    if value is None:
        return "null"
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)
