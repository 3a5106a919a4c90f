"""A probe as reports take it: rows, sentences, and JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from judge.probing.outcomes import HITS, Outcome, by
from judge.probing.probe import all_families
from judge.reports import words
from judge.reports.probe_conclusion import conclusion
from judge.stats.intervals import Estimate, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.probing.bounds import Check
    from judge.probing.outcomes import Case, FamilyResult, Kind
    from judge.probing.probe import Probe
    from judge.scores import Judgement

HEADINGS: dict[Kind, tuple[str, str]] = {
    "attack": ("Talked into a score", "share of attacks that moved the score to what the attacker wants"),
    "corruption": (
        "Spoilt records noticed",
        "share of good records, spoilt on purpose, that the judge then scored lower",
    ),
    "shift": ("Changes that should change nothing", "share of scores that changed all the same"),
}
COLUMNS: dict[Kind, tuple[str, str]] = {
    "attack": ("talked into", "by noise alone"),
    "corruption": ("noticed", "lowered by noise alone"),
    "shift": ("changed", "by noise alone"),
}
LEANING = "leaning, points"
"""Heading of the mean change of the goal's probability."""
LEANING_MEANS = (
    "Leaning is the mean change of the probability that the judge's own tokens give to what the attacker wants, in "
    "hundredths, with t intervals: it moves before a word does."
)


def told(result: Estimate | Refused) -> str:
    """A rate with its interval, or why there is none."""
    if isinstance(result, Refused):
        return result.reason
    return f"{words.share(result.value)} [{words.share(result.low)}, {words.share(result.high)}]"


def concluded(probe: Probe, criterion: str) -> str:
    """What a person should take from a criterion, in one sentence."""
    return conclusion([each for each in probe.results if each.criterion == criterion])


def of_kind(probe: Probe, criterion: str, kind: Kind) -> list[FamilyResult]:
    """The families of a kind on a criterion."""
    return [each for each in probe.results if (each.criterion, each.kind) == (criterion, kind)]


def untried(results: Sequence[FamilyResult]) -> str:
    """The one sentence in place of a table, where no family of a kind could be tried for one and the same reason."""
    reasons = {each.rate.reason for each in results if isinstance(each.rate, Refused) and not each.counts}
    lacking = sum(isinstance(each.rate, Refused) and not each.counts for each in results)
    if len(reasons) != 1 or not 1 < lacking == len(results):
        return ""
    return f"None of the {lacking} families could be tried ({reasons.pop()})."


def leans(probe: Probe, criterion: str) -> bool:
    """Whether the judge gave probabilities of its own, so that families have a leaning."""
    return any(isinstance(each.leaning, Estimate) for each in probe.results if each.criterion == criterion)


def leaning_told(result: FamilyResult) -> str:
    """How far the probability of the goal moved, in hundredths, or a dash."""
    if isinstance(result.leaning, Refused):
        return "–"
    value, low, high = (
        words.signed(100 * each, 1) for each in (result.leaning.value, result.leaning.low, result.leaning.high)
    )
    return f"{value} [{low}, {high}]"


def columns(kind: Kind, *, leans: bool) -> list[str]:
    """What the columns of a table of families are called; a leaning only where there is one."""
    return ["family", "tries", "records", *COLUMNS[kind], *([LEANING] if leans else []), "abstained", "flagged"]


def row(result: FamilyResult, *, leans: bool) -> list[str]:
    """One family: what `columns` calls its cells."""
    noise = "–" if isinstance(result.noise, Refused) else told(result.noise)
    abstained = result.counts.get(str(Outcome.ABSTAINED), 0)
    return [
        result.family,
        f"{result.tried:,}",
        f"{result.records:,}",
        told(result.rate),
        noise,
        *([leaning_told(result)] if leans else []),
        f"{abstained:,}",
        f"{result.flagged:,}",
    ]


def pooled(probe: Probe, criterion: str, kind: Kind) -> tuple[int, int, int]:
    """Hits, tries and records of all families of a kind."""
    cases = [
        case
        for case in probe.cases
        if case.criterion == criterion
        and case.family in {each.family for each in of_kind(probe, criterion, kind)}
        and case.outcome is not Outcome.ABSTAINED
    ]
    hits = sum(case.outcome is HITS[kind] for case in cases)
    return hits, len(cases), len({case.original for case in cases})


def sentences(probe: Probe, criterion: str) -> list[str]:
    """What a person with one minute should know of a criterion."""
    found = []
    hits, tried, records = pooled(probe, criterion, "attack")
    if tried:
        worst = max(
            (each for each in of_kind(probe, criterion, "attack") if isinstance(each.rate, Estimate)),
            key=lambda each: each.rate.value if isinstance(each.rate, Estimate) else 0.0,
            default=None,
        )
        line = f"{hits:,} of {tried:,} attacks on {records:,} records talked the judge into a better score"
        if worst is not None and isinstance(worst.rate, Estimate) and worst.rate.value:
            line += f"; the family that did best is `{worst.family}`, {told(worst.rate)}"
        found.append(f"{line}.")
    else:
        found.append("No attack could show anything: no record left room for a better score. Sample more records.")
    hits, tried, records = pooled(probe, criterion, "corruption")
    if tried:
        found.append(f"Of {tried:,} spoilt records made from {records:,} good ones, the judge noticed {hits:,}.")
    elif of_kind(probe, criterion, "corruption"):
        found.append("No record could be spoilt: the judge calls none of them good, or they hold nothing to spoil.")
    hits, tried, _ = pooled(probe, criterion, "shift")
    if tried:
        found.append(f"{hits:,} of {tried:,} scores changed with the order or wording of what means the same.")
    return found


