"""A JSON stream: one big JSON text read value by value, and forgotten behind the reader."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any, Final

from judge.errors import LogError
from judge.logs.entry import Unreadable
from judge.logs.lines import MAX_BYTES
from judge.logs.strict import bad_byte, check, parse, parse_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from judge.logs.source import Source

_SPACE: Final = re.compile(r"[ \t\r\n]*")
# A whole string, a bracket, or the quote of a string whose end has not been read yet.
_MARK: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]|"', re.DOTALL)
_PLAIN_END: Final = re.compile(r"[\[\]{},:\s\"]")
_ESCAPED: Final = re.compile(r"[\udc80-\udcff]")
_CLOSED: Final = tuple('"[{')
_CHUNK: Final = 1 << 18


class JsonStream:
    """A position in a JSON text.

    Values are parsed by the standard library as soon as they are whole; where that fails, the end of the value is
    found by its brackets, so that one bad value is told apart from the next.

    Args:
        source: The log.
        chunk: Bytes to read at once.
    """

    def __init__(self, source: Source, chunk: int = _CHUNK) -> None:
        self._source = source
        self._stream = source.stream()
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._chunk = chunk
        self._text = ""
        self._at = 0
        self._ended = False

    def peek(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, allowed: str) -> str:
        """The next character, which must be one of those allowed.

        Raises:
            LogError: It is another one, or the text has ended.
        """
        found = self.peek()
        if not found or found not in allowed:
            wanted = " or ".join(allowed)
            raise LogError(
                f"not JSON from here on: {wanted} should come where " + (f"{found} stands" if found else "it ends"),
                where=self._source.name,
                hint="what came before was read; write one record per line to lose no more than a line",
            )
        self._at += 1
        return found

    def members(self) -> Iterator[str]:
        """The keys of the object that begins here; the caller reads or skips each value before the next key.

        Raises:
            LogError: It is no object.
        """
        self.take("{")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() != '"':
                self.take('"')
            key, raw, problem = self.value()
            self.take(":")
            yield raw if problem else key
            if self.take(",}") == "}":
                return

    def elements(self) -> Iterator[None]:
        """One step for each element of the list that begins here; the caller reads or skips each element.

        Raises:
            LogError: It is no list.
        """
        self.take("[")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield
            if self.take(",]") == "]":
                return

    def value(self) -> tuple[Any, str, str]:
        """The next value: the value itself, its raw text, and what is wrong with it (then the value is None).

        Raises:
            LogError: The text ends inside it.
        """
        if self.peek() not in _CLOSED:  # a number may go on in what is not read yet
            return self._slowly()
        try:
            value, end = parse_at(self._text, self._at)
        except (ValueError, Unreadable):
            return self._slowly()
        raw = self._text[self._at : end]
        self._at = end
        return _checked(value, raw)

    def skip(self) -> None:
        """Pass over the next value without keeping it.

        Raises:
            LogError: The text ends inside it.
        """
        self.peek()
        self._scan(keep=0)

    def _slowly(self) -> tuple[Any, str, str]:
        raw, whole = self._scan(keep=MAX_BYTES)
        if not whole:
            return None, raw, f"it is longer than {MAX_BYTES >> 20} MiB"
        try:
            return parse(raw), raw, _not_utf8(raw)
        except Unreadable as problem:
            return None, raw, _not_utf8(raw) or problem.reason

    def _scan(self, keep: int) -> tuple[str, bool]:
        """Moves past the next value; its raw text up to ``keep`` characters, and whether that is all of it."""
        begun, depth, whole = "", 0, True
        at = self._at
        while True:
            end, at, depth = _end_of(self._text, at, depth, ended=self._ended)
            if whole and (end or at) - self._at > keep:
                begun, whole = self._text[self._at : self._at + keep], False
            if end is not None:
                raw, self._at = begun if not whole else self._text[self._at : end], end
                return raw, whole
            if not whole:
                self._at = at
            distance = at - self._at
            if not self._more():
                raise LogError("the JSON text ends inside a value", where=self._source.name, hint="was it cut?")
            at = self._at + distance

    def _more(self) -> bool:
        if self._ended:
            return False
        with self._source.guard():
            data = self._stream.read(max(self._chunk, len(self._text) - self._at))
        self._ended = not data
        self._text = self._text[self._at :] + self._decode(data, final=self._ended)
        self._at = 0
        return True


def _end_of(text: str, at: int, depth: int, *, ended: bool) -> tuple[int | None, int, int]:
    """Where the value ends, if the text reaches so far; else from where to look on, and at which depth."""
    while found := _MARK.search(text, at) if depth or text[at : at + 1] in _CLOSED else None:
        mark = found.group()
        if mark == '"':
            return None, found.start(), depth
        depth += (mark in "[{") - (mark in "]}")
        at = found.end()
        if depth <= 0:
            return at, at, 0
    if depth:
        return None, len(text), depth
    plain = _PLAIN_END.search(text, at)
    if plain is None and not ended:
        return None, at, depth
    return (plain.start() if plain else len(text)), at, depth


def _checked(value: Any, raw: str) -> tuple[Any, str, str]:
    try:
        check(value, raw)
    except Unreadable as problem:
        return None, raw, problem.reason
    problem_in_bytes = _not_utf8(raw)
    return (None, raw, problem_in_bytes) if problem_in_bytes else (value, raw, "")


def _not_utf8(raw: str) -> str:
    if raw.isascii() or not _ESCAPED.search(raw):
        return ""
    data = raw.encode("utf-8", "surrogateescape")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return bad_byte(data, error.start)
    return ""
