"""Views: what a template sees of a rubric, in words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from judge.rubric.reply_form import reply_answer, reply_text
from judge.scales import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.rubric.schema import Answer, Criterion, Example, Rubric


@dataclass(frozen=True, slots=True)
class ValueView:
    """A value of a scale and what it means."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class CriterionView:
    """A criterion; numbers are written out, and what does not belong to its scale is empty."""

    name: str
    question: str
    guidance: str
    values: tuple[ValueView, ...]
    names: str
    low: str
    high: str
    step: str
    good: str
    not_applicable: str
    quotes: str
    when: str


@dataclass(frozen=True, slots=True)
class ExampleView:
    """A worked example: its material and the right reply, each as JSON."""

    material: str
    reply: str


@dataclass(frozen=True, slots=True)
class RubricView:
    """The rubric's own words."""

    name: str
    version: int
    title: str
    guidance: str


def view_rubric(rubric: Rubric) -> RubricView:
    """What a template sees as ``rubric``."""
    return RubricView(rubric.name, rubric.version, rubric.title.strip(), rubric.guidance.strip())


def view_criterion(criterion: Criterion) -> CriterionView:
    """What a template sees as one of ``criteria``."""
    scale, evidence = criterion.scale, criterion.evidence
    return CriterionView(
        name=criterion.name,
        question=criterion.question.strip(),
        guidance=criterion.guidance.strip(),
        values=tuple(ValueView(name, meaning.strip()) for name, meaning in scale.values.items()),
        names=", ".join(f'"{name}"' for name in scale.names),
        low=_number(scale.low),
        high=_number(scale.high),
        step=_number(scale.step),
        good=scale.good[0] if scale.level is Level.INTERVAL else "",
        not_applicable=criterion.not_applicable.strip(),
        quotes=" and ".join(_source(field, evidence.roles.get(field, "")) for field in evidence.quote)
        if evidence
        else "",
        when=" or ".join(f'"{name}"' for name in evidence.when) if evidence else "",
    )


def view_examples(rubric: Rubric, criteria: Sequence[str]) -> tuple[ExampleView, ...]:
    """What a template sees as ``examples``: those that answer every criterion asked."""
    asked = [example for example in rubric.examples if all(name in example.answers for name in criteria)]
    return tuple(_view_example(rubric, example, criteria) for example in asked)


def _view_example(rubric: Rubric, example: Example, criteria: Sequence[str]) -> ExampleView:
    material = json.dumps({field: getattr(example, field) for field in example.fields}, ensure_ascii=False)
    answers = {name: _reply_answer(example.answers[name], rubric.criterion(name)) for name in criteria}
    return ExampleView(material, reply_text(answers))


def _reply_answer(answer: Answer, criterion: Criterion) -> dict[str, Any]:
    score = criterion.scale.read(answer.score)
    quotes = [(quote.source, quote.quote) for quote in answer.evidence]
    written = reply_answer(answer.score if score is None else _plain(score), answer.rationale, quotes)
    if criterion.evidence is None:
        del written["evidence"]
    return written


def _plain(score: str | float) -> str | float | int:
    return int(score) if isinstance(score, float) and score.is_integer() else score


def _source(field: str, role: str) -> str:
    return f"{field} (the {role})" if role else field


def _number(number: float | None) -> str:
    return "" if number is None else f"{number:g}"
