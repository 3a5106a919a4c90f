"""Judges side by side as one self-contained HTML page."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from judge.calibration.mixture import Mixtures
from judge.reports import mixture, plot, words
from judge.reports.build import result
from judge.reports.comparison import (
    JUDGES,
    in_points,
    judge_rows,
    left_to_people,
    pairing_heading,
    pairing_rows,
    sentence,
)
from judge.reports.form import EstimatePart
from judge.reports.page import environment, page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment

    from judge.calibration.compare import Comparison, Pairing

METHODS = (
    (
        "Each judge's figures are corrected as in its own calibration report. How often a judge gives people's value "
        "is corrected over all items that both judged; the difference joins the two with their correlation over the "
        "same items (MOVER; Zou and Donner 2008, Newcombe 1998), and is cluster-robust over conversations."
    ),
    "McNemar's test is the exact binomial one (McNemar 1947).",
    (
        "A mixture takes a score of the first judge from a certainty upwards, then one of the second, and leaves the "
        "rest to people. Of all such rules the cheapest is taken whose lower limit (Wilson 1927) by one half of the "
        "ratings keeps the target; it is measured by the other half alone, for the best of many flatters itself where "
        "it was chosen."
    ),
    (
        "Items that people decide count as agreed: what a rating is worth is told by the agreement among people in "
        "each judge's own report."
    ),
)


def render_html(found: Sequence[Comparison]) -> str:
    """The comparison as one page, with no script at all."""
    return page(
        _world(),
        "comparison.html.jinja",
        styles=("report.css", "comparison.css"),
        found=found,
        names=[each.run.model for each in found[0].contenders],
        dataset=found[0].contenders[0].run.dataset,
        judge_headings=JUDGES,
        methods=METHODS,
    )


@cache
def _world() -> Environment:
    return environment(
        {
            "said": said,
            "judge_rows": judge_rows,
            "pairing_rows": pairing_rows,
            "pairing_heading": pairing_heading,
            "left_to_people": left_to_people,
            "mixture_sentence": mixture.sentence,
            "mixture_rows": mixture_rows,
            "mixture_how": mixture.how,
            "mixture_headings": mixture.headings,
            "duel": duel,
            "cost_picture": cost_picture,
        }
    )


def said(found: Comparison) -> list[str]:
    """What each pairing comes to, in a sentence."""
    names = [each.run.model for each in found.contenders]
    return [sentence(found, pairing, names) for pairing in found.pairings]


def mixture_rows(found: Comparison, place: int) -> list[list[str]]:
    """The mixtures of a pairing; empty where none can be chosen."""
    mixtures = found.mixtures[place]
    return mixture.rows(found, mixtures) if isinstance(mixtures, Mixtures) else []


def duel(found: Comparison, pairing: Pairing) -> dict[str, Any]:
    """Two judges' agreement with people, and the difference, as intervals on axes of their own."""
    names = [found.contenders[place].run.model for place in (pairing.first, pairing.second)]
    lines = [_mark("human", name, each) for name, each in zip(names, pairing.right, strict=True)]
    difference = _mark("corrected", f"{names[0]} minus {names[1]}", pairing.difference)
    difference = replace(difference, text=in_points(result(pairing.difference)))
    nothing = plot.Mark("raw", "", 0.0, None, None, "")
    return {
        "lines": lines,
        "axis": plot.axis_of(lines, (0.0, 1.0), percent=True),
        "difference": difference,
        "difference_axis": plot.axis_of([difference, nothing], (-1.0, 1.0), percent=True),
    }


def _mark(kind: plot.Kind, name: str, found: Any) -> plot.Mark:
    made = result(found)
    if not isinstance(made, EstimatePart):
        return plot.Mark(kind, name, None, None, None, words.full(made, percent=True))
    return plot.Mark(kind, name, made.value, made.low, made.high, words.full(made, percent=True))


def cost_picture(found: Comparison, place: int) -> mixture.Picture | None:
    """Cost against quality for a pairing; None where hardly anything is known."""
    mixtures, pairing = found.mixtures[place], found.pairings[place]
    if not isinstance(mixtures, Mixtures):
        return None
    right = {pairing.first: pairing.right[0], pairing.second: pairing.right[1]}
    return mixture.picture(found, mixtures, right)
