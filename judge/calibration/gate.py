"""The gate: whether a calibrated figure keeps to a bound, fails it, or is not known well enough to say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

from judge.errors import UsageError
from judge.stats.intervals import Estimate, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.calibration.calibrate import Calibration, CriterionCalibration

Kind = Literal["min-agreement", "max-rate", "min-mean"]


class Outcome(StrEnum):
    """What came of a check."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    CHANGED = "judge changed"


EXIT: Final = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.INCONCLUSIVE: 3, Outcome.CHANGED: 5}


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure must keep to.

    Attributes:
        kind: Which figure, and on which side of the bound it must be.
        name: The criterion, or the rubric where it has one criterion, or ``RUBRIC.CRITERION``; None for all.
        value: The bound.
    """

    kind: Kind
    name: str | None
    value: float

    @classmethod
    def parse(cls, kind: Kind, text: str) -> Bound:
        """From ``NAME:VALUE``, or from ``VALUE`` alone for every criterion's agreement.

        Raises:
            UsageError: It is neither, or a bound that no figure can have.
        """
        name, colon, value = text.rpartition(":")
        try:
            number = float(value)
        except ValueError:
            raise UsageError(f"{value!r} is no number", where=f"--{kind} {text}") from None
        if kind != "min-agreement" and not (colon and name):
            raise UsageError("which criterion?", where=f"--{kind} {text}", hint=f"--{kind} hallucination:{value}")
        if kind == "max-rate" and not 0 <= number <= 1:
            hint = f"--{kind} {name}:{number / 100:g}" if 1 < number <= 100 else None  # noqa: PLR2004 - per cent
            raise UsageError("a rate lies between 0 and 1", where=f"--{kind} {text}", hint=hint)
        if kind == "min-agreement" and not -1 <= number <= 1:
            raise UsageError("agreement lies between -1 and 1", where=f"--{kind} {text}")
        return cls(kind, name or None, number)


@dataclass(frozen=True, slots=True)
class Check:
    """One bound on one criterion.

    Attributes:
        bound: The bound.
        criterion: ``RUBRIC.CRITERION``.
        figure: What was measured, or why it was not.
        outcome: What came of it.
        needed: What to do, unless it passed.
    """

    bound: Bound
    criterion: str
    figure: Estimate | Refused
    outcome: Outcome
    needed: str


@dataclass(frozen=True, slots=True)
class Gate:
    """All checks together.

    Attributes:
        checks: One for each bound and criterion.
        outcome: The gravest: judge changed, fail, inconclusive, pass.
    """

    checks: tuple[Check, ...]
    outcome: Outcome

    @property
    def exit_code(self) -> int:
        """0 pass, 1 fail, 3 inconclusive, 5 judge changed."""
        return EXIT[self.outcome]


GRAVEST: Final = (Outcome.CHANGED, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS)


def check(calibration: Calibration, bounds: Sequence[Bound], *, fingerprints: Sequence[str] = ()) -> Gate:
    """Hold a calibration against bounds.

    A bound is kept where the whole interval keeps it, failed where the whole interval does not, and inconclusive where
    the interval lies on both sides or there is none. The judge has changed where its fingerprint is not among those
    expected, or where every rating belongs to another wording of the rubric.

    Args:
        calibration: The calibration.
        bounds: The bounds.
        fingerprints: Beginnings of the fingerprints that are expected; any if empty.

    Raises:
        UsageError: No bound is given, or one names what this run has not judged.
    """
    if not bounds:
        raise UsageError("there is no bound to hold", hint="--max-rate hallucination:0.05, or --min-agreement 0.6")
    checks = [_check(found, bound, fingerprints) for bound in bounds for found in _named(calibration, bound)]
    outcomes = {each.outcome for each in checks}
    return Gate(tuple(checks), next(outcome for outcome in GRAVEST if outcome in outcomes))


def _named(calibration: Calibration, bound: Bound) -> list[CriterionCalibration]:
    found = [each for each in calibration.criteria if bound.name in _names(each)]
    if bound.name is None:
        return list(calibration.criteria)
    if not found:
        known = ", ".join(f"{each.rubric.name}.{each.criterion.name}" for each in calibration.criteria)
        raise UsageError(
            f"run {calibration.run.id} has no criterion {bound.name!r}", where=f"--{bound.kind}", hint=f"it has {known}"
        )
    return found


def _names(found: CriterionCalibration) -> set[str]:
    rubric, criterion = found.rubric.name, found.criterion.name
    alone = {rubric} if len(found.rubric.criteria) == 1 else set()
    return {criterion, f"{rubric}.{criterion}"} | alone


def _check(found: CriterionCalibration, bound: Bound, fingerprints: Sequence[str]) -> Check:
    name = f"{found.rubric.name}.{found.criterion.name}"
    figure = _figure(found, bound)
    changed = _changed(found, fingerprints)
    if changed:
        return Check(bound, name, figure, Outcome.CHANGED, changed)
    if isinstance(figure, Refused):
        return Check(bound, name, figure, Outcome.INCONCLUSIVE, figure.needed)
    if bound.kind == "max-rate":
        kept, crossed = figure.high <= bound.value, figure.low > bound.value
    else:
        kept, crossed = figure.low >= bound.value, figure.high < bound.value
    if kept:
        return Check(bound, name, figure, Outcome.PASS, "")
    if crossed:
        return Check(bound, name, figure, Outcome.FAIL, "look at the items on which judge and people differ")
    return Check(bound, name, figure, Outcome.INCONCLUSIVE, "rate more items: the interval lies on both sides")


def _changed(found: CriterionCalibration, fingerprints: Sequence[str]) -> str:
    if fingerprints and not any(found.fingerprint.startswith(each) for each in fingerprints):
        return f"the judge is {found.fingerprint[:12]}, expected was {' or '.join(fingerprints)}: calibrate it anew"
    if not found.panel.size and found.panel.older:
        return f"all {found.panel.older} ratings belong to another wording of the rubric: rate by this one"
    return ""


def _figure(found: CriterionCalibration, bound: Bound) -> Estimate | Refused:
    if bound.kind == "min-agreement":
        return found.agreement.alpha
    figures = found.rate if bound.kind == "max-rate" else found.mean
    if figures is None:
        what = "rate" if bound.kind == "max-rate" else "mean"
        raise UsageError(
            f"{found.rubric.name}.{found.criterion.name} has no {what}: its scale is {found.criterion.scale.level}",
            where=f"--{bound.kind}",
        )
    return figures.corrected
