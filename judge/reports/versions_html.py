"""Versions compared, as one self-contained HTML page."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from judge.reports import mix, plot, versions
from judge.reports.page import environment, page
from judge.stats.contrast import Contrast

if TYPE_CHECKING:
    from jinja2 import Environment

    from judge.comparing.found import Compared, CriterionFound, Pair

METHODS = (
    (
        "Corrected difference: each side's figure is corrected by its own ratings, post-stratified by the judge's "
        "score, so that a judge may err differently on either side; the limits are joined by MOVER (Zou and Donner "
        "2008, Statistics in Medicine 27: 1693-1702) with the correlation of the sides over what they share."
    ),
    (
        "Better or worse: the difference leaves 0 out, its p-value adjusted for all questions asked at once. No "
        "difference larger than the margin: two one-sided tests (Schuirmann 1987), likewise adjusted."
    ),
    (
        "Judge alone: a permutation of whole clusters, and McNemar's exact test where pairs have one response each. "
        "Neither knows that the judge errs."
    ),
    (
        "More ratings and records: each part of the variance shrinks with its own number, until a true difference of "
        "the margin is found in 80 % of cases."
    ),
)


def render_html(compared: Compared) -> str:
    """The comparison as one page."""
    return page(
        _world(),
        "versions.html.jinja",
        styles=("report.css", "versions.css"),
        compared=compared,
        names=compared.names,
        mix=mix.warnings(compared),
        criteria=[_shown(compared, found) for found in compared.criteria],
        guardrails=[
            (each.kept.value, versions.guardrail_told(compared, each))
            for found in compared.criteria
            for each in found.guardrails
        ],
        overview=_overview(compared),
        how=versions.how(compared),
        methods=METHODS,
    )


@cache
def _world() -> Environment:
    return environment({"label": versions.tick})


def _shown(compared: Compared, found: CriterionFound) -> dict[str, Any]:
    low, high = found.measure.ends
    return {
        "found": found,
        "percent": versions.is_rate(found),
        "arms": [
            (arm, places, {mark.kind: mark for mark in versions.arm_marks(arm)})
            for arm, places in versions.ranked(found)
        ],
        "axis": versions.arm_axis(found),
        "pairs": [_pair(compared, found, pair) for pair in found.pairs],
        "gap_axis": versions.difference_axis(found, found.pairs, compared.wanted.margin),
        "margin": compared.wanted.margin * (high - low),
        "headings": versions.arm_headings(found),
        "rows": versions.arm_rows(found),
    }


def _pair(compared: Compared, found: CriterionFound, pair: Pair) -> dict[str, Any]:
    return {
        "a": compared.names[pair.a],
        "b": compared.names[pair.b],
        "sentence": versions.sentence(compared, found, pair),
        "stamp": versions.stamp(pair),
        "marks": versions.difference_marks(found, pair),
        "notes": versions.notes(compared, found, pair),
    }


def _overview(compared: Compared) -> dict[str, Any] | None:
    """Every criterion's difference as a share of its scale, better to the right, where two sides have several."""
    rows = []
    for found in compared.criteria:
        pair, way = found.pairs[0], found.measure.better
        if len(found.pairs) > 1 or not way or not isinstance(pair.contrast, Contrast):
            continue
        width = pair.contrast.width
        estimate = pair.contrast.estimate
        ends = sorted((way * estimate.low / width, way * estimate.high / width))
        text = f"{found.criterion.name}: {versions.stamp(pair)}"
        mark = plot.Mark("corrected", found.criterion.name, way * estimate.value / width, ends[0], ends[1], text)
        rows.append((mark, versions.stamp(pair)))
    if len(rows) < 2:  # noqa: PLR2004 - one criterion has its own plot
        return None
    margin = compared.wanted.margin
    edge = plot.Mark("corrected", "", 0.0, -margin, margin, "")
    return {"rows": rows, "axis": plot.axis_of([*(row[0] for row in rows), edge], (-1.0, 1.0), percent=True)}
