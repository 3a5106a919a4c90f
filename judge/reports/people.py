"""Agreement of people alone, as a report for the terminal and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rich.console import Group
from rich.text import Text

from judge.reports import words
from judge.reports.build import people as people_part
from judge.reports.form import EstimatePart, PeoplePart
from judge.reports.part import Part
from judge.reports.people_rows import annotator_table, annotators_told
from judge.reports.table import table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from rich.console import RenderableType

    from judge.calibration.people import CriterionAgreement
    from judge.rubric.schema import Rubric


class PeopleCriterionPart(Part):
    """Annotators on one criterion."""

    criterion: str
    question: str
    percent: bool
    adjudicated: int
    skipped: int
    not_applicable: int
    older: int
    people: PeoplePart


class PeopleReport(Part):
    """How alike annotators rate."""

    schema_: Literal[1] = 1
    dataset: str
    rubric: str
    rubric_version: int
    rubric_hash: str
    level: float
    study: str | None
    criteria: tuple[PeopleCriterionPart, ...]

    def to_json(self) -> dict[str, Any]:
        """The report for machines."""
        content = self.model_dump(mode="json")
        return {"schema": content.pop("schema_"), **content}


def build(
    dataset: str, rubric: Rubric, found: Sequence[CriterionAgreement], *, level: float, study: str | None
) -> PeopleReport:
    """The report of people alone."""
    return PeopleReport(
        dataset=dataset,
        rubric=rubric.name,
        rubric_version=rubric.version,
        rubric_hash=rubric.hash,
        level=level,
        study=study,
        criteria=tuple(_criterion(each) for each in found),
    )


def _criterion(found: CriterionAgreement) -> PeopleCriterionPart:
    panel = found.panel
    return PeopleCriterionPart(
        criterion=found.criterion.name,
        question=found.criterion.question,
        percent=bool(found.criterion.scale.positive),
        adjudicated=sum(value is not None for value in panel.gold),
        skipped=panel.skipped,
        not_applicable=panel.not_applicable,
        older=panel.older,
        people=people_part(found.people, found.annotators),
    )


def render(report: PeopleReport) -> Group:
    """The report for the terminal."""
    parts: list[RenderableType] = []
    for found in report.criteria:
        parts += [*_text(found), Text()]
    parts.append(Text(f"{report.dataset} · rubric {report.rubric} · intervals at {words.percent(report.level)}", "dim"))
    return Group(*parts)


def sentence(found: PeopleCriterionPart) -> str:
    """How alike people rate, in one sentence."""
    people = found.people
    if not people.items:
        told = f"; {found.older:,} ratings belong to another wording of the rubric" if found.older else ""
        return f"On `{found.criterion}`, nobody has rated anything{told}."
    if not isinstance(people.alpha, EstimatePart):
        alpha = people.alpha
        return f"On `{found.criterion}`, there is no agreement to report: {alpha.reason}. Next: {alpha.needed}."
    return (
        f"On `{found.criterion}`, {len(people.annotators)} annotators agree with alpha "
        f"{words.agreement(people.alpha)} on {people.overlap:,} items that two or more of them rated."
    )


def _text(found: PeopleCriterionPart) -> list[RenderableType]:
    people = found.people
    parts: list[RenderableType] = [Text(sentence(found), "bold")]
    if not people.items:
        return parts
    prevalence = ", ".join(f"{value} {words.share(part)}" for value, part in people.prevalence.items())
    rows = [["Krippendorff's alpha", words.agreement(people.alpha)]]
    named = [
        ["percent", words.full(people.percent, percent=True)],
        ["Gwet's AC1", words.agreement(people.ac1)],
        *([f"Cohen's kappa, {' and '.join(pair.annotators)}", words.agreement(pair.kappa)] for pair in people.pairs),
    ]
    parts += [Text(), table(["agreement of people", "figure"], rows + (named if people.prevalence else []))]
    if people.prevalence:
        parts += [Text(f"  Prevalence: {prevalence}."), Text(f"  {people.ac1_caveat}", "dim")]
    headings, apart = annotator_table(people, percent=found.percent)
    if apart:
        parts += [Text(), table(headings, apart, right={1})]
    told = annotators_told(people)
    return [*parts, Text(f"  {told}")] if told else parts
