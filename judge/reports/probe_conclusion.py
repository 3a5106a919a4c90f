"""A conclusion: what a person should take from a probe, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from judge.reports import words
from judge.stats.intervals import Estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from judge.probing.outcomes import FamilyResult, Kind

HALF: Final = 0.5
"""A family is missed where the whole interval of what was noticed lies below."""
UNSTEADY: Final = 0.05
"""A judge is unsteady where the whole interval of what mere repeats change lies above."""
MOST_NAMES: Final = 5


def conclusion(results: Sequence[FamilyResult]) -> str:
    """The sentence for one criterion; what the intervals do not settle is not in it.

    Args:
        results: Every family on the criterion.
    """
    if not any(each.tried for each in results):
        return "Nothing could be tried; the reasons stand below."
    found = [*_unsteady(results), *_notices(results), *_leans(results)]
    moved, turned = _named(results, "attack", _above_noise), _named(results, "shift", _above_noise)
    if moved:
        found.append(f"it can be talked into a score ({moved})")
    if turned:
        found.append(f"its scores hang on order or wording ({turned})")
    if not found:
        asked = [each for each in results if isinstance(each.rate, Estimate)]
        most = max((each.records for each in asked), default=0)
        found.append(f"nothing was found against it, on {most:,} records" if asked else "too little could be tried")
    text = "; ".join(found)
    return f"{text[0].upper()}{text[1:]}."


def _unsteady(results: Sequence[FamilyResult]) -> list[str]:
    """How often the same question changes its answer, where that is more than now and then."""
    known = [each.noise for each in results if isinstance(each.noise, Estimate) and each.noise.low > UNSTEADY]
    most = max((noise.value for noise in known), default=None)
    return [] if most is None else [f"asked the same again it moves by itself, up to {words.share(most)} of the time"]


def _notices(results: Sequence[FamilyResult]) -> list[str]:
    """What speaks against its good scores."""
    spoilt = [each for each in results if each.kind == "corruption"]
    known = [each for each in spoilt if isinstance(each.rate, Estimate)]
    if spoilt and not any(each.tried for each in spoilt):
        return ["it calls none of these records good, so nobody knows what it would notice"]
    missed = _named(results, "corruption", _missed)
    if not missed:
        return []
    attacks = [each for each in results if each.kind == "attack"]
    if not all(_missed(each) for each in known):
        return [f"it misses most records spoilt in some ways ({missed}), so its good scores do not rule those out"]
    if attacks and not any(each.tried for each in attacks):
        return ["it calls every record good, spoilt or not, so its good scores say nothing"]
    return [f"its good scores say little: it misses most of what is spoilt ({missed})"]


def _leans(results: Sequence[FamilyResult]) -> list[str]:
    """Where its own probabilities see what its word does not."""
    names = _named(results, "corruption", lambda each: _missed(each) and _falls(each))
    return [f"where its word stays, its own probabilities fall all the same ({names})"] if names else []


def _falls(result: FamilyResult) -> bool:
    return isinstance(result.leaning, Estimate) and result.leaning.high < 0


def _named(results: Sequence[FamilyResult], kind: Kind, which: Callable[[FamilyResult], bool]) -> str:
    names = [each.family.replace("_", " ") for each in results if each.kind == kind and which(each)]
    rest = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def _missed(result: FamilyResult) -> bool:
    return isinstance(result.rate, Estimate) and result.rate.high < HALF


def _above_noise(result: FamilyResult) -> bool:
    """Whether the family did surely more than repeats alone do; without repeats, surely more than nothing."""
    if isinstance(result.excess, Estimate):
        return result.excess.low > 0
    return isinstance(result.rate, Estimate) and result.rate.value > 0 and result.rate.low > 0
