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
    "Fisher's z. It is not weighted: it is of the mix of items that was rated."
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
_REGRESSED: Final = (
    "Corrected mean of an interval scale: regression of people's numbers on the judge's, carried to all judged items "
    "(PPI++, Angelopoulos, Duchi and Zrnic 2023, section 6; Cochran 1977, chapter 7), with small-sample limits."
)
_ANNOTATORS: Final = (
    "Annotators: how often each gives the value of another annotator of the same item; the paired mean difference to "
    "the others; the share right by the model of Dawid and Skene (1979, Applied Statistics 28: 20-28), from three "
    "annotators on; equal answers where an item was shown again."
)
_MISSING: Final = (
    "Records without what the rubric reads can be scored by nobody: they are among the worst cases, and the corrected "
    "figure is of the others."
)
_WORST: Final = (
    "Worst case of abstentions: the raw figure had every one of them been the lowest, and the highest, score "
    "(Manski 2003, Partial Identification of Probability Distributions)."
)
_RATES: Final = (
    "TPR and TNR over the whole pool, whatever chose the items for rating: Begg and Greenes (1983), Biometrics 39: "
    "207-215; intervals by MOVER-R (Donner and Zou 2012)."
)
_ALTERNATIVE: Final = (
    "Alternative annotator test: Calderon, Reichart and Dror (2025), ACL, pp. 16051-16081, with Benjamini and "
    "Yekutieli's (2001) false discovery rate. A judge that always says no passes it where positives are rare: read it "
    "with TPR and TNR, never alone."
)
_CERTAIN: Final = (
    "The judge's certainty: AUROC with DeLong's placements (1988, Biometrics 44: 837-845), Brier score with the CORP "
    "decomposition (Dimitriadis, Gneiting and Jordan 2021, PNAS 118), reliability in bins of equal mass with Wilson "
    "limits. The expected calibration error is above 0 by chance alone, so it stands beside what chance makes of it "
    "(Bröcker and Smith 2007). Maps (isotonic; Platt 1999) are fitted on one half of the ratings, split by "
    "conversation, and judged on the other."
)
_SHARES: Final = (
    "Probabilities from repeats: (k + 1/K) / (n + 1) for a value that k of n scored replies gave, out of K values: the "
    "shares with one more reply spread evenly over the scale (Perks 1947, Journal of the Institute of Actuaries 73)."
)
_PLANNING: Final = (
    "Ratings needed: by the formula of the corrected interval itself, split over the judge's scores as Neyman "
    "(1934) does, at least 20 % to each. One rating beside the judge is worth 1/(1 - ρ²) without it, ρ being their "
    "correlation (Cochran 1977, chapter 7)."
)
_SPANS: Final = (
    "Pointing at the same words: token F1 (Hripcsak and Rothschild 2005, JAMIA 12: 296-298) and Krippendorff's alpha "
    "for unitized text (Krippendorff et al. 2016, Quality & Quantity 50: 2347-2364), pair by pair, among "
    "raters who point."
)
_PEOPLE: Final = (
    "People's own disagreement is carried into the corrected interval where items have several raters (two-way "
    "clustering, Cameron, Gelbach and Miller 2011, JBES 29: 238-249; degrees of freedom of Bell and McCaffrey 2002). "
    "Two annotators, or more of whom one or two do most, cannot tell how others would have rated: the interval is then "
    "of these annotators only, and its method says so."
)


def methods(report: Report) -> list[str]:
    """The methods of the figures that a report holds, each in a sentence or two with its source."""
    return [*_always(report), *_where_used(report)]


def _always(report: Report) -> Iterator[str]:
    yield _CORRECTED
    if any(found.level == "interval" or found.probabilities for found in report.criteria):
        yield _REGRESSED
    yield _WORST
    if any("missing_field" in found.counts.abstained for found in report.criteria):
        yield _MISSING
    if any(found.counts.rated for found in report.criteria):
        yield _ALPHA
        yield _CEILING


def _where_used(report: Report) -> Iterator[str]:
    if any(found.agreement.kappa for found in report.criteria):
        yield _KAPPA
    if any(found.diagnosis for found in report.criteria):
        yield _RATES
        yield _ALTERNATIVE
    if any(found.probabilities for found in report.criteria):
        yield _CERTAIN
    if any(found.certainty.shared for found in report.criteria):
        yield _SHARES
    if any(found.planning for found in report.criteria):
        yield _PLANNING
    if any(found.evidence for found in report.criteria):
        yield _SPANS
    if any(isinstance(found.people.ac1, EstimatePart) for found in report.criteria):
        yield f"{_AC1} {report.criteria[0].people.ac1_caveat}"
    if any(found.counts.overlap for found in report.criteria):
        yield _PEOPLE
    if any(len(found.people.each) > 1 for found in report.criteria):
        yield _ANNOTATORS
