"""A calibration report as one self-contained HTML page: no network, nothing that a record says is ever markup."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from judge.reports import plot, words
from judge.reports.highlight import highlighted
from judge.reports.methods import methods
from judge.reports.page import environment, page
from judge.reports.people_rows import annotator_table, annotators_told
from judge.reports.rows import (
    agreement_rows,
    diagnosis_rows,
    evidence_rows,
    figure_rows,
    planning_rows,
    probability_rows,
    provenance_rows,
    share_rows,
    slice_rows,
    worth_told,
)

if TYPE_CHECKING:
    from jinja2 import Environment

    from judge.reports.disagreement_form import DisagreementsPart
    from judge.reports.form import CriterionPart, FiguresPart, Report, Result


def render_html(report: Report) -> str:
    """The report as one page.

    Everything is in it: the style and the one small script stand inline and are allowed by their hashes alone, so a
    Content-Security-Policy forbids every request and every other script. Without the script the page loses its filter,
    nothing else.
    """
    return page(
        _world(),
        "calibration.html.jinja",
        styles=("report.css",),
        script="report.js",
        report=report,
        provenance=provenance_rows(report),
        methods=methods(report),
    )


@cache
def _world() -> Environment:
    return environment(
        {
            "figure_rows": figure_rows,
            "agreement_rows": agreement_rows,
            "diagnosis_rows": diagnosis_rows,
            "evidence_rows": evidence_rows,
            "probability_rows": probability_rows,
            "planning_rows": planning_rows,
            "worth_told": worth_told,
            "brief": brief,
            "slice_rows": slice_rows,
            "drawing": drawing,
            "parts": parts,
            "highlighted": highlighted,
            "heat": heat,
            "counted": counted,
            "kinds": kinds,
            "annotator_table": annotator_table,
            "share_rows": share_rows,
            "annotators_told": annotators_told,
        }
    )


def brief(result: Result, figures: FiguresPart) -> str:
    """A figure of a part with its interval, or that there are too few ratings."""
    return words.brief(result, percent=words.is_rate(figures))


def drawing(figures: FiguresPart) -> dict[str, Any]:
    """An interval plot as its template takes it: marks, axis, ticks."""
    lines = plot.marks(figures)
    axis = plot.axis_of(lines, figures.ends, percent=words.is_rate(figures))
    return {"lines": lines, "axis": axis}


def parts(found: CriterionPart) -> dict[str, Any]:
    """The plots of a criterion's parts, all on one axis, by field."""
    if not found.slices:
        return {}
    lines = [mark for each in found.slices for mark in plot.marks(each.figures)]
    first = found.slices[0].figures
    axis = plot.axis_of(lines, first.ends, percent=words.is_rate(first))
    return {
        "axis": axis,
        "rows": [(each, {mark.kind: mark for mark in plot.marks(each.figures)}) for each in found.slices],
    }


def heat(count: int, row: dict[str, int]) -> int:
    """How dark a cell of the confusion table is, 0 to 9, by its share of the row."""
    total = sum(row.values())
    return round(9 * count / total) if total else 0


def counted(row: dict[str, int]) -> int:
    """Items in a row of the confusion table."""
    return sum(row.values())


def kinds(listed: DisagreementsPart) -> list[tuple[str, str, int]]:
    """People's value, the judge's value, and how many of the listed items have them; the commonest first."""
    return [(*kind, count) for kind, count in Counter((each.people, each.judge) for each in listed.items).most_common()]
