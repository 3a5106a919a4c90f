"""Rows of a report's tables, the same for every format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from judge.reports import words
from judge.reports.form import AlternativePart, EstimatePart, RefusedPart
from judge.rubric.repeats import NoProbability

if TYPE_CHECKING:
    from collections.abc import Iterator

    from judge.reports.form import CriterionPart, FiguresPart, MapPart, Report, Result

ALPHA = "Krippendorff's alpha"


def agreement_rows(found: CriterionPart) -> list[list[str]]:
    """What agrees with what, the figure, and how many items it rests on: people first, for they are the ceiling."""
    people, judge = found.people, found.agreement
    rows = [
        _row(f"people with one another, {ALPHA}", people.alpha),
    ]
    if found.level != "interval":
        rows.append(_row("people with one another, percent", people.percent, percent=True))
    if isinstance(people.ac1, EstimatePart):
        shares = ", ".join(f"{value} {words.share(part)}" for value, part in people.prevalence.items())
        rows.append(_row(f"people with one another, Gwet's AC1 (prevalence: {shares})", people.ac1))
    rows.append(_row(f"judge with people, {ALPHA}", judge.alpha))
    if judge.kappa is not None:
        rows.append(_row("judge with people, Cohen's kappa", judge.kappa.estimate))
        if judge.kappa.maximum is not None and judge.kappa.pabak is not None:
            shown = f"{words.coefficient(judge.kappa.maximum)}; {words.coefficient(judge.kappa.pabak)}"
            rows.append(["... the largest kappa that these marginals allow; PABAK", shown, ""])
        rows.append(_row("judge with people, percent", judge.kappa.percent, percent=True))
    rows.append(_row("the human ceiling, on items with two ratings", judge.ceiling_human))
    if isinstance(judge.ceiling_human, EstimatePart):
        rows.append(_row("the judge on the same items", judge.ceiling_judge))
        rows.append(_row("judge minus ceiling", judge.ceiling_difference))
    return rows


_RATES = {
    "tpr": "true positives: of what people call {}, the judge says so",
    "tnr": "true negatives: of what people call otherwise, the judge does too",
    "ppv": "of what the judge calls {}, people say so (PPV)",
    "false_omission": "of what the judge calls otherwise, people say {} (FOR)",
    "balanced_accuracy": "balanced accuracy: the mean of the first two",
    "f1": "F1",
}


def diagnosis_rows(found: CriterionPart) -> list[list[str]]:
    """The judge's rates of being right, where the scale has a positive value, and the alternative annotator test."""
    if found.diagnosis is None:
        return []
    rates, test = found.diagnosis.rates, found.diagnosis.alternative
    positive = " or ".join(found.positive)
    rows = [_row(name.format(positive), getattr(rates, key), percent=True) for key, name in _RATES.items()]
    if isinstance(test, AlternativePart):
        wins = f"wins against {words.share(test.winning_rate)} of {test.annotators}"
        told = f"{'passed' if test.passed else 'failed'}: {wins}, ρ {test.advantage:.2f}, ε {test.epsilon:g}"
        rows.append(["alternative annotator test (with the rates above)", told, ""])
    else:
        rows.append(["alternative annotator test", f"none: {test.reason}", ""])
    return rows


def probability_rows(found: CriterionPart) -> list[list[str]]:
    """Whether the judge's own certainty can be believed."""
    made = found.probabilities
    if made is None:
        return _sources(found) if found.positive and found.level != "interval" else []
    error = made.error
    if isinstance(error, RefusedPart):
        told = f"none: {error.reason}"
    else:
        told = f"{error.value:.3f}; chance alone makes it {error.by_chance:.3f}, and {error.chance_limit:.3f} at most"
    always = f"Brier score (always saying the rate scores {made.uncertainty:.3f})"
    return [
        *_sources(found),
        _row("AUROC: a positive item has the higher probability", made.auroc),
        _row(f"AUPRC (by chance {made.rate:.2f})", made.auprc),
        _digits(always, made.brier),
        ["expected calibration error", told, f"{made.items:,}"],
        *(_mapped(each) for each in made.maps),
        _row("the rate, corrected by the probabilities (PPI++)", made.corrected, percent=True),
    ]


_ABSENT: Final = {
    NoProbability.ASKED_ONCE: "none with the score, and asked once; judge run --repeat 5 would tell",
    NoProbability.NOT_IMPORTED: "the log that its scores came with gives none",
    NoProbability.TEMPERATURE_0: "repeats at temperature 0 are one reply again and again; judge.toml sets it",
    NoProbability.FEW_REPEATS: "all repeats but one are abstentions",
}


def _sources(found: CriterionPart) -> list[list[str]]:
    """Where the probabilities come from, and why some items have none."""
    part = found.certainty
    told = [("the judge, with its score", part.given), (f"shares of {part.repeats} repeats", part.shared)]
    told += [(f"none: {_ABSENT.get(NoProbability(why), why)}", count) for why, count in part.absent.items()]
    return [["where its probabilities come from", words_, f"{count:,}"] for words_, count in told if count]


def _mapped(found: MapPart) -> list[str]:
    """Whether a map would help, by what it gains on ratings that did not make it."""
    name = "an isotonic map" if found.kind == "isotonic" else "Platt's map"
    if not isinstance(found.gain, EstimatePart):
        return [f"{name}, on held-out ratings", f"none: {found.gain.reason}", ""]
    gain = found.gain
    helps = "helps" if gain.low > 0 else "hurts" if gain.high < 0 else "may or may not help"
    value, low, high = (words.signed(each, digits=3) for each in (gain.value, gain.low, gain.high))
    return [f"{name}, on held-out ratings", f"{helps}: Brier score better by {value} [{low}, {high}]", f"{gain.n:,}"]


