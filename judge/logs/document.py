"""Documents: one big JSON text that holds the rows of a log somewhere inside."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final

from judge.logs.aliases import RESPONSE_NAMES, plain_name
from judge.logs.entry import Item
from judge.logs.json_stream import JsonStream
from judge.logs.lines import MAX_BYTES, not_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from judge.logs.source import Source

LISTS: Final = (
    "results",
    "data",
    "traces",
    "observations",
    "records",
    "rows",
    "items",
    "examples",
    "entries",
    "logs",
)
"""Keys of an object that hold the rows, where their value is a list."""

SPANS: Final = ("*", "scopeSpans", "*", "spans", "*")
"""The way from `resourceSpans` down to each span of an OTLP export."""

_CARRIED: Final = ("resource", "evalId")
"""What an element inherits from the objects around it."""


def read_document(source: Source) -> Iterator[Item]:
    """The rows of one big JSON text (or of several, one after the other), one at a time.

    A list is its elements. An object is the elements of the first list that one of `LISTS` names, the results of
    promptfoo or the spans of OTLP; an object without such a list is one row itself.

    Raises:
        LogError: The text is not JSON from some point on, or ends too early.
    """
    stream = JsonStream(source)
    numbers = count(1)
    while start := stream.peek():
        if start == "[":
            yield from _walk(stream, ("*",), {}, numbers)
        elif start == "{":
            yield from _object(stream, numbers)
        else:
            yield _item(stream, {}, numbers)


def _object(stream: JsonStream, numbers: Iterator[int]) -> Iterator[Item]:
    held: dict[str, Any] = {}
    problem, size, found = "", 0, False
    for key in stream.members():
        steps = _steps(key, stream.peek(), held)
        if steps:
            found = True
            yield from _walk(stream, steps, held, numbers)
        elif found or size > MAX_BYTES:
            stream.skip()
        else:
            value, raw, trouble = stream.value()
            size += len(raw)
            problem = problem or trouble or (f"the key {key!r} stands twice in one object" if key in held else "")
            held[key] = value
    if not found:
        problem = problem or (f"it is longer than {MAX_BYTES >> 20} MiB" if size > MAX_BYTES else "")
        yield Item(next(numbers), None if problem else held, held, problem)


def _steps(key: str, start: str, held: dict[str, Any]) -> tuple[str, ...]:
    """The way from this key's value to the rows; empty where they are not in there."""
    if key in {"resourceSpans", "resource_spans"} and start == "[":
        return SPANS
    if any(plain_name(name) in RESPONSE_NAMES for name in held):  # the object is a row, its lists are fields
        return ()
    if key == "results" and start == "{":
        return ("results", "*")
    return ("*",) if key in LISTS and start == "[" else ()


def _walk(stream: JsonStream, steps: tuple[str, ...], around: dict[str, Any], numbers: Iterator[int]) -> Iterator[Item]:
    if not steps:
        yield _item(stream, around, numbers)
    elif steps[0] == "*" and stream.peek() == "[":
        for _ in stream.elements():
            yield from _walk(stream, steps[1:], around, numbers)
    elif steps[0] != "*" and stream.peek() == "{":
        inner = dict(around)
        for key in stream.members():
            if key == steps[0] or plain_name(key) == plain_name(steps[0]):
                yield from _walk(stream, steps[1:], inner, numbers)
            elif key in _CARRIED:
                inner[key] = stream.value()[0]
            else:
                stream.skip()
    else:
        yield _item(stream, around, numbers)


def _item(stream: JsonStream, around: dict[str, Any], numbers: Iterator[int]) -> Item:
    value, raw, problem = stream.value()
    if problem:
        return Item(next(numbers), None, raw, problem)
    if not isinstance(value, dict):
        return Item(next(numbers), None, raw, not_object(value))
    for key in _CARRIED:
        if around.get(key) is not None:
            value.setdefault(key, around[key])
    return Item(next(numbers), value, raw)
