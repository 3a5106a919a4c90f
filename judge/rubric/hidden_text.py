"""Hidden text: characters that a model sees and a reader does not, made visible, honest uses told apart."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_SUBDIVISION_FLAGS: Final = "|".join(
    "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in code) + "\U000e007f"
    for code in ("gbeng", "gbsct", "gbwls")
)
"""The three flags that Unicode recommends for interchange (England, Scotland, Wales): tag characters in honest use."""

HIDDEN: Final = (
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, but not tab and line feed
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
    "]"
)
"""Characters that are not drawn, as a class of a regular expression."""

_ANY: Final = re.compile(HIDDEN)
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_HIDDEN: Final = re.compile(f"(?:{_SUBDIVISION_FLAGS})|{HIDDEN}")
_RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_JOINING: Final = re.compile(
    "[\u0600-\u08ff\u0900-\u0fff\u1000-\u109f\u1780-\u18af\u1a20-\u1cff\ua840-\uaaff\ufb50-\ufefc]"
)
"""Scripts in which joiners and non-joiners are spelling: Arabic to N'Ko, Indic, Tibetan, Myanmar, Khmer, Mongolian."""
_UNSPACED: Final = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf]")
"""Scripts without spaces between words, in which a zero-width space says where a line may break."""
_IDEOGRAPH: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KINDS: Final = {
    "bidi": "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    "zero_width": "\u200b\u200c\u200d\u2060\ufeff",
    "filler": "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0",
}


def show_hidden(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with hidden characters written out as ``⟦U+200B⟧``, and the kinds of hiding that no script explains.

    Characters that a script or an emoji needs (joiners in Persian, Hindi or family emoji, direction marks in Hebrew,
    one variation selector after a symbol) stay as they are and raise no flag. Soft hyphens, form feeds, C1 controls,
    a byte-order mark at the start and a lone left-to-right mark are shown, yet raise no flag: ordinary files hold them.

    Returns:
        The shown text, and the sorted kinds: ``bidi``, ``control``, ``filler``, ``format``, ``surrogate``, ``tag``,
        ``variation``, ``zero_width``.
    """
    return _written(text, lambda character: f"⟦U+{ord(character):04X}⟧")


def cut_hidden(text: str) -> str:
    """The text without the hidden characters that `show_hidden` would write out."""
    return _written(text, lambda _character: "")[0]


def _written(text: str, instead: Callable[[str], str]) -> tuple[str, tuple[str, ...]]:
    if not (_CONTROL if text.isascii() else _ANY).search(text):
        return text, ()
    kinds: set[str] = set()
    reads_right_to_left = bool(_RIGHT_TO_LEFT.search(text))

    def shown(match: re.Match[str]) -> str:
        found = match.group()
        if len(found) > 1 or _honest(text, match.start(), right_to_left=reads_right_to_left):
            return found
        if found == "\r" and text[match.end() : match.end() + 1] == "\n":
            return ""
        kind = _kind(text, match.start(), right_to_left=reads_right_to_left)
        if kind:
            kinds.add(kind)
        return instead(found)

    return _HIDDEN.sub(shown, text), tuple(sorted(kinds))


def is_hidden(character: str) -> bool:
    """Whether a single character is one that `show_hidden` may write out."""
    return _ANY.match(character) is not None


def _honest(text: str, place: int, *, right_to_left: bool) -> bool:
    """Whether the script or the emoji around a hidden character needs it there."""
    character, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if _selects_variation(character):
        return _has_variation(character, before, after)
    match character:
        case "\u200c":
            honest = bool(_JOINING.match(before))
        case "\u200d":
            honest = bool(_JOINING.match(before)) or (_pictures(before) and _pictures(after))
        case "\u200b":
            honest = bool(_UNSPACED.match(before) or _UNSPACED.match(after))
        case "\u200e" | "\u200f" | "\u061c":
            honest = right_to_left
        case "\u2800":
            honest = any("\u2801" <= near <= "\u28ff" for near in (before, after))
        case "\u115f" | "\u1160":
            honest = any("\u1100" <= near <= "\u11ff" and near != character for near in (before, after))
        case _:
            honest = False
    return honest


def _kind(text: str, place: int, *, right_to_left: bool) -> str:
    """What kind of hiding a character that is not honest stands for; empty where ordinary files hold it too."""
    character = text[place]
    if _ordinary(text, place, right_to_left=right_to_left):
        return ""
    for kind, members in _KINDS.items():
        if character in members:
            return kind
    if _selects_variation(character):
        return "variation"
    if character >= "\U000e0000":
        return "tag"
    return {"Cc": "control", "Cs": "surrogate"}.get(unicodedata.category(character), "format")


def _ordinary(text: str, place: int, *, right_to_left: bool) -> bool:
    """Whether files that hide nothing hold this character too: soft hyphens, form feeds, C1 controls, a lone mark."""
    character = text[place]
    if character in "\u202a\u202b\u202c\u2066\u2067\u2068\u2069":
        return right_to_left
    if character == "\u200e":
        return text[place - 1 : place] != character != text[place + 1 : place + 2]
    return (
        character in "\xad\u2028\u2029\r\x0b\x0c"
        or "\x80" <= character <= "\x9f"
        or (character, place) == ("\ufeff", 0)
    )


def _selects_variation(character: str) -> bool:
    return (
        "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
        or character in "\u180b\u180c\u180d\u180f"
    )


def _has_variation(selector: str, before: str, after: str) -> bool:
    """Whether the character before a variation selector comes in variations; another selector never does."""
    if not before or _selects_variation(before):
        return False
    if selector in "\u180b\u180c\u180d\u180f":
        return "\u1800" <= before <= "\u18af"
    if selector >= "\U000e0100":
        return bool(_IDEOGRAPH.match(before))
    if selector in "\ufe0e\ufe0f" and before in "0123456789#*":
        return after == "\u20e3"
    return bool(_IDEOGRAPH.match(before)) or unicodedata.category(before) in {"So", "Sm", "Sk", "Po", "Pd"}


def _pictures(character: str) -> bool:
    """Whether a character can be part of an emoji that a joiner holds together."""
    return bool(character) and (character == "\ufe0f" or unicodedata.category(character) in {"So", "Sk", "Sm"})