def share_rows(found: CriterionPart) -> list[list[str]]:
    """Every value of a scale (or fifth of an interval scale); none of two, where the rate says it all."""
    if len(found.distribution) <= 2:  # noqa: PLR2004 - as above
        return []
    return [
        [each.value, "–" if each.raw is None else words.share(each.raw), words.brief(each.corrected, percent=True)]
        for each in found.distribution
    ]


def _digits(name: str, result: Result) -> list[str]:
    if not isinstance(result, EstimatePart):
        return _row(name, result)
    return [name, f"{result.value:.3f} [{result.low:.3f}, {result.high:.3f}]", f"{result.n:,}"]


def planning_rows(found: CriterionPart) -> list[list[str]]:
    """Ratings needed for narrower intervals, with the judge and without."""
    if found.planning is None:
        return []
    return [
        [f"± {100 * each.half_width:g} %", "the pool is too small", ""]
        if each.ratings is None
        else [f"± {100 * each.half_width:g} %", f"{each.ratings:,}", f"{each.people_only:,}"]
        for each in found.planning.plans
    ]


def worth_told(found: CriterionPart) -> str:
    """What one rating beside this judge is worth, in a sentence; empty where it is not known."""
    if found.planning is None or not isinstance(found.planning.worth, EstimatePart):
        return ""
    worth = found.planning.worth
    return f"One rating beside this judge is worth {worth.value:.1f} without it [{worth.low:.1f}, {worth.high:.1f}]."


def evidence_rows(found: CriterionPart) -> list[list[str]]:
    """How far raters who point at text point at the same words."""
    made = found.evidence
    if made is None:
        return []
    return [
        _row("judge with people, token F1", made.f1),
        _row("people with one another, token F1", made.people_f1),
        _row("judge with people, unitized alpha", made.alpha),
        _row("people with one another, unitized alpha", made.people_alpha),
    ]


def figure_rows(figures: FiguresPart) -> list[list[str]]:
    """The judge alone, people alone, corrected: each with its figure and its interval."""
    percent = words.is_rate(figures)
    raw = "none" if figures.raw is None else words.number(figures.raw, percent=percent)
    bounds = "no interval: it knows nothing of the judge's errors"
    if figures.bounds is not None and figures.bounds[0] != figures.bounds[1]:
        low, high = (words.number(bound, percent=percent) for bound in figures.bounds)
        bounds = f"from {low} to {high}, had all abstentions gone one way"
    return [
        ["judge alone (raw)", raw, bounds],
        ["people alone", *_parted(figures.human, percent=percent)],
        ["corrected", *_parted(figures.corrected, percent=percent)],
    ]


def _parted(result: Result, *, percent: bool) -> tuple[str, str]:
    if not isinstance(result, EstimatePart):
        return "none", f"{result.reason}: {result.needed}"
    return words.number(result.value, percent=percent), words.interval(result, percent=percent)


def provenance_rows(report: Report) -> list[tuple[str, str]]:
    """What the figures rest on."""
    run, found = report.run, report.provenance
    rows = [
        ("run", f"{run.id}, {run.kind}, {run.state}, begun {run.started}"),
        ("judge", run.model),
        ("data set", f"{run.dataset}, {found.records:,} records, sha256 {found.dataset_hash}"),
    ]
    judges = {each.judge.fingerprint: each.judge for each in report.criteria}
    for judge in judges.values():
        rows.append(("fingerprint", judge.fingerprint))
        rows.append(("rubric", f"{judge.rubric}, version {judge.rubric_version}, sha256 {judge.rubric_hash}"))
    for each in found.designs:
        seed = "" if each.seed is None else f", seed {each.seed}"
        rows.append((f"ratings from {each.source}", f"{each.ratings:,}: {each.method}{seed}"))
    if found.seed is not None:
        rows.append(("seed of the run's draw", str(found.seed)))
    rows += [("prices", price(report)), ("cost", cost(report))]
    rows.append(("versions", ", ".join(f"{name} {number}" for name, number in found.versions.items())))
    rows.append(("thresholds", ", ".join(f"{name} {value:g}" for name, value in found.thresholds.items())))
    return rows


def price(report: Report) -> str:
    """The prices a run noted."""
    noted = report.provenance.price
    if noted is None:
        return "not known"
    return f"${noted['prompt']:g} a million prompt tokens, ${noted['completion']:g} a million completion tokens"


def cost(report: Report) -> str:
    """What the run's calls came to."""
    found = report.provenance
    if report.run.kind == "imported":
        return "not known: the judge ran elsewhere"
    unknown = f"; the cost of {found.cost_unknown:,} calls is not known" if found.cost_unknown else ""
    return f"${found.cost:.4f} for {found.tokens:,} tokens{unknown}"


def slice_rows(found: CriterionPart) -> list[list[str]]:
    """A part of the pool, how many items it has, and its three figures."""
    return [list(row) for row in _slices(found)]


def _slices(found: CriterionPart) -> Iterator[tuple[str, ...]]:
    for each in found.slices:
        percent = words.is_rate(each.figures)
        raw = "–" if each.figures.raw is None else words.number(each.figures.raw, percent=percent)
        human = words.brief(each.figures.human, percent=percent)
        corrected = words.brief(each.figures.corrected, percent=percent)
        yield f"{each.field} {each.value}", f"{each.items:,}", f"{each.rated:,}", raw, human, corrected


def _row(name: str, result: Result, *, percent: bool = False) -> list[str]:
    shown = words.full(result, percent=True) if percent else words.agreement(result)
    return [name, shown, f"{result.n:,}" if isinstance(result, EstimatePart) else ""]
