"""Language: which language a text is in, as far as its commonest words or its script tell."""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = {
    "en": "the and is of to in you for my can how what do it with when are this have your not please",
    "de": "der die das und ist ich nicht wie kann ein eine mein zu den von mit auf wann es sie mir",
    "es": "el la los que de y es en un una mi por para como cómo puedo con no se cuándo del",
    "fr": "le la les et est je ne pas un une mon pour dans vous que comment avec des du quand",
    "it": "il lo gli che di è un una mio per non come con sono della posso quando mi si del",
    "pt": "o os que de e é um uma meu para não como com são da posso quando do em por",
    "nl": "de het een en is ik niet van hoe kan mijn te met op wanneer dat voor zijn wat er",
}
_OF_WORD: Final[dict[str, tuple[str, ...]]] = {}
for _name, _list in _WORDS.items():
    for _word in _list.split():
        _OF_WORD[_word] = (*_OF_WORD.get(_word, ()), _name)

_TOKEN: Final = re.compile(r"[^\W\d_]+")
_SCRIPTS: Final = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
)
LONGEST: Final = 1000
"""Characters that are looked at."""

OTHER: Final = "other"


def language_of(text: str) -> str:
    """A language's code, or ``other`` where too little tells."""
    head = text[:LONGEST]
    for name, script in () if head.isascii() else _SCRIPTS:
        if script.search(head):
            return name
    votes = dict.fromkeys(_WORDS, 0.0)
    for word in _TOKEN.findall(head.lower()):
        names = _OF_WORD.get(word, ())
        for name in names:
            votes[name] += 1 / len(names)
    best = max(votes, key=lambda name: votes[name])
    return best if votes[best] >= 1 else OTHER
