"""Words: how a text of any script is cut before it is compared."""

from __future__ import annotations

import unicodedata
from typing import Final

_UNSPACED: Final = (
    ("\u0e00", "\u0eff"),  # Thai, Lao
    ("\u1000", "\u109f"),  # Myanmar
    ("\u1780", "\u17ff"),  # Khmer
    ("\u3005", "\u3007"),  # ideographic iteration marks
    ("\u3040", "\u30ff"),  # kana
    ("\u3400", "\u4dbf"),  # CJK extension A
    ("\u4e00", "\u9fff"),  # CJK
    ("\uf900", "\ufaff"),  # CJK compatibility
    ("\U00020000", "\U0003ffff"),  # CJK extension B and later
)


def words(text: str) -> list[str]:
    """Lower-case runs of letters, marks and digits; characters of scripts written without blanks stand alone.

    On ASCII text these are the tokens of the rouge-score package, which elsewhere cuts "größe" in two and sees no word
    at all in Greek or Chinese.
    """
    pieces: list[str] = []
    for char in unicodedata.normalize("NFC", text).lower():
        if stands_alone(char):
            pieces += (" ", char, " ")
        else:
            pieces.append(char if unicodedata.category(char)[0] in "LMN" else " ")
    return "".join(pieces).split()


def stands_alone(char: str) -> bool:
    """Whether a character belongs to a script written without blanks between words (Chinese, Japanese, Thai, ...)."""
    return char >= _UNSPACED[0][0] and any(low <= char <= high for low, high in _UNSPACED)
