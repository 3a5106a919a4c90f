"""Shapes: whether a log is lines, one JSON document, a CSV table or a Parquet file."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from judge.logs.source import HEAD_BYTES

if TYPE_CHECKING:
    from judge.logs.source import Source

_TABLES: Final = frozenset({".csv", ".tsv"})
_JSON: Final = frozenset({".jsonl", ".ndjson", ".json"})
_LINES: Final = frozenset({".jsonl", ".ndjson"})
_FIRST_LINE: Final = 1 << 20
_SPACE: Final = re.compile(r"\s*")


class Shape(StrEnum):
    """How the rows of a log lie in its file."""

    LINES = "lines"
    DOCUMENT = "document"
    CSV = "csv"
    PARQUET = "parquet"


def shape_of(source: Source) -> Shape:
    """The shape of a log, by its first bytes and, where those do not tell, by its name."""
    if source.is_parquet:
        return Shape.PARQUET
    endings = {ending.lower() for ending in PurePath(source.name).suffixes}
    if endings & _TABLES:
        return Shape.CSV
    start = source.head().lstrip()[:1]
    if start in {b"{", b"["}:
        return _json_shape(source)
    return Shape.LINES if endings & _JSON or not start else Shape.CSV


def _json_shape(source: Source) -> Shape:
    """Lines or a document: a document goes on where its first line ends, or is that one line.

    A first line that does not end within `_FIRST_LINE` bytes is read as a document, which may be lines all the same.
    """
    size = HEAD_BYTES
    while b"\n" not in source.head(size).lstrip() and len(source.head(size)) == size and size < _FIRST_LINE:
        size *= 2
    first, newline, rest = source.head(size).lstrip().partition(b"\n")
    if not newline and len(source.head(size)) >= _FIRST_LINE:
        return Shape.DOCUMENT
    if _is_json(first):
        named_lines = PurePath(source.name.removesuffix(".gz")).suffix.lower() in _LINES
        more = rest.strip() or source.head(size + HEAD_BYTES).lstrip().partition(b"\n")[2].strip()
        return Shape.LINES if named_lines or more else Shape.DOCUMENT
    return Shape.DOCUMENT if _goes_on(first, rest[:HEAD_BYTES]) else Shape.LINES


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _goes_on(first: bytes, rest: bytes) -> bool:
    """Whether a JSON text that is not whole on its first line is sound beyond it."""
    if first.rstrip()[-1:] not in {b"{", b"[", b",", b":"}:
        return False
    text = (first + b"\n" + rest).decode("utf-8", "replace")
    second = _SPACE.match(text, text.index("\n"))
    try:
        json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as error:
        return second is None or error.pos > second.end()
    except RecursionError:
        return False
    return True
