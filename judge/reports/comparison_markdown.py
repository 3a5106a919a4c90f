"""Judges side by side, in GitHub-flavoured Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from judge.calibration.mixture import Mixtures
from judge.reports import mixture, words
from judge.reports.calibration_markdown import escaped, markdown_table
from judge.reports.calibration_markdown import sentence as marked
from judge.reports.comparison import (
    JUDGES,
    judge_rows,
    left_to_people,
    pairing_heading,
    pairing_rows,
    sentence,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from judge.calibration.compare import Comparison


def render_markdown(found: Sequence[Comparison]) -> str:
    """The comparison as Markdown."""
    names = " and ".join(escaped(each.run.model) for each in found[0].contenders)
    lines = [f"# {names} on {escaped(found[0].contenders[0].run.dataset)}"]
    for each in found:
        lines += _criterion(each)
    return "\n".join(lines) + "\n"


def _criterion(found: Comparison) -> Iterator[str]:
    names = [contender.run.model for contender in found.contenders]
    yield from ("", f"## {found.criterion}")
    for pairing in found.pairings:
        yield from ("", f"**{marked(sentence(found, pairing, names))}**")
    for mixtures in found.mixtures:
        yield from ("", f"**{marked(mixture.sentence(found, mixtures))}**")
    yield from ("", *markdown_table(JUDGES, judge_rows(found), right={2, 5, 6}))
    for pairing in found.pairings:
        yield from ("", *markdown_table([pairing_heading(pairing), "figure"], pairing_rows(pairing, names)))
        yield from ("", escaped(left_to_people(pairing)))
    for mixtures in found.mixtures:
        if isinstance(mixtures, Mixtures):
            yield from ("", "### Which mixture for which agreement", "")
            yield from markdown_table(mixture.headings(mixtures), mixture.rows(found, mixtures), right={0, 4, 5})
            yield from ("", escaped(mixture.how(mixtures)))
    runs = ", ".join(f"run {each.run.id} of {each.run.model}" for each in found.contenders)
    yield from ("", escaped(f"{runs}; rubric {found.rubric}; intervals at {words.percent(found.level)}."))
