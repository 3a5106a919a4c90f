"""Lines: a JSONL log, one object a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from judge.logs.entry import Item, Unreadable
from judge.logs.strict import decode, parse
from judge.logs.values import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from judge.logs.source import Source

MAX_BYTES: Final = 1 << 24
"""Longest line, or element of a JSON document, that is read (16 MiB): what bounds the memory of reading."""


def read_lines(source: Source) -> Iterator[Item]:
    """The objects of a JSONL log; a line that is none is an item with its problem, blank lines are passed over.

    Raises:
        LogError: The file is damaged or vanishes while it is read.
    """
    with source.guard():
        stream = source.stream()
        number = 0
        while line := stream.readline(MAX_BYTES):
            number += 1
            if len(line) == MAX_BYTES and not line.endswith(b"\n"):
                while (rest := stream.readline(MAX_BYTES)) and not rest.endswith(b"\n"):
                    pass
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
