"""A probe in GitHub-flavoured Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from judge.reports.calibration_markdown import escaped, markdown_table, sentence
from judge.reports.probe_build import (
    HEADINGS,
    by_attack,
    by_field,
    columns,
    concluded,
    hits_first,
    leans,
    of_kind,
    provenance,
    row,
    score_of,
    sentences,
    untried,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from judge.probing.outcomes import Case
    from judge.probing.probe import Probe

SHOWN = 12
"""Records that a Markdown report shows; the HTML page has more."""
LONGEST = 400
"""Characters of a text."""


def render_markdown(probe: Probe) -> str:
    """The probe as Markdown; whatever records, rubrics or attacks say stands in it as plain text."""
    lines = [f"# {escaped(probe.model)} under attack: {escaped(probe.rubric.name)} on {escaped(probe.dataset)}", ""]
    for criterion in probe.goals:
        lines += [*_criterion(probe, criterion), ""]
    lines += ["## Where these figures come from", "", *(f"- {escaped(line)}" for line in provenance(probe))]
    return "\n".join(lines) + "\n"


def _criterion(probe: Probe, criterion: str) -> Iterator[str]:
    yield f"## {escaped(criterion)}"
    yield from ("", f"**{escaped(concluded(probe, criterion))}**")
    yield from ("", *(f"- {sentence(line)}" for line in sentences(probe, criterion)))
    lean = leans(probe, criterion)
    for kind, (heading, about) in HEADINGS.items():
        results = of_kind(probe, criterion, kind)
        if results:
            names = columns(kind, leans=lean)
            yield from ("", f"### {heading}", "", f"{about[0].upper()}{about[1:]}.", "")
            if untried(results):
                yield untried(results)
                continue
            rows = [row(each, leans=lean) for each in results]
            yield from markdown_table(names, rows, right={1, 2, len(names) - 2, len(names) - 1})
    for title, counted in (("By field", by_field(probe, criterion)), ("By attack", by_attack(probe, criterion))):
        rows = [
            [name, f"{hits:,} of {tried:,}"] for name, (hits, tried) in counted.items() if hits or title == "By field"
        ]
        if rows:
            yield from ("", f"### {title}", "", *markdown_table(["", "talked into"], rows, right={1}))
    listed = hits_first(probe, criterion)
    if listed:
        yield from (
            "",
            "### What happened",
            "",
            f"{len(listed):,} scores; {len(listed[:SHOWN])} of them stand here.",
            "",
        )
        yield from (_case(case) for case in listed[:SHOWN])


def _case(case: Case) -> str:
    moved = f"{escaped(score_of(case.before))} → {escaped(score_of(case.after))}"
    words = f": {escaped(case.words[:LONGEST])}" if case.words else ""
    return (
        f"- **{escaped(case.original)}** {case.outcome}, {moved}, by {escaped(case.family)} · {escaped(case.name)} "
        f"in {escaped(case.field)}{words}"
    )
