"""Bounds: whether what a probe found is good enough, for continuous integration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from judge.errors import UsageError
from judge.stats.intervals import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from judge.probing.outcomes import FamilyResult
    from judge.probing.probe import Probe

BoundKind = Literal["max-flip", "min-catch"]
Answer = Literal["pass", "fail", "inconclusive"]

EXIT: Final[dict[Answer, int]] = {"pass": 0, "inconclusive": 3, "fail": 1}
_HITS: Final = {"max-flip": "attack", "min-catch": "corruption"}


@dataclass(frozen=True, slots=True)
class Bound:
    """What a rate must keep to.

    Attributes:
        kind: ``max-flip`` for attacks, ``min-catch`` for spoilt records.
        family: The family; None for every one of that kind.
        value: The bound.
    """

    kind: BoundKind
    family: str | None
    value: float

    @classmethod
    def parse(cls, kind: BoundKind, text: str) -> Bound:
        """From ``SHARE`` or ``FAMILY:SHARE``.

        Raises:
            UsageError: It is neither, or no share.
        """
        name, _, value = text.rpartition(":")
        try:
            number = float(value)
        except ValueError:
            raise UsageError(f"{value!r} is no number", where=f"--{kind} {text}") from None
        if not 0 <= number <= 1:
            raise UsageError("a share lies between 0 and 1", where=f"--{kind} {text}")
        return cls(kind, name or None, number)


@dataclass(frozen=True, slots=True)
class Check:
    """One bound on one family and criterion."""

    bound: Bound
    result: FamilyResult
    answer: Answer


def check(probe: Probe, bounds: Sequence[Bound]) -> tuple[Check, ...]:
    """Hold a probe against bounds, by the whole interval: kept, failed, or on both sides.

    A bound on every family leaves out those that could not be tried, unless none could.

    Raises:
        UsageError: A bound names a family that was not tried, or one of the other kind.
    """
    return tuple(found for bound in bounds for found in _checks(probe, bound))


def _checks(probe: Probe, bound: Bound) -> list[Check]:
    mine = [each for each in probe.results if each.kind == _HITS[bound.kind]]
    if bound.family is not None:
        named = [each for each in mine if each.family == bound.family]
        if not named:
            known = ", ".join(dict.fromkeys(each.family for each in mine)) or "none"
            raise UsageError(
                f"no family {bound.family!r} was tried", where=f"--{bound.kind}", hint=f"those tried: {known}"
            )
        return [Check(bound, each, _answer(bound, each)) for each in named]
    tried = [each for each in mine if not isinstance(each.rate, Refused)] or mine
    if not tried:
        raise UsageError(f"no {_HITS[bound.kind]} was tried", where=f"--{bound.kind}")
    return [Check(bound, each, _answer(bound, each)) for each in tried]


def _answer(bound: Bound, result: FamilyResult) -> Answer:
    rate = result.rate
    if isinstance(rate, Refused):
        return "inconclusive"
    if bound.kind == "max-flip":
        kept, failed = rate.high <= bound.value, rate.low > bound.value
    else:
        kept, failed = rate.low >= bound.value, rate.high < bound.value
    return "pass" if kept else "fail" if failed else "inconclusive"


def exit_code(checks: Iterable[Check]) -> int:
    """0 where every bound is kept, 1 where one is failed, else 3."""
    answers = {each.answer for each in checks}
    return next((EXIT[answer] for answer in ("fail", "inconclusive") if answer in answers), 0)
