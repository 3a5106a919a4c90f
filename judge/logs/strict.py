"""Strict JSON: values that mean the same to every reader, or the reason why not."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

from judge.logs.entry import Unreadable

MAX_DEPTH: Final = 64
"""Deepest nesting of lists and objects that is read."""

_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        double = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Unreadable(f"the key {double!r} stands twice in one object, so it is not clear which value is meant")
    return value


def _constant(name: str) -> Any:
    raise Unreadable(f"{name} is no JSON number; a missing value is null")


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise Unreadable(f"the number {text[:40]} is too large to be stored")
    return number


def whole(text: str) -> int | str:
    """A whole number, or its digits where it does not fit into 64 bits: databases hold no longer ones."""
    if len(text) > _LONGEST:
        return text
    number = int(text)
    return number if _LEAST <= number <= _MOST else text


_LONGEST: Final = 20
_LEAST: Final = -(2**63)
_MOST: Final = 2**64 - 1
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=whole, parse_constant=_constant, parse_float=_float
)


def decode(data: bytes) -> str:
    """The text of UTF-8 bytes.

    Raises:
        Unreadable: They are not UTF-8; the reason gives the position of the first bad byte.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(bad_byte(data, error.start)) from error


def bad_byte(data: bytes, start: int) -> str:
    """The reason for bytes that are not UTF-8, naming the first bad one."""
    return f"not UTF-8: byte {start + 1} is 0x{data[start]:02x} (write the log in UTF-8; encodings are not guessed)"


def parse(text: str) -> Any:
    """The value of one whole JSON text.

    Raises:
        Unreadable: It is not JSON, has duplicate keys, numbers that are none, or characters that cannot be stored.
    """
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise Unreadable(f"nested deeper than {MAX_DEPTH} levels") from error
    except ValueError as error:
        raise Unreadable(f"not readable JSON: {error}") from error
    check(value, text)
    return value


def parse_at(text: str, start: int) -> tuple[Any, int]:
    """The value that begins at a character of a longer text, and where it ends; characters are not checked.

    Raises:
        ValueError: The value is not JSON, or its end is not there yet.
        Unreadable: As for `parse`.
    """
    try:
        return _DECODER.raw_decode(text, start)
    except RecursionError as error:
        raise Unreadable(f"nested deeper than {MAX_DEPTH} levels") from error


def check(value: Any, text: str) -> None:
    """Refuses what no database stores: NUL, half surrogates, endless nesting.

    Args:
        value: The parsed value.
        text: What it was parsed from; the cheap look at it decides whether the value is walked through.

    Raises:
        Unreadable: There is such a thing in it.
    """
    if "\\u0000" in text or "\0" in text:
        _each_text(value, _refuse_nul)
    if "\\ud" in text or "\\uD" in text:
        _each_text(value, refuse_surrogates)
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(value, MAX_DEPTH) > MAX_DEPTH:
        raise Unreadable(f"nested deeper than {MAX_DEPTH} levels")


def _refuse_nul(text: str) -> None:
    if "\0" in text:
        raise Unreadable(f"a NUL character (\\u0000) at character {text.index(chr(0)) + 1} of {shown(text)}")


def refuse_surrogates(text: str) -> None:
    """Refuses half characters, which no encoding can write.

    Raises:
        Unreadable: There is one.
    """
    found = _SURROGATE.search(text)
    if found:
        code = f"\\u{ord(found.group()):04x}"
        place = f"at character {found.start() + 1} of {shown(text)}"
        raise Unreadable(f"half of a surrogate pair ({code}) {place}: the text was cut inside a character")


def shown(text: str) -> str:
    """The beginning of a text, safe to print."""
    return ascii(text[:40]) + ("…" if len(text) > 40 else "")  # noqa: PLR2004 - as cut beside it


def _each_text(value: Any, refuse: Any) -> None:
    if isinstance(value, str):
        refuse(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            refuse(key)
            _each_text(inner, refuse)
    elif isinstance(value, list):
        for inner in value:
            _each_text(inner, refuse)


def _depth(value: Any, most: int) -> int:
    if most < 0 or not isinstance(value, dict | list) or not value:
        return int(isinstance(value, dict | list))
    return 1 + max(_depth(inner, most - 1) for inner in (value.values() if isinstance(value, dict) else value))
