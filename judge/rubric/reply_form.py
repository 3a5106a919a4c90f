"""The form of a reply: the JSON that a judge model is asked for, as schema, as skeleton, and written out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from judge.scales import NOT_APPLICABLE, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from judge.rubric.schema import Criterion, Rubric
    from judge.scales import Scale, Score

EVIDENCE: Final = "evidence"
RATIONALE: Final = "rationale"
SCORE: Final = "score"
SOURCE: Final = "source"
QUOTE: Final = "quote"


def reply_schema(rubric: Rubric, criteria: Sequence[str]) -> dict[str, Any]:
    """JSON Schema of the reply to one call, within what strict structured output allows.

    Every key is required and no other is allowed. Evidence and rationale come before the score, so that the score
    follows from them and not they from it. Limits of numbers and lengths are left out: providers differ in whether they
    take them, and `judge.rubric.reply` enforces them anyway. The schema depends on rubric and criteria alone, never on
    the record, so that a provider compiles it once.

    Args:
        rubric: The rubric.
        criteria: Names of the criteria asked, in order.
    """
    return _closed({name: _closed(_answer_properties(rubric.criterion(name))) for name in criteria})


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _answer_properties(criterion: Criterion) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    if criterion.evidence:
        source = {"type": "string", "enum": list(criterion.evidence.quote)}
        quote = {"type": "string", "description": "Copied letter by letter from the material."}
        properties[EVIDENCE] = {"type": "array", "items": _closed({SOURCE: source, QUOTE: quote})}
    properties[RATIONALE] = {"type": "string", "description": "Why, in one to three sentences, before scoring."}
    properties[SCORE] = _score_schema(criterion)
    return properties


def _score_schema(criterion: Criterion) -> dict[str, Any]:
    scale = criterion.scale
    if scale.level is not Level.INTERVAL:
        names = [*scale.names, NOT_APPLICABLE] if criterion.not_applicable else list(scale.names)
        return {"type": "string", "enum": names}
    number = {"type": "integer" if _whole(scale) else "number"}
    if not criterion.not_applicable:
        return number
    return {"anyOf": [number, {"type": "string", "enum": [NOT_APPLICABLE]}]}


def _whole(scale: Scale) -> bool:
    """Whether every allowed number of an interval scale is a whole one."""
    return scale.step is not None and scale.low is not None and scale.step.is_integer() and scale.low.is_integer()


def reply_skeleton(rubric: Rubric, criteria: Sequence[str]) -> str:
    """The form as a judge model is shown it, for those that get no schema."""
    form: dict[str, Any] = {}
    for name in criteria:
        evidence = rubric.criterion(name).evidence
        form[name] = {EVIDENCE: [{SOURCE: evidence.quote[0], QUOTE: "..."}]} if evidence else {}
        form[name] |= {RATIONALE: "...", SCORE: "..."}
    return json.dumps(form)


def reply_answer(score: Score | int, rationale: str = "", evidence: Iterable[tuple[str, str]] = ()) -> dict[str, Any]:
    """The answer to one criterion, in the form of a reply.

    Args:
        score: A value of the criterion's scale, or ``not_applicable``.
        rationale: Why.
        evidence: Pairs of source (a field's name) and quote.
    """
    quotes = [{SOURCE: source, QUOTE: quote} for source, quote in evidence]
    return {EVIDENCE: quotes, RATIONALE: rationale, SCORE: score}


def reply_text(answers: Mapping[str, Mapping[str, Any]]) -> str:
    """A whole reply from criterion name -> `reply_answer`: what a judge that is no LLM, or a test, can give back."""
    return json.dumps(answers, ensure_ascii=False)
