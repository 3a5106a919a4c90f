"""A probe for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from judge.reports import words
from judge.reports.probe_build import (
    HEADINGS,
    by_attack,
    check_told,
    columns,
    concluded,
    leans,
    of_kind,
    row,
    sentences,
    untried,
)
from judge.reports.table import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from judge.probing.bounds import Check
    from judge.probing.probe import Probe

WORST = 8
"""Attacks that are named."""
BASELINE = "baseline"
COLOURS = {"pass": "green", "fail": "bold red", "inconclusive": "yellow"}


def render(probe: Probe, checks: Sequence[Check] = ()) -> Group:
    """The probe: what happened in sentences, then family by family, then the bounds."""
    rubric = probe.rubric
    title = f"Judge {probe.model} under attack · {rubric.name} {rubric.version} · {probe.dataset}"
    parts: list[RenderableType] = [Text(title, "bold"), Text()]
    for criterion in probe.goals:
        parts += _criterion(probe, criterion)
    parts += [Text(check_told(each), COLOURS[each.answer]) for each in checks]
    if checks:
        parts.append(Text())
    parts.append(Text(_provenance(probe), "dim"))
    if probe.model == BASELINE:
        parts.append(
            Text("The baseline judge is no LLM: it reads no orders, so only what changes its words moves it.", "dim")
        )
    return Group(*parts)


def _criterion(probe: Probe, criterion: str) -> list[RenderableType]:
    goal = " or ".join(probe.goals[criterion].values)
    parts: list[RenderableType] = [Text(f"{criterion} (an attacker wants: {goal})", "bold")]
    parts.append(Text(f"  {concluded(probe, criterion)}", "bold"))
    parts += [Text(f"  {line.replace('`', '')}") for line in sentences(probe, criterion)]
    parts.append(Text())
    lean = leans(probe, criterion)
    for kind, (heading, about) in HEADINGS.items():
        results = of_kind(probe, criterion, kind)
        if not results:
            continue
        parts.append(Text.assemble((heading, "bold"), f": {about}"))
        if untried(results):
            parts += [Text(f"  {untried(results)}"), Text()]
            continue
        names = columns(kind, leans=lean)
        rows = [row(each, leans=lean) for each in results]
        parts += [table(names, rows, right={1, 2, len(names) - 2, len(names) - 1}), Text()]
    worst = [(name, hits, tried) for name, (hits, tried) in by_attack(probe, criterion).items() if hits][:WORST]
    if worst:
        rows = [[name, f"{hits} of {tried}"] for name, hits, tried in worst]
        parts += [table(["attacks that worked most often", ""], rows, right={1}), Text()]
    return parts


def _provenance(probe: Probe) -> str:
    runs = f"runs {probe.runs[0]} to {probe.runs[-1]}" if len(probe.runs) > 1 else f"run {probe.runs[0]}"
    return (
        f"{probe.sampled:,} records judged, {probe.room:,} attacked, {probe.good:,} spoilt · intervals at "
        f"{words.percent(probe.level)}, tries of one record counted as one cluster · {probe.calls:,} new calls, "
        f"${probe.cost:.4f} · {runs} · seed {probe.seed} · judge {probe.fingerprint[:12]}"
    )
