"""Rows about people: each annotator beside the others, the same for every format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from judge.reports import words
from judge.reports.form import EstimatePart

if TYPE_CHECKING:
    from judge.reports.form import AnnotatorPart, PeoplePart, Result

HEADINGS: Final = (
    "annotator",
    "items",
    "like the others",
    "more (+) or less (\N{MINUS SIGN}) than the others",
    "right by the model",
    "like themselves",
)


def annotator_table(people: PeoplePart, *, percent: bool) -> tuple[list[str], list[list[str]]]:
    """Headings and rows, each annotator beside the others; no rows where there is only one.

    Args:
        people: The annotators.
        percent: Whether severity is in shares of a positive value, else in units of the scale.
    """
    rows = [_row(each, percent=percent) for each in people.each] if len(people.each) > 1 else []
    kept = [place for place in range(len(HEADINGS)) if any(row[place] for row in rows)]
    return [HEADINGS[place] for place in kept], [[row[place] for place in kept] for row in rows]


def _row(found: AnnotatorPart, *, percent: bool) -> list[str]:
    return [
        found.annotator,
        f"{found.rated:,}",
        "" if found.others is None else words.brief(found.others, percent=True),
        "" if found.severity is None else _difference(found.severity, percent=percent),
        "" if found.model is None else words.share(found.model),
        "" if found.repeats is None else words.brief(found.repeats, percent=True),
    ]


def _difference(found: Result, *, percent: bool) -> str:
    if not isinstance(found, EstimatePart):
        return words.brief(found, percent=percent)
    scale = 100 if percent else 1
    value, low, high = (
        words.signed(scale * each, digits=1 if percent else 2) for each in (found.value, found.low, found.high)
    )
    return f"{value} [{low}, {high}]" + (" points" if percent else "")


def model_told(people: PeoplePart) -> str:
    """What Dawid and Skene's model adds to the majority, in a sentence; empty where there is no model."""
    if people.model_differs is None:
        return ""
    model = "Dawid and Skene's model, which weighs annotators by how reliable they seem,"
    if not people.model_differs:
        return f"{model} sides with the majority throughout."
    differs = f"differs from the majority on {people.model_differs:,} of {people.items:,} items"
    return f"{model} {differs}: adjudicate those first."
