"""A calibration report in GitHub-flavoured Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from judge.reports import plot, words
from judge.reports.methods import methods
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
    from collections.abc import Collection, Iterator, Sequence

    from judge.reports.disagreement_form import DisagreementPart
    from judge.reports.form import CriterionPart, FiguresPart, Report

_SPECIAL = re.compile(r"([\\`*_{}\[\]#|~])")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

SHOWN = 10
"""Disagreements that a Markdown report shows; the HTML page has them all."""
LONGEST = 600
"""Characters of a text."""


def render_markdown(report: Report) -> str:
    """The report as Markdown; whatever records, rubrics or raters say stands in it as plain text."""
    run = report.run
    lines = [f"# How far {escaped(run.model)} can be trusted on {escaped(run.dataset)}", ""]
    for criterion in report.criteria:
        lines += [*_criterion(criterion, report), ""]
    lines += ["## Where these figures come from", "", *markdown_table(["", ""], provenance_rows(report)), ""]
    lines += ["## Methods", "", *(f"- {escaped(each)}" for each in methods(report))]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", text)).translate(_HTML)


def sentence(text: str) -> str:
    """A sentence of ours with names between backticks."""
    return "".join(_code(piece) if quoted else escaped(piece) for piece, quoted in words.pieces(text))


def _code(text: str) -> str:
    return f"`{text.replace('|', '¦')}`"


def _criterion(found: CriterionPart, report: Report) -> Iterator[str]:
    standing = found.standing
    yield from (f"## {found.criterion}", "", f"> {escaped(found.question)}", "", f"**{sentence(found.sentence)}**", "")
    yield from (f"- {escaped(reason)}" for reason in standing.reasons)
    yield from (f"- **Warning**: {escaped(warning)}" for warning in standing.warnings)
    yield from (f"- **Next**: {sentence(advice)}" for advice in standing.advice)
    for figures in (found.rate, found.mean):
        if figures is not None:
            yield from ("", f"### {escaped(words.begun(figures.what))}", "")
            yield from markdown_table(
                ["", "figure", f"interval at {words.percent(report.level)}"], figure_rows(figures)
            )
            yield from ("", *_plot(figures))
    if found.counts.rated:
        yield from ("", "### Agreement", "")
        yield from markdown_table(["", "figure", "items"], agreement_rows(found), right={2})
        headings, apart = annotator_table(found.people, percent=found.rate is not None)
        if apart:
            yield from ("", *markdown_table(headings, apart, right={1}), "", annotators_told(found.people))
        diagnosis = diagnosis_rows(found)
        if diagnosis:
            yield from ("", *markdown_table(["the judge against people", "figure", "items"], diagnosis, right={2}))
        certain, pointing = probability_rows(found), evidence_rows(found)
        if certain:
            yield from ("", *markdown_table(["the judge's certainty", "figure", "items"], certain, right={2}))
        if pointing:
            yield from ("", *markdown_table(["pointing at the same words", "figure", "texts"], pointing, right={2}))
    yield from _confusion(found)
    yield from _parts(found)
    plans = planning_rows(found)
    if plans:
        headings = ["to know the rate to within", "ratings with the judge", "without"]
        yield from (
            "",
            "### How many ratings",
            "",
            *markdown_table(headings, plans, right={1, 2}),
            "",
            worth_told(found),
        )
    yield from _disagreements(found)


def _plot(figures: FiguresPart) -> list[str]:
    lines = plot.marks(figures)
    axis = plot.axis_of(lines, figures.ends, percent=words.is_rate(figures))
    rows = plot.in_characters(lines, axis)
    return ["```text", *(f"{label:>18}  {drawing}".rstrip() for label, drawing, _ in rows), "```"]


def _confusion(found: CriterionPart) -> Iterator[str]:
    if any(count for row in found.confusion for count in row.judge.values()):
        said = [value for value in found.confusion[0].judge if any(row.judge[value] for row in found.confusion)]
        rows = [[row.people, *(f"{row.judge[value]:,}" for value in said)] for row in found.confusion]
        yield from ("", "### Who said what", "")
        yield from markdown_table(["people ↓ judge →", *said], rows, right=set(range(1, len(said) + 1)))


def _parts(found: CriterionPart) -> Iterator[str]:
    shares, slices = share_rows(found), slice_rows(found)
    if shares:
        yield from (
            "",
            "### Every value",
            "",
            *markdown_table(["value", "judge alone", "corrected"], shares, right={1}),
        )
    if slices:
        headings = ["part", "items", "rated", "judge alone", "people alone", "corrected"]
        yield from ("", "### Parts", "", *markdown_table(headings, slices, right={1, 2}))


def _disagreements(found: CriterionPart) -> Iterator[str]:
    listed = found.disagreements
    if not listed.total:
        return
    yield from ("", "### Where judge and people differ", "")
    shown = listed.items[:SHOWN]
    yield f"{listed.total:,} items; {len(shown)} of them stand here."
    for item in shown:
        yield from ("", *_disagreement(item))


def _disagreement(item: DisagreementPart) -> Iterator[str]:
    yield f"**{escaped(item.record)}**: people {_code(item.people)}, judge {_code(item.judge)}"
    yield ""
    for text in item.texts:
        yield f"- {escaped(text.title)}: {escaped(_short(text.text))}"
    for voice in item.voices:
        if voice.reason:
            yield f"- {escaped(voice.rater)} says {_code(voice.score or 'nothing')}: {escaped(_short(voice.reason))}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """A table, its cells as plain text; some columns flush right."""
    rule = ["---:" if place in right else "---" for place in range(len(headings))]
    return [_line([escaped(each) for each in headings]), _line(rule)] + [
        _line([escaped(cell) for cell in row]) for row in rows
    ]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
