"""Words: a text as tokens with a base form, a number or a kind, in sentences."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from judge.models.baseline.lexicon import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,:]\d+)*(?:(?:st|nd|rd|th)\b)?")
_BREAK: Final = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])|\s*\n+\s*(?:[-*•]\s+|\d+[.)]\s+)?")
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Inc|Corp|Ltd|Co|vs|etc|No|Gen|Sen|Rep|Gov|Lt|Sgt|"
    r"U\.S|U\.K|U\.N|a\.m|p\.m|e\.g|i\.e|Jan|Feb|Mar|Apr|Aug|Sept|Oct|Nov|Dec)|\b[A-Z])\.$"
)

FUNCTION_WORDS: Final = frozenset(
    """a an the this that these those i me my mine we us our ours you your yours he him his she her hers it its they
    them their theirs who whom whose which what when where why how and or but nor so yet if then than as at by for
    from in into of off on onto out over to up with about above across after against along among around before
    behind below beneath beside besides between beyond down during inside near outside through throughout toward
    towards under until upon within via per am is are was were be been being have has had having do does did doing
    will would shall should can could may might must ought there here too also just very s t d ll m re ve such some
    any each every other another both either because while although though since whether however therefore thus
    hence etc am pm mr mrs ms dr said say says saying one ones let us following follow follows overall additionally
    furthermore moreover despite due according include includes included including like make makes made take takes
    took""".split()
)
NEGATORS: Final = frozenset(
    """no not never none nobody nothing neither nor nowhere without cannot hardly barely scarcely lack lacks lacked
    lacking unable fail fails failed refuse refuses refused deny denies denied""".split()
)
QUANTIFIERS: Final = frozenset(
    """all only always every both each entire entirely whole completely totally fully solely exclusively never none
    most many few several some half majority minority least exactly precisely""".split()
)
HEDGES: Final = frozenset(
    """may might could possibly perhaps probably likely potentially generally typically usually often sometimes suggest
    suggests suggested appear appears appeared seem seems seemed about approximately around roughly estimated
    reportedly allegedly""".split()
)
_NUMBERS: Final = {
    word: value
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty""".split()
    )
} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
    "thousand": 1000,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "dozen": 12,
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "twice": 2,
}
_ORDINAL: Final = re.compile(r"(?:st|nd|rd|th)\b")


class Word(NamedTuple):
    """What is known of a spelling.

    Attributes:
        key: Base form that related spellings share; the number as text for numbers.
        row: Row of the word table, or -1.
        weight: How telling the word is, 0 to 1, from its rank by frequency.
        content: Whether it is more than a function word.
        number: Whether it is a number.
    """

    key: str
    row: int
    weight: float
    content: bool
    number: bool


class Token(NamedTuple):
    """One word of a text: what it is, whether written with a capital, and where it stands (code points)."""

    word: Word
    capital: bool
    start: int
    end: int


_known: dict[str, Word] = {}
_MOST_KNOWN: Final = 20_000


def word_of(spelling: str) -> Word:
    """What is known of a spelling, remembered."""
    found = _known.get(spelling)
    if found is None:
        if len(_known) > _MOST_KNOWN:
            _known.clear()
        found = _known[spelling] = _look_up(spelling)
    return found


def _look_up(spelling: str) -> Word:
    if spelling[0].isdigit():
        return Word(_number(spelling), -1, 0.9, content=True, number=True)
    plain = spelling.lower().replace("’", "'")
    if plain.endswith("n't") or plain == "cannot":
        return Word("not", -1, 0.3, content=False, number=False)
    plain = plain.removesuffix("'s").split("'")[0] or plain
    table = lexicon()
    row = table.row.get(plain, -1)
    if plain in _NUMBERS and plain not in {"one", "second"}:
        return Word(f"{_NUMBERS[plain]:g}", row, 0.5, content=True, number=True)
    if plain in FUNCTION_WORDS or plain in NEGATORS or len(plain) == 1:
        return Word(plain, row, 0.05, content=False, number=False)
    base = table.bases[row] if row >= 0 else stem(plain)
    if row < 0:
        row = table.row.get(base, -1)
        base = table.bases[row] if row >= 0 else base
    weight = table.weight(row)
    return Word(base, row, weight, content=True, number=False)


def _number(spelling: str) -> str:
    spelling = _ORDINAL.sub("", spelling)
    if ":" in spelling:
        return spelling
    try:
        return f"{float(spelling.replace(',', '')):g}" if len(spelling) < 12 else spelling
    except ValueError:
        return spelling


def stem(word: str) -> str:
    """The word without its common endings, for words that are not in the table."""
    for ending, put in (("ies", "y"), ("sses", "ss"), ("s", ""), ("ing", ""), ("ed", ""), ("ly", "")):
        if word.endswith(ending) and len(word) - len(ending) > 3 and not word.endswith(("ss", "us", "is")):
            return word[: -len(ending)] + put
    return word


def tokens(text: str) -> list[Token]:
    """The words and numbers of a text."""
    found = []
    for match in _TOKEN.finditer(text):
        spelling = match.group()
        word = _known.get(spelling) or word_of(spelling)
        found.append(Token(word, spelling[0].isupper(), match.start(), match.end()))
    return found


def sentences(text: str, most: int | None = None) -> list[tuple[int, int]]:
    """Where the sentences, lines and list items of a text begin and end (code points, without outer blanks).

    Args:
        text: The text.
        most: Only so many, from the first.
    """
    return list(islice(((a, b) for a, b in _spans(text) if b > a), most))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _BREAK.finditer(text):
        if _ABBREVIATION.search(text, max(start, match.start() - 12), match.start()) and "\n" not in match.group():
            continue
        yield _trimmed(text, start, match.start())
        start = match.end()
    yield _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
