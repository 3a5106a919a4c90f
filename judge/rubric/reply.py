"""Replies: from the text that a judge model gives back to one judgement per criterion, or the reason why there is none.

What can be wrong, as ``reason`` and the code that starts an abstention's detail:

    empty         empty
    cut           cut, thinking
    unreadable    not_json, not_an_object, prose, too_long, too_deep, not_finite, huge_number, unknown_key, wrong_type,
                  too_many_quotes
    ambiguous     several_objects, duplicate_key
    off_scale     off_scale, not_offered
    incomplete    missing_criterion, missing_score
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from judge.rubric.probability import score_probabilities
from judge.rubric.quotes import Quotable
from judge.rubric.reply_form import EVIDENCE, QUOTE, RATIONALE, SCORE, SOURCE
from judge.rubric.reply_object import FlawError, ReplyObject, brief, describe, read_object
from judge.rubric.schema import allowed_scores
from judge.scales import NOT_APPLICABLE, Level
from judge.scores import Abstention, Judgement, Quote, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from judge.records import Record
    from judge.rubric.probability import Token
    from judge.rubric.schema import Criterion, Rubric
    from judge.scales import Score

FALSE_QUOTE: Final = "false_quote"
"""The sign on a judgement that quotes words which do not stand where they are said to stand."""

MAX_QUOTES: Final = 50
"""Most quotes for one criterion; it bounds the time that looking for them can take."""

_UNSTORABLE: Final = re.compile("[\ud800-\udfff\x00]")


def read_reply(
    rubric: Rubric,
    record: Record,
    text: str | None,
    *,
    criteria: Sequence[str],
    logprobs: Sequence[Token] = (),
    repeat: int = 0,
) -> tuple[Judgement, ...]:
    """One judgement per criterion asked, in their order, whatever the reply holds.

    The reply must be one whole JSON object of the form that was asked for: an object per criterion with ``evidence``,
    ``rationale`` and ``score``, and no other key. Two things are forgiven because they leave nothing to guess: a
    missing rationale or evidence, and a value that differs from exactly one on the scale in ASCII case or in white
    space around it. Numbers in quotation marks are not numbers, booleans are not scores.

    Args:
        rubric: The rubric asked.
        record: The record asked about, against which quotes are checked.
        text: The reply, or None where there is none.
        criteria: Names of the criteria asked in this call.
        logprobs: The reply's tokens with their alternatives, if the provider gives them.
        repeat: Which repeat of the same question this answers, from 0.
    """
    reading = _Reading(rubric, record, repeat)
    try:
        reply = read_object(text or "")
        _only(reply.content, criteria, "the reply")
    except FlawError as flaw:
        return tuple(reading.abstention(name, flaw) for name in criteria)
    texts = Quotable(record, rubric.reads)
    return tuple(reading.judgement(reply, text or "", name, texts, logprobs) for name in criteria)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What every judgement of one reply shares."""

    rubric: Rubric
    record: Record
    repeat: int

    def abstention(self, criterion: str, flaw: FlawError, rationale: str = "") -> Judgement:
        return Judgement(
            record_id=self.record.id,
            rubric=self.rubric.name,
            criterion=criterion,
            abstention=Abstention(flaw.reason, flaw.detail),
            rationale=rationale,
            repeat=self.repeat,
        )

    def judgement(
        self, reply: ReplyObject, text: str, name: str, texts: Quotable, logprobs: Sequence[Token]
    ) -> Judgement:
        criterion = self.rubric.criterion(name)
        rationale = ""
        try:
            answer = _answer(reply.content, criterion)
            rationale = storable(_string(answer.get(RATIONALE, ""), f"{name}.{RATIONALE}"))
            evidence = tuple(_quotes(answer.get(EVIDENCE, []), criterion, texts))
            score = _score(answer[SCORE], criterion)
        except FlawError as flaw:
            return self.abstention(name, flaw, rationale)
        return Judgement(
            record_id=self.record.id,
            rubric=self.rubric.name,
            criterion=name,
            score=score,
            probabilities=score_probabilities(criterion, score, reply, text, logprobs),
            rationale=rationale,
            evidence=evidence,
            suspicious=() if all(quote.found for quote in evidence) else (FALSE_QUOTE,),
            repeat=self.repeat,
        )


