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

SHOWN: Final = 20
"""Annotators in a table; of more, those least like the others stand in it, for they are who one wants to see."""


def annotator_table(people: PeoplePart, *, percent: bool) -> tuple[list[str], list[list[str]]]:
    """Headings and rows, each annotator beside the others; no rows where there is only one.

    Args:
        people: The annotators.
        percent: Whether severity is in shares of a positive value, else in units of the scale.
    """
    each = people.each if len(people.each) <= SHOWN else sorted(people.each, key=_likeness)[:SHOWN]
    rows = [_row(one, percent=percent) for one in each] if len(people.each) > 1 else []
    kept = [place for place in range(len(HEADINGS)) if any(row[place] for row in rows)]
    return [HEADINGS[place] for place in kept], [[row[place] for place in kept] for row in rows]


def _likeness(found: AnnotatorPart) -> float:
    return found.others.value if isinstance(found.others, EstimatePart) else 1.0


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


def annotators_told(people: PeoplePart) -> str:
    """What the table leaves out, and what Dawid and Skene's model adds to the majority; empty where neither is."""
    left = len(people.each) - SHOWN
    cut = f"The {SHOWN} least like the others; {left:,} more are in the JSON." if left > 0 else ""
    return " ".join(filter(None, (cut, _model_told(people))))


def _model_told(people: PeoplePart) -> str:
    if people.model_differs is None:
        return ""
    model = "Dawid and Skene's model, which weighs annotators by how reliable they seem,"
    if not people.model_differs:
        return f"{model} sides with the majority throughout."
    differs = f"differs from the majority on {people.model_differs:,} of {people.items:,} items"
    return f"{model} {differs}: adjudicate those first."
