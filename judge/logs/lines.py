"""Lines: a JSONL log, one object a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from judge.logs.entry import Item, Unreadable
from judge.logs.strict import decode, parse
from judge.logs.values import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from judge.logs.source import Source

MAX_BYTES: Final = 1 << 24
"""Longest line, or element of a JSON document, that is read (16 MiB): what bounds the memory of reading."""


@dataclass(slots=True)
class Place:
    """How far a JSONL log was read: the end of the last line that was whole.

    Attributes:
        size: Bytes before it.
        lines: Lines before it.
    """

    size: int = 0
    lines: int = 0


def read_lines(source: Source, place: Place | None = None) -> Iterator[Item]:
    """The objects of a JSONL log; a line that is none is an item with its problem, blank lines are passed over.

    Args:
        source: The log.
        place: Where to begin; it moves along as lines are read. Only of a log that lies in its file as it is read.

    Raises:
        LogError: The file is damaged or vanishes while it is read.
    """
    place = place if place is not None else Place()
    with source.guard(), source.stream_after(place.size) as stream:
        place.size = place.size or source.mark
        number = place.lines
        while line := stream.readline(MAX_BYTES):
            number += 1
            size, ended = len(line), line.endswith(b"\n")
            while not ended and len(line) == MAX_BYTES and (rest := stream.readline(MAX_BYTES)):
                size, ended = size + len(rest), rest.endswith(b"\n")
            if ended:
                place.size, place.lines = place.size + size, number
            if len(line) == MAX_BYTES and not line.endswith(b"\n"):
                yield Item(number, None, line, f"the line is longer than {MAX_BYTES >> 20} MiB")
            elif line.strip():
                yield _item(number, line)


def _item(number: int, line: bytes) -> Item:
    try:
        value = parse(decode(line))
    except Unreadable as problem:
        return Item(number, None, line, problem.reason)
    return Item(number, value, line) if isinstance(value, dict) else Item(number, None, line, not_object(value))


def not_object(value: object) -> str:
    """The reason for a JSON value that is no object."""
    return f"not a JSON object but {kind_of(value)}"
