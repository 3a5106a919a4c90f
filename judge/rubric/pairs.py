"""Pairs: a response and its rival are asked about both ways round, so that which comes first decides nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.records import Record
    from judge.rubric.schema import Rubric
    from judge.scores import Judgement

ORDERS: Final = ("ab", "ba")
"""Part of a judge's fingerprint where it asks both; even repeats are then as logged, odd ones the other way."""

SIDES: Final = {"a": "b", "b": "a"}

ORDERS_DIFFER: Final = "orders differ"
"""What it is called where a judge prefers another response once the two have changed places."""

_FIELDS: Final = {"response": "rival", "rival": "response"}


def is_pairwise(rubric: Rubric) -> bool:
    """Whether a rubric compares a response with its rival: it reads both, and all criteria have values a and b."""
    names = [set(criterion.scale.names) for criterion in rubric.criteria]
    return {"response", "rival"} <= set(rubric.reads) and all(set(SIDES) <= each for each in names)


def asked_both_ways(content: Mapping[str, Any]) -> bool:
    """Whether the judge of this content asks both orders."""
    return tuple(content.get("orders", ())) == ORDERS


def is_turned(repeat: int) -> bool:
    """Whether a repeat of a judge that asks both orders is the one the other way round."""
    return repeat % len(ORDERS) == 1


def turned(record: Record) -> Record:
    """The record with its two responses in each other's place."""
    return replace(record, response=record.rival, rival=record.response)


def turned_back(judgement: Judgement) -> Judgement:
    """A judgement of a turned record as one of the record itself."""
    score = judgement.score
    return replace(
        judgement,
        score=SIDES.get(score, score) if isinstance(score, str) else score,
        probabilities={SIDES.get(name, name): value for name, value in judgement.probabilities.items()},
        evidence=tuple(replace(each, source=_FIELDS.get(each.source, each.source)) for each in judgement.evidence),
    )
