"""The baseline judge as a judge model: it answers the shipped rubrics offline, and no others."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from judge.models.baseline.criteria import CRITERIA
from judge.models.prices import FREE
from judge.models.request import Permanent, Reply
from judge.scales import Level
from judge.scores import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.models.baseline.assessment import Assessment
    from judge.models.request import Price, Request
    from judge.rubric.schema import Criterion
    from judge.scales import Scale

NAME: Final = "baseline"


@cache
def version() -> str:
    """Hash of the program and its fitted files: another version is another judge."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.iterdir()):
        if path.suffix in {".py", ".json", ".npz"}:
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


class BaselineModel:
    """The embedded judge: no LLM, no network, the same answer to the same record every time."""

    @property
    def name(self) -> str:
        """How users spell it."""
        return NAME

    @property
    def identity(self) -> Mapping[str, Any]:
        """Endpoint, model and version."""
        return {"endpoint": "embedded", "model": NAME, "version": version()}

    @property
    def price(self) -> Price:
        """It costs nothing."""
        return FREE

    async def ask(self, request: Request) -> Reply:
        """Answer the criteria of a shipped rubric.

        Raises:
            Permanent: The rubric is not one of the shipped, so that any answer would be a guess.
        """
        found = {name: self._assess(request, request.rubric.criterion(name)) for name in request.criteria}
        answers = {name: _answer(each, request.rubric.criterion(name)) for name, each in found.items()}
        return Reply(
            text=json.dumps(answers, ensure_ascii=False),
            model=NAME,
            prompt_tokens=0,
            completion_tokens=0,
            probabilities={name: dict(each.probabilities) for name, each in found.items()},
        )

    async def close(self) -> None:
        """Do nothing: there is no connection."""

    def _assess(self, request: Request, criterion: Criterion) -> Assessment:
        assess = CRITERIA.get((request.rubric.name, criterion.name))
        if assess is None or not _is_scale(assess.values, criterion.scale):
            shipped = ", ".join(sorted({rubric for rubric, _ in CRITERIA}))
            raise Permanent(
                f"the baseline answers the shipped rubrics only ({shipped}), not {request.rubric.name} {criterion.name}",
                reason=Reason.UNSUPPORTED,
            )
        return assess(request.record)


def _is_scale(values: tuple[str, ...], scale: Scale) -> bool:
    """Whether a scale is the one with these values; only where values have an order is it part of the question."""
    if scale.level in {Level.BINARY, Level.NOMINAL}:
        return sorted(values) == sorted(scale.names)
    return values == scale.names


def _answer(assessment: Assessment, criterion: Criterion) -> dict[str, Any]:
    answer: dict[str, Any] = {"rationale": assessment.rationale, "score": assessment.score}
    asked = criterion.evidence is not None and (
        not criterion.evidence.when or assessment.score in criterion.evidence.when
    )
    if criterion.evidence is not None:
        quotes = assessment.quotes if asked else ()
        answer = {"evidence": [{"source": source, "quote": words} for source, words in quotes]} | answer
    return answer
