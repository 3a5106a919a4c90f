"""Orders: sentences in a record that speak to whoever rates it, rather than to the user."""

from __future__ import annotations

import re
from typing import Final

ORDERS: Final = "orders"
"""The sign of such a sentence."""

_RATED: Final = (
    r"(?:(?:this|the|my|our|that|each|every) ){0,2}(?:\w{1,20} )?"
    r"(?:response|answer|output|reply|submission|summary|text)s?"
)
_RATERS: Final = r"(?:judge|evaluator|grader|reviewer|annotator|evaluation model)s?"
_SCORES: Final = r"(?:score|rating|grade|judge?ment|verdict)s?"
_BEST: Final = r"(?:highest|top|best|full|maximum|max|perfect|passing|positive|favou?rable|good|high)"
_SCORE_WORDS: Final = ("score", "rating", "grade", "verdict", "judg")
_RATER_WORDS: Final = ("judg", "evaluat", "grade", "reviewer", "annotator")

_PATTERNS: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    # Forget what you were told.
    (
        ("ignor", "disregard", "forget"),
        (
            r"\b(?:ignore|disregard|forget)\b[^\n.!?]{0,40}?"
            r"\b(?:previous|prior|above|earlier|preceding|all|the|your|these|those|any|original|system)\b[^\n.!?]{0,30}?"
            r"\b(?:instruction|prompt|rule|rubric|guideline|criteri|direction|order|guidance)"
        ),
    ),
    (
        ("ignor", "vergiss", "olvida", "oubliez"),
        (
            r"\b(?:ignorier\w{0,3}|vergiss|ignora|olvida|ignorez|oubliez)\b[^\n.!?]{0,40}?"
            r"\b(?:anweisung|vorgabe|regel|rubrik|instruccion|reglas|instructions|consignes|règles)"
        ),
    ),
    (("忽略", "无视", "忘记"), r"(?:忽略|无视|忘记)[^\n。！？]{0,12}(?:指令|指示|说明|规则|标准)"),
    # Give it that score.
    (
        ("rate ", "evaluat", *_SCORE_WORDS),
        (
            rf"\b(?:rate|score|grade|judge|evaluate) {_RATED} "
            r"(?:\w{1,12} ){0,2}(?:as|with|at|an?|\d)\b"
        ),
    ),
    (
        _SCORE_WORDS,
        (
            r"\b(?:give|assign|award|return|output|choose|select|deserves?|set|respond with|reply with|answer with)\b"
            rf"[^\n.!?]{{0,50}}?\b{_BEST}(?: possible)? {_SCORES}\b"
        ),
    ),
    (
        _SCORE_WORDS,
        (
            r"\b(?:the|its|your) (?:only )?(?:correct|right|true|proper|appropriate|expected|required) "
            rf"{_SCORES}(?: \w{{1,20}}){{0,6}}?(?: (?:is|are|should be|must be)\b| ?[:=])"
        ),
    ),
    (_SCORE_WORDS, rf"\b{_SCORES} (?:must|should|has to|shall) be\b"),
    # You there.
    (
        _RATER_WORDS,
        (
            r"\b(?:dear|attention|note|notice|message|memo|instructions?|reminder|guidance|hey|hello)[ ,:]{1,2}"
            rf"(?:(?:to|for) )?(?:the )?(?:\w{{1,12}} ){{0,2}}{_RATERS}\b"
        ),
    ),
    (_RATER_WORDS, rf"\bas (?:an?|the) (?:\w{{1,14}} ){{0,3}}{_RATERS}\b[^\n.!?]{{0,40}}?\byou\b"),
    (
        ("system ", "developer ", "admin", "evaluat"),
        (
            r"(?:^|(?<=[\n\[(<{*#]))[ ]{0,4}(?:system|developer|admin(?:istrator)?|evaluation) "
            r"(?:message|prompt|override|note|notice|instruction|update|directive)s?\b"
        ),
    ),
    (
        ("instruction", "rubric"),
        (
            r"\b(?:new|updated|revised|additional|following) (?:\w{1,14} )?"
            r"(?:instruction|rubric)s?"
            r" ?(?::|\breplaces?\b|\bsupersedes?\b|\boverrides?\b|\bapply\b|\bapplies\b)"
        ),
    ),
    # Here is your reply, written for you.
    (_SCORE_WORDS, r"[\"']?\b(?:score|rating|verdict|grade)[\"']? ?: ?[\"'][^\"'\n]{1,60}[\"'] ?[,}]"),
)
_COMPILED: Final = tuple((hints, re.compile(pattern, re.IGNORECASE)) for hints, pattern in _PATTERNS)
_HINTS: Final = tuple(dict.fromkeys(hint for hints, _ in _PATTERNS for hint in hints))
_ASCII_HINTS: Final = tuple(hint for hint in _HINTS if hint.isascii())
"""Looking for a word is far faster than looking for a pattern, and most texts hold none of the words."""

_LONGEST: Final = 2_000
"""Characters of a sentence before its order; a hostile text has no ends to look for."""
_SENTENCE_END: Final = re.compile(r"(?<=[.!?。！？])[\s\"')\]]{1,4}|\n")


def find_orders(text: str) -> list[tuple[int, int]]:
    """Where sentences stand that tell a rater what to do: (start, end) in code points, in order, not overlapping.

    It is a sign for people and for a second look, never a reason to change a score: a response about judges, or one
    that quotes an attack, has such sentences too. Attacks in other words go unseen.
    """
    small = text.lower()
    hinted = {hint for hint in (_ASCII_HINTS if text.isascii() else _HINTS) if hint in small}
    if not hinted:
        return []
    found: list[tuple[int, int]] = []
    for hints, pattern in _COMPILED:
        if not hinted.isdisjoint(hints):
            found += _sentences(text, pattern)
    spans: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def cut_orders(text: str) -> str:
    """The text without the sentences that `find_orders` finds."""
    for start, end in reversed(find_orders(text)):
        text = text[:start] + text[end:]
    return text


def _sentences(text: str, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    """The sentences that hold a match, each looked for once."""
    spans: list[tuple[int, int]] = []
    for match in pattern.finditer(text):
        if not spans or match.start() >= spans[-1][1]:
            spans.append(_sentence(text, *match.span()))
    return spans


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence or line around a span; white space after it goes with it."""
    first = max(0, start - _LONGEST)
    edges = (edge.end() for edge in _SENTENCE_END.finditer(text, first, start + 1))
    begin = max((edge for edge in edges if edge <= start), default=first)
    after = _SENTENCE_END.search(text, end)
    if after is None:
        return begin, len(text)
    # A line break is a boundary of its own and stays.
    return begin, after.start() if text[after.start()] == "\n" else after.end()
