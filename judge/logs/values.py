"""Values: times, durations, counts and thumbs, as logs write them."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Final

_FIRST_EPOCH: Final = 100_000_000
"""Numbers below it (March 1973 in seconds) are no time of a log."""
_EPOCH_UNITS: Final = ((100_000_000_000, 1), (100_000_000_000_000, 1_000), (100_000_000_000_000_000, 1_000_000))
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_DURATION: Final = re.compile(r"([\d.]+)\s*(s|sec|secs|seconds|ms|msec|us|µs|ns)?")
_UNITS: Final = {
    "ns": 1e9,
    "us": 1e6,
    "µs": 1e6,
    "ms": 1e3,
    "msec": 1e3,
    "millis": 1e3,
    "milliseconds": 1e3,
}
_MS_IN_CAMEL: Final = re.compile(r"[a-z](Ms|Us|Ns)$")
_UP: Final = frozenset(
    {"up", "thumbsup", "thumbup", "like", "liked", "positive", "good", "yes", "true", "helpful", "👍"}
)
_DOWN: Final = frozenset(
    {"down", "thumbsdown", "thumbdown", "dislike", "disliked", "negative", "bad", "no", "false", "unhelpful", "👎"}
)
_SKIN_TONES: Final = {ord(character): None for character in "🏻🏼🏽🏾🏿"}


def kind_of(value: Any) -> str:
    """What kind of JSON value it is, in plain words."""
    if isinstance(value, bool):
        return "true or false"
    names = {str: "a text", list: "a list", dict: "an object", type(None): "null"}
    return names.get(type(value), "a number")


def object_of(value: Any) -> dict[str, Any]:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def number_of(value: Any) -> float | None:
    """A finite number, or the number that a text spells; None where it is neither (booleans are no numbers)."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def time_of(value: Any) -> datetime | None:
    """A time: ISO 8601, the form of e-mail, or a number since 1970 in s, ms, µs or ns, told by its size.

    A time without a zone is taken as UTC. None where the value is no time.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    number = number_of(value)
    if number is not None and not (isinstance(value, str) and len(value.strip()) == 8):  # noqa: PLR2004 - 20260131
        exact = isinstance(value, int) or (isinstance(value, str) and value.strip().isdecimal())
        return _epoch(int(value) if exact else number)
    return _written_time(value.strip()) if isinstance(value, str) else None


def _epoch(number: float) -> datetime | None:
    if number < _FIRST_EPOCH:
        return None
    divisor = next((divisor for limit, divisor in _EPOCH_UNITS if number < limit), 1_000_000_000)
    whole, part = divmod(number, divisor)
    try:
        time = datetime.fromtimestamp(int(whole), UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return time.replace(microsecond=min(999_999, round(part * 1_000_000 / divisor)))


def _written_time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text.removesuffix(" UTC") + ("+00:00" if text.endswith(" UTC") else ""))
    except ValueError:
        try:
            time = parsedate_to_datetime(text)
        except (ValueError, IndexError):
            return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def seconds_of(value: Any, name: str) -> float | None:
    """A duration in seconds; None where the value is none or below zero.

    Args:
        value: A number, a text with or without a unit (``1.2s``, ``350 ms``), or a pair of them.
        name: What the log calls it; ``_ms``, ``_us``, ``_ns`` at its end give the unit, else it is seconds.
    """
    number = number_of(value)
    unit = unit_of(name)
    if number is None and isinstance(value, str) and (found := _DURATION.fullmatch(value.strip().lower())):
        number = number_of(found.group(1))
        unit = _UNITS.get(found.group(2) or "", 1.0) if found.group(2) else unit
    return number / unit if number is not None and number >= 0 else None


@lru_cache(maxsize=256)
def unit_of(name: str) -> float:
    """How many of the unit that a name ends in make a second; 1 where it names none."""
    last = name.rpartition(".")[2]
    camel = _MS_IN_CAMEL.search(last)
    ending = camel.group(1) if camel else re.split(r"[_\-\s(\[]", last.rstrip(")]"))[-1]
    for unit in ("milliseconds", "millis"):  # latencyMilliseconds
        if last.lower().endswith(unit):
            ending = unit
    return _UNITS.get(ending.lower(), 1.0)


def count_of(value: Any) -> int | None:
    """A whole number of at least 0; None where the value is none."""
    number = number_of(value)
    if number is None or number < 0 or not number.is_integer():
        return None
    return (
        int(value) if isinstance(value, int) or (isinstance(value, str) and value.strip().isdecimal()) else int(number)
    )


def feedback_of(value: Any) -> float | None:
    """What a user signalled: 1 for thumbs up, 0 for thumbs down (also written -1), or a number of the log's own."""
    if isinstance(value, bool):
        return float(value)
    number = number_of(value)
    if number is not None:
        return 0.0 if number == -1 else number
    if not isinstance(value, str):
        return None
    word = value.strip().translate(_SKIN_TONES).casefold()
    word = "".join(character for character in word if character.isalnum() or character in "👍👎")
    return 1.0 if word in _UP else 0.0 if word in _DOWN else None


def name_of(value: Any) -> str | None:
    """A name (of a model, a conversation, a group) or the number that stands for one; None where it is neither."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
