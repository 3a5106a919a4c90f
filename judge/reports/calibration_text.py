"""A calibration report for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from judge.reports import plot, words
from judge.reports.people_rows import annotator_table, annotators_told
from judge.reports.rows import (
    agreement_rows,
    diagnosis_rows,
    evidence_rows,
    planning_rows,
    probability_rows,
    share_rows,
    slice_rows,
    worth_told,
)
from judge.reports.table import table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from judge.reports.form import CriterionPart, FiguresPart, Report

SHARES = ("value", "judge alone", "corrected")
PARTS = ("part", "items", "rated", "judge alone", "people alone", "corrected")
POINTING = "pointing at the same words"
COLOURS = {
    "usable": "green",
    "usable with correction": "cyan",
    "not usable": "red",
    "not enough ratings": "yellow",
    "uncalibrated": "yellow",
}


def render(report: Report) -> Group:
    """The report: each criterion's standing first, then its figures, then what to do."""
    parts: list[RenderableType] = []
    for criterion in report.criteria:
        parts += [*_criterion(criterion, report), Text()]
    run = report.run
    parts.append(
        Text(f"Run {run.id} · {run.dataset} · judge {run.model} · intervals at {words.percent(report.level)}", "dim")
    )
    return Group(*parts)


def _criterion(found: CriterionPart, report: Report) -> list[RenderableType]:
    standing = found.standing
    parts: list[RenderableType] = [Text(found.sentence, f"bold {COLOURS[standing.answer]}")]
    parts += [
        Text(f"  {'Because' if not place else '    and'} {reason}.") for place, reason in enumerate(standing.reasons)
    ]
    parts += [Text(f"  Warning: {warning}.", "yellow") for warning in standing.warnings]
    parts.append(Text())
    for figures in (found.rate, found.mean):
        if figures is not None:
            parts += [_plot(figures), Text()]
    if found.counts.rated:
        parts += [table(["agreement", "figure", "items"], agreement_rows(found), right={2}), Text()]
        parts += _annotators(found)
        diagnosis = diagnosis_rows(found)
        if diagnosis:
            parts += [table(["the judge against people", "figure", "items"], diagnosis, right={2}), Text()]
        for heading, rows in (("the judge's certainty", probability_rows(found)), (POINTING, evidence_rows(found))):
            if rows:
                parts += [table([heading, "figure", "items"], rows, right={2}), Text()]
    parts += _confusion(found)
    shares, slices = share_rows(found), slice_rows(found)
    for names, rows, right in ((SHARES, shares, {1}), (PARTS, slices, {1, 2})):
        parts += [table(names, rows, right=right), Text()] if rows else []
    plans, worth = planning_rows(found), worth_told(found)
    if plans:
        headings = ["to know the rate to within", "ratings with the judge", "without"]
        parts += [table(headings, plans, right={1, 2}), *([Text(f"  {worth}")] if worth else []), Text()]
    parts += [*_abstentions(found), *(Text(f"Next: {advice}.") for advice in standing.advice)]
    if found.disagreements.total and not report.by:
        differing = words.counted(found.disagreements.total, "item")
        parts.append(Text(f"Judge and people differ on {differing}: --html FILE shows them.", "dim"))
    return parts


def _annotators(found: CriterionPart) -> list[RenderableType]:
    (headings, apart), told = (
        annotator_table(found.people, percent=found.rate is not None),
        annotators_told(found.people),
    )
    if not apart:
        return []
    return [table(headings, apart, right={1}), *([Text(f"  {told}")] if told else []), Text()]


def _plot(figures: FiguresPart) -> Padding:
    percent = words.is_rate(figures)
    lines = plot.marks(figures)
    axis = plot.axis_of(lines, figures.ends, percent=percent)
    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right")
    grid.add_column(no_wrap=True)
    grid.add_column()
    grid.add_row(Text(figures.what, "bold"), Text(), Text())
    for label, drawing, text in plot.in_characters(lines, axis):
        style = "bold" if label == plot.LABELS["corrected"] else ""
        grid.add_row(Text(label, style), Text(drawing, style), Text(text, style))
    return Padding(grid, (0, 0, 0, 2))


def _confusion(found: CriterionPart) -> list[RenderableType]:
    if not any(count for row in found.confusion for count in row.judge.values()):
        return []
    said = [value for value in found.confusion[0].judge if any(row.judge[value] for row in found.confusion)]
    rows = [[row.people, *(f"{row.judge[value]:,}" for value in said)] for row in found.confusion]
    return [table(["people ↓  judge →", *said], rows, right=set(range(1, len(said) + 1))), Text()]


def _abstentions(found: CriterionPart) -> list[RenderableType]:
    counts = found.counts
    if not counts.abstained:
        return []
    total = sum(counts.abstained.values())
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in counts.abstained.items())
    bounds = found.main.bounds
    line = f"Abstained on {total:,} of {counts.judged:,} items ({reasons})"
    if bounds is not None:
        percent = words.is_rate(found.main)
        low, high = (words.number(bound, percent=percent) for bound in bounds)
        line += f": had all gone one way, the raw figure would lie between {low} and {high}"
    return [Text(f"{line}.")]
