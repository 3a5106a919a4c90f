"""Durations: lengths of time as people write them, such as `15m`, `24h` or `7d`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_WRITTEN: Final = re.compile(r"([1-9][0-9]{0,5})(s|m|h|d|w)\Z")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
PATTERN: Final = "^[1-9][0-9]{0,5}(s|m|h|d|w)$"


def parse_duration(text: object) -> timedelta:
    """The length of time that a text says.

    Raises:
        ValueError: It says none.
    """
    if isinstance(text, timedelta):
        return text
    found = _WRITTEN.match(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("a length of time such as 30s, 15m, 24h, 7d or 2w")
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def show_duration(length: timedelta) -> str:
    """A length of time in its largest whole unit."""
    seconds = int(length.total_seconds())
    unit = next(name for name in ("w", "d", "h", "m", "s") if seconds % _SECONDS[name] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(show_duration, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": PATTERN}),
]
"""A length of time in a watch file."""
