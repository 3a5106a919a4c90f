"""Versions compared, in GitHub-flavoured Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from judge.reports import mix, versions
from judge.reports.calibration_markdown import escaped, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.comparing.found import Compared, CriterionFound


def render(compared: Compared) -> str:
    """The comparison as Markdown; names of sides stand in it as plain text."""
    lines = [f"# {escaped(' against '.join(reversed(compared.names)))}", ""]
    for found in compared.criteria:
        lines += [f"- **{sentence(versions.sentence(compared, found, pair))}**" for pair in found.pairs]
    for found in compared.criteria:
        lines += [f"- Guardrail: {escaped(versions.guardrail_told(compared, each))}." for each in found.guardrails]
    lines += [f"- Warning: {escaped(line)}." for line in mix.warnings(compared)]
    for found in compared.criteria:
        lines += ["", *_criterion(compared, found)]
    lines += ["", *(f"- {escaped(line[:1].upper() + line[1:])}." for line in versions.how(compared))]
    return "\n".join(lines) + "\n"


def _criterion(compared: Compared, found: CriterionFound) -> list[str]:
    lines = [f"## {escaped(found.rubric.name)}: {escaped(found.criterion.name)}", "", escaped(found.measure.what), ""]
    lines += _table(versions.arm_headings(found), versions.arm_rows(found))
    rows = []
    for pair in found.pairs:
        told = [mark.text for mark in versions.difference_marks(found, pair)]
        rows.append([f"{compared.names[pair.b]} minus {compared.names[pair.a]}", *told, versions.stamp(pair)])
    lines += ["", *_table(["", "judge alone", "people alone", "corrected", "conclusion"], rows)]
    if len(found.pairs) == 1:
        lines += ["", *(f"- {escaped(note[:1].upper() + note[1:])}." for note in _notes(compared, found))]
    return lines


def _notes(compared: Compared, found: CriterionFound) -> list[str]:
    return versions.notes(compared, found, found.pairs[0])


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(headings)} |",
        f"|{' --- |' * len(headings)}",
        *(f"| {' | '.join(escaped(cell) for cell in row)} |" for row in rows),
    ]
