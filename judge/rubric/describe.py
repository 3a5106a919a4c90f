"""Describing rubrics: as a list to choose from, and one in full, in plain text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from judge.scales import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from judge.rubric.schema import Criterion, Rubric

WIDTH: Final = 100
_HASH: Final = 12


def describe_all(rubrics: Iterable[Rubric]) -> str:
    """One line per rubric: name, what it asks, and which fields it reads."""
    rows = [(rubric.name, rubric.title, _reads(rubric)) for rubric in rubrics]
    if not rows:
        return ""
    first, second = (max(len(row[place]) for row in rows) for place in (0, 1))
    return "\n".join(f"{name:<{first}}  {title:<{second}}  reads {reads}" for name, title, reads in rows)


def describe(rubric: Rubric) -> str:
    """A rubric in full: everything a rater is told, what it rests on, and its hash."""
    return "\n".join(_lines(rubric))


def _lines(rubric: Rubric) -> Iterator[str]:
    yield f"{rubric.name}, version {rubric.version}: {rubric.title}"
    yield f"reads {_reads(rubric)}"
    if len(rubric.criteria) > 1:
        yield f"asks {len(rubric.criteria)} criteria {rubric.ask}"
    if rubric.guidance.strip():
        yield ""
        yield rubric.guidance.strip()
    for criterion in rubric.criteria:
        yield ""
        yield from _criterion(criterion)
    if rubric.examples or rubric.prompt:
        yield ""
        yield f"worked examples: {len(rubric.examples)}; template: {'its own' if rubric.prompt else 'the default'}"
    if rubric.sources:
        yield ""
        yield "Rests on"
        for source in rubric.sources:
            yield textwrap.fill(source, WIDTH, initial_indent="- ", subsequent_indent="  ")
    yield ""
    yield f"hash {rubric.hash[:_HASH]}"


def _criterion(criterion: Criterion) -> Iterator[str]:
    scale = criterion.scale
    yield f"{criterion.name} ({scale.level}): {criterion.question.strip()}"
    if criterion.guidance.strip():
        yield textwrap.indent(criterion.guidance.strip(), "  ")
    if scale.level is Level.INTERVAL:
        step = f" in steps of {scale.step:g}" if scale.step else ""
        yield f"  a number from {scale.low:g} to {scale.high:g}{step}; {scale.good[0]} is good"
    width = max((len(name) for name in scale.names), default=0)
    for name, meaning in scale.values.items():
        mark = "+" if name in scale.good else "-" if scale.good else " "
        yield textwrap.fill(
            meaning.strip(), WIDTH, initial_indent=f"  {mark} {name:<{width}}  ", subsequent_indent=" " * (width + 6)
        )
    if criterion.not_applicable:
        yield f"  not applicable: {criterion.not_applicable.strip()}"
    if scale.positive:
        yield f"  the rate is the share of {' or '.join(scale.positive)}"
    if criterion.evidence:
        when = f" where it is {' or '.join(criterion.evidence.when)}" if criterion.evidence.when else ""
        yield f"  evidence from {' and '.join(criterion.evidence.quote)}{when}"


def _reads(rubric: Rubric) -> str:
    return ", ".join(f"{name} (optional)" if name in rubric.optional else name for name in rubric.reads)
