"""Probabilities: what the log-probabilities of a reply's tokens say about the values a judge could have chosen."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, Protocol

from judge.rubric.reply_form import SCORE
from judge.scales import NOT_APPLICABLE, Level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from judge.rubric.reply_object import ReplyObject
    from judge.rubric.schema import Criterion
    from judge.scales import Scale, Score

MAX_POINTS: Final = 101
"""Most points of an interval scale that are told apart."""

MIN_ALTERNATIVES: Final = 2
"""With one alternative listed, every judge would look certain."""

_ROUNDING: Final = 0.01
"""How far above certainty the alternatives listed at one place may sum to."""

_PIECE: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s\[\]{}:,"]+|[\[\]{}:,]', re.DOTALL)
_NUMERIC: Final = frozenset("+-.0123456789eE")


class Token(Protocol):
    """One token of a reply with its alternatives; `judge.models.request.TokenLogprob` is one."""

    @property
    def token(self) -> str:
        """Its text."""

    @property
    def logprob(self) -> float:
        """Natural logarithm of its probability."""

    @property
    def top(self) -> tuple[tuple[str, float], ...]:
        """The alternatives listed at its place, itself mostly among them, with their log-probabilities."""


def score_probabilities(
    criterion: Criterion, score: Score, reply: ReplyObject, text: str, tokens: Sequence[Token]
) -> dict[str, float]:
    """Value -> probability, for the values that the alternatives at the score's first tokens tell apart.

    At the first token of the score, the probability of every listed alternative goes to the one value that it begins.
    Where the token written begins several values (``un`` before ``unclear`` and ``unsupported``), the next token
    divides its share among them. The sum is brought to 1 over the values of the scale; ``not_applicable`` takes part
    in telling apart and is then left out. Values that no alternative begins are absent: the provider did not list them.

    Returns:
        Empty, rather than a guess, where the tokens do not spell the reply at the score, fewer than two alternatives
        are listed, they sum to more than 1, the token written has no probability, an alternative that was not written
        begins several values, or the scale has no finite set of values.
    """
    spellings = _spellings(criterion)
    span = _score_span(reply, text, criterion.name) if tokens and spellings else None
    if span is None:
        return {}
    start, end, quoted = span
    if text[start:end].lower() not in spellings:
        return {}
    placed = _place(tokens, text, start)
    if placed is None:
        return {}
    first, token_start = placed
    shares = _shares(spellings, text[token_start:start], tokens[first:], quoted=quoted)
    shares.pop(NOT_APPLICABLE, None)
    total = math.fsum(shares.values())
    if not total > 0 or not shares.get(str(score), 0.0) > 0:
        return {}
    return {value: share / total for value, share in shares.items()}


def _spellings(criterion: Criterion) -> dict[str, str]:
    """How each value is written in a reply, in lower case -> the value; empty where that is not one to one."""
    scale = criterion.scale
    values = {name: name for name in scale.names} if scale.level is not Level.INTERVAL else _points(scale)
    if values and criterion.not_applicable:
        values[NOT_APPLICABLE] = NOT_APPLICABLE
    lowered = {spelling.lower(): value for spelling, value in values.items()}
    return lowered if len(lowered) == len(values) else {}


def _points(scale: Scale) -> dict[str, str]:
    if scale.low is None or scale.high is None or scale.step is None:
        return {}
    count = round((scale.high - scale.low) / scale.step) + 1
    if count > MAX_POINTS:
        return {}
    spelled = (f"{scale.low + place * scale.step:g}" for place in range(count))
    return {spelling: str(float(spelling)) for spelling in spelled if scale.read(float(spelling)) is not None}


def _score_span(reply: ReplyObject, text: str, criterion: str) -> tuple[int, int, bool] | None:
    """Where the score's characters stand, without quotation marks, and whether it has them.

    The object was read before, so its pieces are known to be well formed, and no key stands in it twice.
    """
    pieces = list(_PIECE.finditer(text, reply.start, reply.end))
    depth, answer = 0, ""
    for place, match in enumerate(pieces):
        piece = match.group()
        if piece in "[{":
            depth += 1
        elif piece in "]}":
            depth -= 1
        elif piece[0] == '"' and pieces[place + 1].group() == ":":
            if depth == 1:
                answer = piece
            elif (answer, piece) == (f'"{criterion}"', f'"{SCORE}"'):
                value = pieces[place + 2]
                quoted = value.group()[0] == '"'
                return value.start() + quoted, value.end() - quoted, quoted
    return None


def _place(tokens: Sequence[Token], text: str, start: int) -> tuple[int, int] | None:
    """Which token holds the first character of the score, and where that token starts in the text.

    Tokens are laid along the text from its start, and if they part from it (a character split over several tokens is
    not given as text), from its end.
    """
    place = 0
    for number, token in enumerate(tokens):
        if not text.startswith(token.token, place):
            break
        if place <= start < place + len(token.token):
            return number, place
        place += len(token.token)
    place = len(text)
    for number in range(len(tokens) - 1, -1, -1):
        spelled = tokens[number].token
        if not text.endswith(spelled, 0, place):
            return None
        place -= len(spelled)
        if place <= start < place + len(spelled):
            return number, place
    return None


def _shares(spellings: Mapping[str, str], before: str, tokens: Sequence[Token], *, quoted: bool) -> dict[str, float]:
    """The probability of each value, walking along the written tokens until one is left; empty if that fails."""
    shares: dict[str, float] = {}
    left = set(spellings)
    written, scale = before, 1.0
    typed = ""
    for token in tokens:
        listed = dict(token.top)
        if len(listed) < MIN_ALTERNATIVES and not shares:
            return {}
        listed.setdefault(token.token, token.logprob)
        if max(listed.values()) > _ROUNDING or math.fsum(map(_chance, listed.values())) > 1 + _ROUNDING:
            return {}  # no log-probabilities, whatever the provider calls them
        following: set[str] = set()
        for alternative, logprob in listed.items():
            begun = {s for s in left if _begins(typed + alternative, written + s, quoted=quoted)}
            if alternative == token.token:
                following = begun
            if len(begun) == 1:
                value = spellings[next(iter(begun))]
                shares[value] = shares.get(value, 0.0) + scale * _chance(logprob)
            elif begun and alternative != token.token:
                return {}
        if len(following) <= 1:
            return shares if following else {}
        left, scale, typed = following, scale * _chance(token.logprob), typed + token.token
    return {}


def _chance(logprob: float) -> float:
    """The probability; a log-probability just above 0 is rounding, never more than certainty."""
    return math.exp(min(logprob, 0.0))


def _begins(typed: str, spelling: str, *, quoted: bool) -> bool:
    """Whether what was typed so far can go on to spell, or has just spelled, exactly this value."""
    typed, spelling = typed.lower(), spelling.lower()
    if len(typed) <= len(spelling):
        return bool(typed) and spelling.startswith(typed)
    if not typed.startswith(spelling):
        return False
    ends = typed[len(spelling)]
    return ends == '"' if quoted else ends not in _NUMERIC
