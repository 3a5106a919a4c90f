"""A run's summary for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from judge.reports.table import table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from judge.run.summary import CriterionSummary, Summary

BAR_WIDTH = 16
TWO_VALUES = 2
BASELINE = "baseline"


def render(summary: Summary) -> Group:
    """The summary: what came out per criterion, what was not scored and why, what it cost, what it is worth."""
    parts: list[RenderableType] = [_headline(summary), Text()]
    if summary.criteria:
        headings = ["rubric · criterion", "scored", "abstained", "raw result", ""]
        parts += [table(headings, [_row(each) for each in summary.criteria], right={1, 2}), Text()]
    if summary.measures:
        rows = [
            [each.metric, f"{each.measured:,}", f"{sum(each.abstained.values()):,}", _figure(each.mean)]
            for each in summary.measures
        ]
        parts += [table(["metric", "measured", "without", "mean"], rows, right={1, 2, 3}), Text()]
    parts += [*_abstentions(summary), _calls(summary), *_trust(summary)]
    return Group(*parts)


def _headline(summary: Summary) -> Text:
    run = summary.run
    state = "" if run.state == "finished" else f" · {run.state}"
    return Text(f"Run {run.id} · {run.dataset} · judge {run.model} · {summary.seconds:.1f} s{state}", style="bold")


def _row(each: CriterionSummary) -> list[str]:
    name = f"{each.rubric} · {each.criterion}"
    abstained = sum(each.abstained.values())
    return [name, f"{each.scored:,}", f"{abstained:,}", _result(each), _bar(each.raw_rate)]


def _result(each: CriterionSummary) -> str:
    if not each.scored:
        return "nothing scored"
    mean = [] if each.mean is None else [f"mean {each.mean:.2f}"]
    if each.raw_rate is None:
        return mean[0]
    # Two values are told by the share of one of them.
    told = each.positive if len(each.distribution) == TWO_VALUES else each.distribution
    return ", ".join([*mean, *(f"{each.distribution[value] / each.scored:.1%} {value}" for value in told)])


def _bar(rate: float | None) -> str:
    if rate is None:
        return ""
    filled = round(rate * BAR_WIDTH)
    return "█" * filled + "░" * (BAR_WIDTH - filled)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _abstentions(summary: Summary) -> list[Text]:
    lines = []
    for each in summary.criteria:
        if each.abstained:
            reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(each.abstained.items()))
            lines.append(Text(f"Abstained on {each.rubric} · {each.criterion}: {reasons}."))
    lines += [
        Text(
            f"Contested on {each.rubric} · {each.criterion}: {each.contested:,} flagged items are judged otherwise "
            "without their suspicious spans; `judge study create ... --design contested` draws them for people.",
            "yellow",
        )
        for each in summary.criteria
        if each.contested
    ]
    return [*lines, Text()] if lines else []


def _calls(summary: Summary) -> Text:
    totals = summary.totals
    if not totals.calls and not totals.orphans:
        return Text("No new calls: everything was on the ledger already." if summary.criteria else "No calls.")
    parts = [f"{totals.calls:,} calls", f"{totals.prompt_tokens + totals.completion_tokens:,} tokens"]
    parts.append(f"${totals.cost:.4f}")
    if totals.latency is not None:
        parts.append(f"{totals.latency * 1000:,.0f} ms a call")
    if totals.retries:
        parts.append(f"{totals.retries:,} retries")
    if totals.unknown:
        parts.append(f"cost of {totals.unknown:,} calls unknown")
    if totals.orphans:
        parts.append(f"{totals.orphans:,} orphans (sent, never settled)")
    if totals.reserved:
        parts.append(f"at most ${totals.reserved:.4f} more")
    return Text(" · ".join(parts))


def _trust(summary: Summary) -> list[Text]:
    if not summary.criteria:
        return []
    lines = [
        Text(),
        Text.assemble(
            ("uncalibrated", "bold yellow"),
            ": these are the judge's raw figures. Until people have rated some of the same records, nobody knows how "
            "far they are from the truth.",
        ),
    ]
    if summary.run.model == BASELINE:
        lines.append(Text("The baseline judge is no LLM: it is the floor that every real judge must beat."))
    return lines
