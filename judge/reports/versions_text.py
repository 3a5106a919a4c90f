"""Versions compared, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from judge.comparing.conclusion import Conclusion, Kept
from judge.reports import mix, plot, versions
from judge.reports.table import table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from judge.comparing.found import Compared, CriterionFound, Pair
    from judge.reports.plot import Axis

STYLE = {
    Conclusion.BETTER: "bold green",
    Conclusion.WORSE: "bold red",
    Conclusion.UNKNOWN: "bold yellow",
    Kept.KEPT: "green",
    Kept.BROKEN: "bold red",
    Kept.UNKNOWN: "yellow",
}
MOST_PLOTS = 3
"""Pairs whose difference is drawn; more are a table."""


def render(compared: Compared) -> Group:
    """The conclusions first, then each criterion: the sides, and each two of them."""
    parts: list[RenderableType] = []
    for found in compared.criteria:
        parts += [_sentence(compared, found, pair) for pair in found.pairs]
    for found in compared.criteria:
        for each in found.guardrails:
            parts.append(Text(f"Guardrail: {versions.guardrail_told(compared, each)}.", STYLE[each.kept]))
    parts += [Text(f"Warning: {line}.", "yellow") for line in mix.warnings(compared)]
    for found in compared.criteria:
        parts += [Text(), *_criterion(compared, found)]
    parts += [Text(), *(Text(f"{line[:1].upper()}{line[1:]}.") for line in versions.how(compared))]
    return Group(*parts)


def _sentence(compared: Compared, found: CriterionFound, pair: Pair) -> Text:
    return Text(versions.sentence(compared, found, pair).replace("`", ""), STYLE.get(pair.decided.conclusion, "bold"))


def _criterion(compared: Compared, found: CriterionFound) -> list[RenderableType]:
    headings, rows = versions.arm_headings(found), versions.arm_rows(found)
    name = f"{found.rubric.name} · {found.criterion.name} · {found.measure.what}"
    parts: list[RenderableType] = [Text(name, "bold"), table(headings, rows, right=set(range(1, len(headings) - 2)))]
    if len(found.pairs) > MOST_PLOTS:
        return [*parts, Text(), _pairs(compared, found)]
    axis = versions.difference_axis(found, found.pairs, compared.wanted.margin)
    for pair in found.pairs:
        parts += [Text(), Text(f"{compared.names[pair.b]} minus {compared.names[pair.a]}")]
        parts.append(_drawn(found, pair, axis))
        parts += [Text(f"  {line[:1].upper()}{line[1:]}.") for line in versions.notes(compared, found, pair)]
    return parts


def _drawn(found: CriterionFound, pair: Pair, axis: Axis) -> RenderableType:
    rows = plot.in_characters(versions.difference_marks(found, pair), axis, label=versions.tick)
    return table(["", "", ""], [list(row) for row in rows])


def _pairs(compared: Compared, found: CriterionFound) -> RenderableType:
    percent = versions.is_rate(found)
    rows = []
    for pair in found.pairs:
        marks = versions.difference_marks(found, pair)
        p = "–" if pair.decided.p is None else versions.p_text(pair.decided.p)
        raw = "–" if pair.raw.value is None else versions.gap(pair.raw.value, percent=percent, unit=False)
        rows.append([compared.names[pair.b], compared.names[pair.a], raw, marks[2].text, p, versions.stamp(pair)])
    headings = ["", "against", "judge alone", "corrected difference", "p, adjusted", "conclusion"]
    return table(headings, rows, right={2, 4})
