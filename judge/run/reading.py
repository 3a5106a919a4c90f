"""Reading: from a reply on the ledger to judgements, as often as one likes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from judge.models.request import Reply, TokenLogprob
from judge.rubric.pairs import turned_back
from judge.rubric.reply import read_reply
from judge.scores import Abstention, Judgement, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.records import Record
    from judge.rubric.schema import Rubric

StoredReply = Mapping[str, Any]
"""A reply as the ledger keeps it: everything that reading needs, and the raw body."""


def to_stored(reply: Reply, suspicious: Sequence[str]) -> dict[str, Any]:
    """A reply in the form that the ledger keeps; what is empty is left out."""
    stored = {
        "text": reply.text,
        "problem": reply.problem,
        "detail": reply.detail,
        "mode": reply.mode,
        "raw": reply.raw,
        "logprobs": [[t.token, t.logprob, [list(pair) for pair in t.top]] for t in reply.logprobs],
        "probabilities": {name: dict(values) for name, values in reply.probabilities.items()},
        "suspicious": list(suspicious),
    }
    return {name: value for name, value in stored.items() if value}


def read(
    stored: StoredReply,
    *,
    rubric: Rubric,
    record: Record,
    criteria: Sequence[str],
    repeat: int,
    was_turned: bool = False,
) -> tuple[Judgement, ...]:
    """The judgements that a stored reply gives, one for each criterion asked.

    Args:
        stored: The reply.
        rubric: The rubric.
        record: The record as it was shown.
        criteria: The criteria asked.
        repeat: Which repeat it is.
        was_turned: Whether its two responses were shown in each other's place.
    """
    if stored.get("problem"):
        abstention = Abstention(Reason(stored["problem"]), stored.get("detail", ""))
        judgements = tuple(
            Judgement(record.id, rubric.name, name, abstention=abstention, repeat=repeat) for name in criteria
        )
    else:
        logprobs = tuple(
            TokenLogprob(token, _logarithm(value), tuple((other, _logarithm(p)) for other, p in top))
            for token, value, top in stored.get("logprobs", ())
        )
        text = stored.get("text") or ""
        judgements = read_reply(rubric, record, text, criteria=criteria, logprobs=logprobs, repeat=repeat)
    done = (_completed(judgement, stored) for judgement in judgements)
    return tuple(turned_back(judgement) if was_turned else judgement for judgement in done)


def _logarithm(logprob: float | None) -> float:
    """JSON has no infinity: the log-probability of what was impossible is null on the ledger."""
    return -math.inf if logprob is None else logprob


def _completed(judgement: Judgement, stored: StoredReply) -> Judgement:
    given = stored.get("probabilities", {}).get(judgement.criterion)
    if given and judgement.score is not None:
        judgement = replace(judgement, probabilities=given)
    if stored.get("suspicious"):
        judgement = replace(judgement, suspicious=(*stored["suspicious"], *judgement.suspicious))
    return judgement
