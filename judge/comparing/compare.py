"""Comparing versions: every criterion that all sides were judged on, side against side."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from judge.comparing.arms import ArmRead, criterion_measure, read_arm
from judge.comparing.conclusion import Conclusion, Decided, decide
from judge.comparing.found import ArmFound, Compared, CriterionFound, GuardrailFound, Pair, Wanted, names_of
from judge.comparing.mix import differences, one_mix
from judge.comparing.pairing import AUTO, pair
from judge.comparing.raw import Raw, raw_difference
from judge.comparing.traits import KINDS, read_traits
from judge.errors import CalibrationError, UsageError
from judge.stats.contrast import Contrast, contrast
from judge.stats.intervals import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.comparing.measure import Measure
    from judge.comparing.side import Side
    from judge.rubric.schema import Criterion, Rubric
    from judge.store.database import Database

LEAST_RATED = 5
MOST_SIDES = 12


def compare(db: Database, sides: Sequence[Side], wanted: Wanted) -> Compared:
    """Compare sides on every criterion that all of them were judged on by the same wording.

    Args:
        db: The database.
        sides: Two or more; the first is what the others are held against.
        wanted: How to do it.

    Raises:
        CalibrationError: There is no criterion that all sides were judged on, or a side has no records.
        UsageError: A guardrail or direction names no criterion, pairs are made of what nothing shares, or there is
            nothing to adjust by.
    """
    if not 2 <= len(sides) <= MOST_SIDES:  # noqa: PLR2004 - a comparison needs two
        raise UsageError(f"2 to {MOST_SIDES} sides can be compared, found {len(sides)}")
    shared = [hash_ for hash_ in sides[0].judged if all(hash_ in side.judged for side in sides)]
    if not shared:
        raise CalibrationError(
            f"{' and '.join(side.name for side in sides)} were not judged by the same wording of any rubric",
            hint="run the same rubric on both",
        )
    extra = [wanted.pair_by] if wanted.pair_by not in {*KINDS, AUTO, "no"} else []
    traits = [read_traits(db, side, fields=extra) for side in sides]
    pairing = pair(traits, wanted.pair_by)
    mix = one_mix(db, sides, wanted.adjust) if wanted.adjust else None
    asked = [(hash_, criterion) for hash_ in shared for criterion in sides[0].judged[hash_].rubric.criteria]
    rubrics = {hash_: sides[0].judged[hash_].rubric for hash_ in shared}
    _check_names(wanted, [names_of(rubrics[hash_], criterion) for hash_, criterion in asked])
    read = [
        [
            read_arm(db, side, hash_, criterion, traits=mine, pairing=pairing, place=place, wanted=wanted, mix=mix)
            for place, (side, mine) in enumerate(zip(sides, traits, strict=True))
        ]
        for hash_, criterion in asked
    ]
    measures = [criterion_measure(rubrics[hash_], criterion, wanted) for hash_, criterion in asked]
    drafts = [_pairs(arms, measure, wanted) for arms, measure in zip(read, measures, strict=True)]
    decided = iter(_decide(drafts, measures, wanted))
    criteria = []
    for (hash_, criterion), arms, measure, pairs in zip(asked, read, measures, drafts, strict=True):
        done = tuple(_pair(draft, next(decided), measure, wanted) for draft in pairs)
        criteria.append(_criterion((rubrics[hash_], criterion), measure, [each.found for each in arms], done, wanted))
    differing = () if pairing.paired or mix is not None else differences(db, sides, traits, pairing)
    return Compared(tuple(side.name for side in sides), pairing, wanted, tuple(criteria), mix, differing)


def _check_names(wanted: Wanted, known: Sequence[set[str]]) -> None:
    everything = set().union(*known)
    for option, names in (("--guardrail", [each.name for each in wanted.guardrails]), ("--better", wanted.better)):
        for name in names:
            if name not in everything:
                there = ", ".join(sorted(max(each, key=len) for each in known))
                message = f"no criterion {name!r} was judged on all sides"
                raise UsageError(message, where=option, hint=f"there is {there}")


@dataclass(frozen=True, slots=True)
class _Draft:
    a: int
    b: int
    raw: Raw
    human: Contrast | Refused
    contrast: Contrast | Refused


def _pairs(arms: Sequence[ArmRead], measure: Measure, wanted: Wanted) -> list[_Draft]:
    return [_draft((a, b), arms[a], arms[b], measure, wanted) for a, b in combinations(range(len(arms)), 2)]


def _draft(places: tuple[int, int], first: ArmRead, second: ArmRead, measure: Measure, wanted: Wanted) -> _Draft:
    a, b = places
    scale = measure.ends
    marks = None
    if measure.what != "mean" and first.marks is not None and second.marks is not None:
        marks = (first.marks, second.marks)
    values = (measure.raw(first.pool), measure.raw(second.pool))
    clusters = (first.own_clusters(0), second.own_clusters(first.pool.size))
    thin = [each.found for each in (first, second) if each.panel.size < LEAST_RATED]
    if thin:
        more = [f"{LEAST_RATED - each.rated} more of {each.name}" for each in thin]
        found: Contrast | Refused = Refused(
            "people rated " + " and ".join(f"{each.rated or 'none'} of {each.name}" for each in thin),
            f"rate {' and '.join(more)}",
            "corrected B minus A",
        )
        return _Draft(a, b, raw_difference(values, clusters, marks), found, found)
    unmixed = first.thin or second.thin
    if unmixed is not None:
        return _Draft(a, b, raw_difference(values, clusters, marks), unmixed, unmixed)
    return _Draft(
        a,
        b,
        raw_difference(values, clusters, marks),
        contrast(first.without_judge(), second.without_judge(), scale=scale, level=wanted.level, looks=wanted.looks),
        contrast(first.arm, second.arm, scale=scale, level=wanted.level, looks=wanted.looks),
    )


def _decide(drafts: Sequence[Sequence[_Draft]], measures: Sequence[Measure], wanted: Wanted) -> list[Decided]:
    flat = [(draft, measure) for pairs, measure in zip(drafts, measures, strict=True) for draft in pairs]
    return decide(
        [draft.contrast for draft, _ in flat],
        [measure.better for _, measure in flat],
        [wanted.margin * (measure.ends[1] - measure.ends[0]) for _, measure in flat],
        level=wanted.level,
        correction=wanted.correction,
    )


def _pair(draft: _Draft, decided: Decided, measure: Measure, wanted: Wanted) -> Pair:
    margin = wanted.margin * (measure.ends[1] - measure.ends[0])
    need = draft.contrast.need(margin) if isinstance(draft.contrast, Contrast) else None
    return Pair(draft.a, draft.b, draft.raw, draft.human, draft.contrast, decided, need)


def _criterion(
    asked: tuple[Rubric, Criterion],
    measure: Measure,
    arms: Sequence[ArmFound],
    pairs: tuple[Pair, ...],
    wanted: Wanted,
) -> CriterionFound:
    rubric, criterion = asked
    mine = [each for each in wanted.guardrails if each.name in names_of(rubric, criterion)]
    checked = [
        GuardrailFound(each, pair.b, each.check(pair.contrast, measure.better))
        for each in mine
        for pair in pairs
        if pair.a == 0
    ]
    ranks = _ranks(len(arms), pairs, measure.better) if measure.better else None
    return CriterionFound(rubric, criterion, measure, tuple(arms), pairs, ranks, tuple(checked))


def _ranks(sides: int, pairs: Sequence[Pair], better: int) -> tuple[tuple[int, int], ...]:
    """Best and worst place of each side: those that are surely better come before it, those surely worse after it."""
    above, below = [0] * sides, [0] * sides
    for each in pairs:
        if each.decided.conclusion not in {Conclusion.BETTER, Conclusion.WORSE} or isinstance(each.contrast, Refused):
            continue
        winner, loser = (each.b, each.a) if each.contrast.estimate.value * better > 0 else (each.a, each.b)
        above[loser] += 1
        below[winner] += 1
    return tuple((1 + above[place], sides - below[place]) for place in range(sides))
