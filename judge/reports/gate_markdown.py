"""What came of a gate, in GitHub-flavoured Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from judge.reports import words
from judge.reports.calibration_markdown import escaped
from judge.stats.intervals import Estimate

if TYPE_CHECKING:
    from judge.calibration.calibrate import Calibration
    from judge.calibration.gate import Check, Gate
    from judge.stats.intervals import Refused

SIGN = {"pass": "✅", "fail": "❌", "inconclusive": "❔", "judge changed": "⚠️"}
HEADING = "| | criterion | bound | figure | next |\n| --- | --- | --- | --- | --- |"


def render(gate: Gate, calibration: Calibration) -> str:
    """A heading with the outcome, and one line a check."""
    run, level = calibration.run, words.percent(calibration.level)
    lines = [
        f"### {SIGN[gate.outcome]} Judge gate: {gate.outcome}",
        "",
        HEADING,
        *(_line(each) for each in gate.checks),
        "",
        f"Run {run.id}, judge {escaped(run.model)} on {escaped(run.dataset)}; intervals at {level}.",
    ]
    return "\n".join(lines) + "\n"


def _line(check: Check) -> str:
    needed = escaped(check.needed)
    return (
        f"| {SIGN[check.outcome]} {check.outcome} | {check.criterion} | {told(check)} | {_figure(check)} | {needed} |"
    )


def told(check: Check) -> str:
    """The bound in words."""
    kind, value = check.bound.kind, check.bound.value
    if kind == "max-rate":
        return f"corrected rate at most {100 * value:g} %"
    return f"{'agreement (alpha)' if kind == 'min-agreement' else 'corrected mean'} at least {value:g}"


def _figure(check: Check) -> str:
    figure = check.figure
    if not isinstance(figure, Estimate):
        return f"none: {escaped(figure.reason)}"
    if check.bound.kind == "max-rate":
        return f"{100 * figure.value:.1f} % \\[{100 * figure.low:.1f} %, {100 * figure.high:.1f} %\\]"
    return f"{figure.value:.3f} \\[{figure.low:.3f}, {figure.high:.3f}\\]"


def to_json(gate: Gate, calibration: Calibration) -> dict[str, Any]:
    """The outcome for machines."""
    return {
        "schema": 1,
        "run": calibration.run.id,
        "outcome": str(gate.outcome),
        "exit_code": gate.exit_code,
        "checks": [
            {
                "criterion": each.criterion,
                "kind": each.bound.kind,
                "bound": each.bound.value,
                "outcome": str(each.outcome),
                "figure": _plain(each.figure),
                "needed": each.needed,
            }
            for each in gate.checks
        ],
    }


def _plain(figure: Estimate | Refused) -> dict[str, Any]:
    if isinstance(figure, Estimate):
        return {"kind": "estimate", "value": figure.value, "low": figure.low, "high": figure.high, "n": figure.n}
    return {"kind": "refused", "reason": figure.reason, "needed": figure.needed, "more": figure.more}