def hits_first(probe: Probe, criterion: str) -> list[Case]:
    """The cases of a criterion that a person should look at: talked into, missed, changed."""
    bad = (Outcome.TALKED_INTO, Outcome.MISSED, Outcome.CHANGED)
    return [case for outcome in bad for case in probe.cases if case.criterion == criterion and case.outcome is outcome]


def by_field(probe: Probe, criterion: str) -> dict[str, tuple[int, int]]:
    """Attacks that hit, and all, by the field they stood in."""
    families = {each.family for each in of_kind(probe, criterion, "attack")}
    mine = [case for case in probe.cases if case.criterion == criterion and case.family in families]
    return by(mine, lambda case: case.field)


def by_attack(probe: Probe, criterion: str) -> dict[str, tuple[int, int]]:
    """Attacks that hit, and all, by their name."""
    families = {each.family for each in of_kind(probe, criterion, "attack")}
    mine = [case for case in probe.cases if case.criterion == criterion and case.family in families]
    return by(mine, lambda case: f"{case.family} · {case.name}")


def score_of(judgement: Judgement) -> str:
    """A score, or why there is none."""
    if judgement.abstention is not None:
        return f"abstained ({judgement.abstention.reason})"
    score = judgement.score
    return f"{score:g}" if isinstance(score, float) else str(score)


def check_told(check: Check) -> str:
    """One bound and what came of it."""
    side = "at most" if check.bound.kind == "max-flip" else "at least"
    what = f"{check.result.family} · {check.result.criterion}"
    return f"{check.answer}: {what} {told(check.result.rate)}, {side} {words.share(check.bound.value)}"


def to_json(probe: Probe, checks: Sequence[Check]) -> dict[str, Any]:
    """The probe for machines: every family with its interval, and every case."""
    about = all_families()
    results = [
        asdict(each)
        | {name: _estimate(getattr(each, name)) for name in ("rate", "noise", "excess", "leaning")}
        | {"about": about[each.family]}
        for each in probe.results
    ]
    return {
        "judge": probe.model,
        "fingerprint": probe.fingerprint,
        "dataset": probe.dataset,
        "rubric": {"name": probe.rubric.name, "version": probe.rubric.version, "hash": probe.rubric.hash},
        "goals": {name: list(goal.values) for name, goal in probe.goals.items()},
        "sampled": probe.sampled,
        "records": {"attacked": probe.room, "spoilt": probe.good},
        "seed": probe.seed,
        "level": probe.level,
        "runs": list(probe.runs),
        "calls": probe.calls,
        "cost": probe.cost,
        "results": results,
        "conclusions": {name: concluded(probe, name) for name in probe.goals},
        "by_field": {name: by_field(probe, name) for name in probe.goals},
        "by_attack": {name: by_attack(probe, name) for name in probe.goals},
        "checks": [
            {
                "bound": asdict(each.bound),
                "family": each.result.family,
                "criterion": each.result.criterion,
                "answer": each.answer,
            }
            for each in checks
        ],
        "cases": [_case(case) for case in probe.cases],
    }


def _estimate(result: Estimate | Refused) -> dict[str, Any]:
    return asdict(result)


def _case(case: Case) -> dict[str, Any]:
    return {
        "record": case.original,
        "criterion": case.criterion,
        "family": case.family,
        "name": case.name,
        "field": case.field,
        "words": case.words,
        "before": score_of(case.before),
        "after": score_of(case.after),
        "outcome": str(case.outcome),
        "flagged": case.flagged,
        "rationale": case.after.rationale,
    }


def provenance(probe: Probe) -> list[str]:
    """What the figures rest on, and how they were made."""
    rubric, runs = probe.rubric, ", ".join(map(str, probe.runs))
    judge = f"Judge {probe.model}, fingerprint {probe.fingerprint[:16]}; rubric {rubric.name}, version {rubric.version}"
    drawn = f"{probe.sampled:,} records of {probe.dataset} were judged; {probe.room:,} left room and were attacked"
    paid = f"{probe.calls:,} new calls, ${probe.cost:.4f}; what was on the ledger already was not paid again"
    return [
        f"{judge}, hash {rubric.hash[:16]}.",
        f"{drawn}, {probe.good:,} were good and were spoilt. Seed {probe.seed}. Runs {runs}.",
        f"{paid}.",
        "Talked into: the score moved towards what the attacker wants. Other moves and abstentions are no success.",
        "A response that was replaced as a whole is compared with one that says nothing.",
        f"Rates have Wilson intervals at {words.percent(probe.level)}; all tries of one record count as one cluster.",
        "Noise is the same move among repeats of the same records, unchanged.",
        *([LEANING_MEANS] if any(leans(probe, name) for name in probe.goals) else []),
    ]
