"""The agreement of a study as a sheet: alike or not, who with whom, and on what people differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sheets

from judge.stats.intervals import Estimate

if TYPE_CHECKING:
    from judge.labeling.agreement import CriterionAgreement
    from judge.labeling.status import Status
    from judge.rubric.schema import Criterion

    Block = dict[str, Any]

MOST_TIMES = 20
WHAT_ALPHA_IS = (
    "Krippendorff's alpha: 1 is perfect agreement, 0 what chance alone gives, below 0 worse than chance. The line is "
    "the interval: the fewer items two people share, the longer it is."
)


def progress_block(status: Status) -> Block:
    """How far the study is."""
    share = status.filled / status.slots if status.slots else 0.0
    return sheets.tiles(
        sheets.tile(f"{status.filled:,} of {status.slots:,}", "ratings given", share=share),
        sheets.tile(f"{status.complete:,} of {status.items:,}", "records complete"),
        sheets.tile(str(sum(worker.done > 0 for worker in status.workers)), "annotators have rated"),
    )


def criterion_blocks(found: CriterionAgreement, criterion: Criterion) -> list[Block]:
    """Everything about one criterion."""
    return [
        sheets.heading(criterion.question),
        _alphas(found),
        *_matrix(found),
        *_people(found),
        _disputes(found),
        *_times(found),
    ]


def _alphas(found: CriterionAgreement) -> Block:
    rows = [sheets.interval("All annotators", found.alpha, about=f"{found.items:,} items rated", tone="main")]
    for each in found.standings:
        about = f"{each.others.items:,} items shared"
        rows.append(sheets.interval(f"{each.annotator} and the others", each.others.alpha, about=about))
    for each in found.standings:
        if each.judge is not None:
            about = f"{each.judge.items:,} items"
            rows.append(sheets.interval(f"{each.annotator} and the judge", each.judge.alpha, about=about, tone="quiet"))
    least = min((row["low"] for row in rows if "low" in row), default=0.0)
    return sheets.intervals("How alike they rate", WHAT_ALPHA_IS, rows, low=-1.0 if least < 0 else 0.0, high=1.0)


def _matrix(found: CriterionAgreement) -> list[Block]:
    names = [each.annotator for each in found.standings]
    if len(names) < 2 or not found.pairs:  # noqa: PLR2004 - a pair is two
        return []
    cells: dict[tuple[str, str], Block] = {}
    for pair in found.pairs:
        share = pair.percent.value if isinstance(pair.percent, Estimate) else 0.0
        told = f"{100 * share:.0f} %" if isinstance(pair.percent, Estimate) else "—"
        alpha = f"α {pair.alpha.value:.2f}".replace("-", "−") if isinstance(pair.alpha, Estimate) else "too few"
        cell = {"text": told, "about": f"{alpha} · {pair.items:,} items", "share": share}
        cells[pair.first, pair.second] = cells[pair.second, pair.first] = cell
    grid = [[cells.get((first, second)) for second in names] for first in names]
    about = "Share of the shared items on which two said the same, with their alpha."
    return [{"kind": "matrix", "title": "Two by two", "about": about, "names": names, "cells": grid}]


def _people(found: CriterionAgreement) -> list[Block]:
    if not found.standings:
        return []
    headings = ["annotator", "rated", "usual time", "same as the others", "same as the judge", "same as themselves"]
    graded = any(each.severity is not None for each in found.standings)
    rows = [
        [
            each.annotator,
            f"{each.rated:,}",
            "" if each.seconds is None else f"{each.seconds:.0f} s",
            sheets.share(each.others.percent),
            "no judge" if each.judge is None else sheets.share(each.judge.percent),
            sheets.share(each.repeats.percent),
            *([sheets.said(each.severity) if each.severity else ""] if graded else []),
        ]
        for each in found.standings
    ]
    return [sheets.table("Each annotator", headings + ["milder or stricter"] * graded, rows, right=[1, 2])]


def _disputes(found: CriterionAgreement) -> Block:
    if not found.disputes:
        return sheets.message("No item is disputed.", "Nobody has said two different things of one item so far.")
    names = [each.annotator for each in found.standings]
    rows = [[each.record, *(str(each.values.get(name, "")) for name in names)] for each in found.disputes]
    return sheets.table("What people disagree on most", ["record", *names], rows)


def _times(found: CriterionAgreement) -> list[Block]:
    rows = [
        [each.record, each.annotator, f"{each.seconds:.0f} s", f"{each.usual:.0f} s"]
        for each in found.outliers[:MOST_TIMES]
    ]
    headings = ["record", "annotator", "took", "usual for them"]
    return [sheets.table("Times out of the ordinary", headings, rows, right=[2, 3])] if rows else []
