"""Quotes: whether the words that a judge quotes stand in the record, and where."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from judge.rubric.hidden_text import HIDDEN, is_hidden
from judge.scores import Quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from judge.records import Record

MAX_CLUSTER: Final = 9
"""A letter and the accents on it that are composed together; ordering thousands of them would take forever."""

_SHOWN: Final = re.compile(r"⟦(?:U\+(?P<code>[0-9A-F]{4,6})|(?P<character>.))⟧", re.DOTALL)
_DOCUMENT: Final = re.compile(r"documents\[(\d{1,6})\]\Z")
_ALIKE: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
    }
)


_ODD: Final = re.compile(rf"\s{{2,}}|[^\S ]|[{''.join(map(chr, _ALIKE))}]|{HIDDEN}")


@dataclass(frozen=True, slots=True)
class _Levelled:
    """A text in which spelling variants are levelled, in pieces that know where they stand in the raw text.

    A piece that is as long as its raw text maps character by character, any other only as a whole.
    """

    text: str
    begins: tuple[int, ...]
    raws: tuple[tuple[int, int], ...]

    def raw(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from start to end stand in the raw text."""
        return self._raw(start)[0], self._raw(end - 1)[1]

    def _raw(self, place: int) -> tuple[int, int]:
        piece = bisect_right(self.begins, place) - 1
        begin, (raw_start, raw_end) = self.begins[piece], self.raws[piece]
        after = self.begins[piece + 1] if piece + 1 < len(self.begins) else len(self.text)
        if after - begin != raw_end - raw_start:
            return raw_start, raw_end
        return raw_start + place - begin, raw_start + place - begin + 1


class Quotable:
    """The texts of a record that quotes may come from.

    A quote is looked for to the letter first. If it is not there, white space (any run is one space), quotation marks,
    dashes, the ellipsis character, composed and decomposed accents, and hidden characters are levelled on both sides
    and it is looked for again; what is found is mapped back to the raw text. Case, spelling and words never are.

    Args:
        record: The record judged.
        fields: The fields that may be quoted.
    """

    def __init__(self, record: Record, fields: Iterable[str]) -> None:
        self._texts: dict[str, str] = {}
        for name in fields:
            held = record.read(name)
            if isinstance(held, str):
                self._texts[name] = held
            elif held is not None:
                numbered = enumerate(record.documents)
                self._texts |= {f"documents[{place}]": document.text for place, document in numbered}
        self._levelled: dict[str, _Levelled] = {}

    def check(self, source: str, words: str, role: str = "") -> Quote:
        """The quote with the place where it stands, or without a place if it stands nowhere in that source.

        Args:
            source: A field's name; ``documents`` for any of them, ``documents[2]`` for that one before the others.
            words: What is quoted.
            role: What the quote shows.
        """
        names = self._places(source)
        literal = _SHOWN.sub(_unshown, words)
        for spelling in (words, literal):
            for name in names:
                start = self._texts[name].find(spelling)
                if start >= 0:
                    return Quote(name, words, start, start + len(spelling), role)
        wanted = _levelled(literal).text.strip()
        for name in names if wanted else ():
            levelled = self._level(name)
            start = levelled.text.find(wanted)
            if start >= 0:
                return Quote(name, words, *levelled.raw(start, start + len(wanted)), role)
        return Quote(source, words, role=role)

    def _level(self, name: str) -> _Levelled:
        if name not in self._levelled:
            self._levelled[name] = _levelled(self._texts[name])
        return self._levelled[name]

    def _places(self, source: str) -> list[str]:
        if source != "documents" and not _DOCUMENT.match(source):
            return [source] if source in self._texts else []
        documents = [name for name in self._texts if name.startswith("documents[")]
        return sorted(documents, key=lambda name: name != source)


def _unshown(match: re.Match[str]) -> str:
    """The character that a visible escape in the prompt stood for."""
    code = match.group("code")
    number = int(code, 16) if code else ord(match.group("character"))
    return chr(number) if number <= 0x10FFFF else match.group()  # noqa: PLR2004 - the last code point


def _levelled(text: str) -> _Levelled:
    pieces: list[str] = []
    begins: list[int] = []
    raws: list[tuple[int, int]] = []
    length = 0
    for found, found_start, raw_end in _pieces(text):
        piece, raw_start = found, found_start
        if piece[0] == " " and pieces and pieces[-1][-1] == " ":
            piece, raw_start = piece[1:], raw_start + 1
        if piece:
            pieces.append(piece)
            begins.append(length)
            raws.append((raw_start, raw_end))
            length += len(piece)
    return _Levelled("".join(pieces), tuple(begins), tuple(raws))


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """Levelled pieces with their raw place: the odd ones on their own, all between two of them in one."""
    if not unicodedata.is_normalized("NFC", text):
        yield from _clusters(text)
        return
    done = 0
    for odd in _ODD.finditer(text):
        if odd.start() > done:
            yield text[done : odd.start()], done, odd.start()
        levelled = _level(odd.group())
        if levelled:
            yield levelled, *odd.span()
        done = odd.end()
    if done < len(text):
        yield text[done:], done, len(text)


def _clusters(text: str) -> Iterator[tuple[str, int, int]]:
    """Letter by letter with its accents, for the rare text in which they are not composed."""
    place = 0
    while place < len(text):
        after = place + 1
        while after < min(len(text), place + MAX_CLUSTER) and unicodedata.combining(text[after]):
            after += 1
        levelled = _level(unicodedata.normalize("NFC", text[place:after]))
        if levelled:
            yield levelled, place, after
        place = after


def _level(piece: str) -> str:
    if piece.isspace():
        return " "
    return "" if is_hidden(piece[0]) else piece.translate(_ALIKE)
