"""Quotes: whether the words that a judge quotes stand in the record, and where."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from judge.rubric.hidden_text import is_hidden
from judge.scores import Quote

if TYPE_CHECKING:
    from collections.abc import Iterable

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


@dataclass(frozen=True, slots=True)
class _Plain:
    """A text in which spelling variants are levelled, with the raw place of each of its characters."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


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
        self._plain: dict[str, _Plain] = {}

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
            plain = self._plain.setdefault(name, _levelled(self._texts[name]))
            start = plain.text.find(wanted)
            if start >= 0:
                return Quote(name, words, plain.starts[start], plain.ends[start + len(wanted) - 1], role)
        return Quote(source, words, role=role)

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


def _levelled(text: str) -> _Plain:
    written: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    while place < len(text):
        after = place + 1
        while after < min(len(text), place + MAX_CLUSTER) and unicodedata.combining(text[after]):
            after += 1
        cluster = text[place:after]
        if not is_hidden(cluster[0]) or cluster[0] in "\r\x0b\x0c\u2028\u2029\x85":
            plain = " " if cluster.isspace() else unicodedata.normalize("NFC", cluster).translate(_ALIKE)
            if plain == " " and written and written[-1] == " ":
                ends[-1] = after
            else:
                written.extend(plain)
                starts.extend([place] * len(plain))
                ends.extend([after] * len(plain))
        place = after
    return _Plain("".join(written), tuple(starts), tuple(ends))