def _answer(content: Mapping[str, Any], criterion: Criterion) -> Mapping[str, Any]:
    if criterion.name not in content:
        raise FlawError(Reason.INCOMPLETE, "missing_criterion", f"the key {brief(criterion.name)} is missing")
    answer = content[criterion.name]
    if not isinstance(answer, dict):
        raise _wrong_type(criterion.name, answer, "an object")
    _only(answer, (EVIDENCE, RATIONALE, SCORE), criterion.name)
    if SCORE not in answer:
        raise FlawError(Reason.INCOMPLETE, "missing_score", f"{criterion.name} has no {brief(SCORE)}")
    return answer


def _only(content: Mapping[str, Any], allowed: Sequence[str], where: str) -> None:
    """Refuse keys that were not asked for: one of them could be a second, different score."""
    for key in content:
        if key not in allowed:
            words = f"the key {brief(key)} in {where} is not among {', '.join(allowed)}"
            raise FlawError(Reason.UNREADABLE, "unknown_key", words)


def _score(value: object, criterion: Criterion) -> Score:
    """The score that a value is on the criterion's scale.

    Raises:
        FlawError: It is none, or says that the question does not arise.
    """
    scale = criterion.scale
    spelled = _respelled(value, (*scale.names, NOT_APPLICABLE)) if isinstance(value, str) else value
    if spelled == NOT_APPLICABLE and isinstance(spelled, str):
        if criterion.not_applicable:
            raise FlawError(Reason.NOT_APPLICABLE, NOT_APPLICABLE, "the judge says the question does not arise")
        words = f"{criterion.name} was scored {NOT_APPLICABLE}, which the rubric does not offer"
        raise FlawError(Reason.OFF_SCALE, "not_offered", f"{words}; {allowed_scores(scale)}")
    score = scale.read(spelled) if isinstance(spelled, str | int | float) else None
    if score is None:
        words = f"{criterion.name} was scored {brief(value)}; {allowed_scores(scale)}"
        number_in_quotes = scale.level is Level.INTERVAL and isinstance(value, str)
        hint = ", written without quotation marks" if number_in_quotes else ""
        raise FlawError(Reason.OFF_SCALE, "off_scale", words + hint)
    return score


def _respelled(value: str, names: Sequence[str]) -> str:
    """The one name that a value is but for ASCII case and white space around it, else the value as it is."""
    if value in names:
        return value
    trimmed = value.strip(" \t\r\n")
    alike = [name for name in names if trimmed.isascii() and name.isascii() and name.lower() == trimmed.lower()]
    return trimmed if trimmed in names else alike[0] if len(alike) == 1 else value


def _quotes(value: object, criterion: Criterion, texts: Quotable) -> list[Quote]:
    where = f"{criterion.name}.{EVIDENCE}"
    if not isinstance(value, list):
        raise _wrong_type(where, value, "a list")
    if len(value) > MAX_QUOTES:
        words = f"{where} has {len(value):,} quotes; at most {MAX_QUOTES} are read"
        raise FlawError(Reason.UNREADABLE, "too_many_quotes", words)
    kept: list[Quote] = []
    roles = {str(field): role for field, role in criterion.evidence.roles.items()} if criterion.evidence else {}
    for entry in value:
        if not isinstance(entry, dict):
            raise _wrong_type(where, entry, f"objects with {brief(SOURCE)} and {brief(QUOTE)}")
        _only(entry, (SOURCE, QUOTE), where)
        source = _string(entry.get(SOURCE), f"{where}.{SOURCE}")
        words = _string(entry.get(QUOTE), f"{where}.{QUOTE}")
        if words.strip():
            kept.append(texts.check(storable(source), storable(words), roles.get(source.partition("[")[0], "")))
    return kept


def _string(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong_type(where, value, "a string")
    return value


def _wrong_type(where: str, value: object, wanted: str) -> FlawError:
    return FlawError(Reason.UNREADABLE, "wrong_type", f"{where} is {describe(value)}, where {wanted} was asked for")


def storable(value: Any) -> Any:
    """A JSON value with what no database takes (NUL, halves of surrogate pairs) replaced; the raw reply is kept."""
    match value:
        case str():
            return _UNSTORABLE.sub("\ufffd", value)
        case list():
            return [storable(each) for each in value]
        case dict():
            return {storable(key): storable(each) for key, each in value.items()}
    return value
