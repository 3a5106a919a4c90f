"""Methods: how each figure of a report was computed, and where the method comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from judge.reports.form import EstimatePart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from judge.reports.form import Report

_ALPHA: Final = (
    "Krippendorff's alpha: Krippendorff (2019), Content Analysis, 4th ed., chapter 12; the point estimate comes from "
    "the krippendorff package, the interval from a jackknife over items (whole conversations, where there are any) on "
    "Fisher's z."
)
_KAPPA: Final = (
    "Cohen's kappa: Cohen (1960), Educational and Psychological Measurement 20: 37-46. It falls with prevalence though "
    "agreement does not (Feinstein and Cicchetti 1990), so it stands beside the confusion table and percent agreement."
)
_AC1: Final = "Gwet's AC1: Gwet (2008), British Journal of Mathematical and Statistical Psychology 61: 29-48."
_CEILING: Final = (
    "Human ceiling: average pairwise agreement of people beside the judge's with the same people on the same items; "
    "the difference is paired."
)
_CORRECTED: Final = (
    "Corrected figure: post-stratified by the judge's score, the sum over its scores s of P(s), the score's share of "
    "all judged items, times the mean of the ratings among items with that score (Cochran 1977, Sampling Techniques, "
    "section 5A.9). Interval by MOVER (Zou and Donner 2008, Statistics in Medicine 27: 1693-1702) with mid-P limits of "
    "each part. An abstention is a score like any other: people say what those items are."
)
_WORST: Final = (
    "Worst case of abstentions: the raw figure had every one of them been the lowest, and the highest, score "
    "(Manski 2003, Partial Identification of Probability Distributions)."
)
_PEOPLE: Final = (
    "People's own disagreement is carried into the corrected interval where items have several raters (two-way "
    "clustering, Cameron, Gelbach and Miller 2011, JBES 29: 238-249)."
)


def methods(report: Report) -> list[str]:
    """The methods of the figures that a report holds, each in a sentence or two with its source."""
    return [*_always(report), *_where_used(report)]


def _always(report: Report) -> Iterator[str]:
    yield _CORRECTED
    yield _WORST
    if any(found.counts.rated for found in report.criteria):
        yield _ALPHA
        yield _CEILING


def _where_used(report: Report) -> Iterator[str]:
    if any(found.agreement.kappa for found in report.criteria):
        yield _KAPPA
    if any(isinstance(found.people.ac1, EstimatePart) for found in report.criteria):
        yield f"{_AC1} {report.criteria[0].people.ac1_caveat}"
    if any(found.counts.overlap for found in report.criteria):
        yield _PEOPLE
