import re

import pytest

from judge.calibration.calibrate import calibrate
from judge.reports.build import build
from judge.reports.calibration_markdown import escaped, render_markdown, sentence
from judge.settings import CalibrationTable
from rated import rows_of

LIMITS = CalibrationTable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a | b", r"a \| b"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("[x](http://y)", r"\[x\](http://y)"),
        ("# one\n\n* two", r"\# one \* two"),
        ("&lt;", "&amp;lt;"),
    ],
)
def test_texts_are_shown_as_they_are(text, shown):
    """What would be markup, or the end of a cell, is escaped; a text is one line."""
    assert escaped(text) == shown


def test_names_in_a_sentence():
    """Names between backticks stay code, also beside brackets; a bar cannot end a cell."""
    assert sentence("On `x`, 3 % [1 %, 5 %] are `a|b`.") == r"On `x`, 3 % \[1 %, 5 %\] are `a¦b`."


def test_hostile_records_stay_text(db, rubric, stored):
    """No line that a record wrote begins a heading, a table row, a quote or HTML."""
    evil = "# x\n| a | b |\n<script>alert(1)</script>\n```\n> y"
    more = {"record": {"response": evil, "question": evil}, "judgement": {"rationale": evil}}
    rows = [(f"{evil}{n}", "rude", {"ann": "polite"}, more) for n in range(3)]
    run = stored(rubric, [*rows, *rows_of([("rude", "rude", 20), ("polite", "polite", 20)])])
    made = render_markdown(build(db, calibrate(db, run, LIMITS), LIMITS))
    assert "<script" not in made
    headings = re.findall(r"^#+ (.*)$", made, re.MULTILINE)
    assert [heading for heading in headings if "x" in heading.split()] == []
    assert made.count("```") == 2
    widths = {line.count("|") - line.count("\\|") for line in made.splitlines() if line.startswith("| polite")}
    assert len(widths) == 1


def test_what_it_holds(db, rubric, stored):
    """Standing, reasons, figures with a plot, agreement, confusion, plans, disagreements, provenance and methods."""
    rows = rows_of([("rude", "rude", 20), ("rude", "polite", 5), ("polite", "polite", 40), ("polite", None, 400)])
    made = render_markdown(build(db, calibrate(db, stored(rubric, rows), LIMITS), LIMITS))
    for shown in (
        *("# How far m can be trusted on d", "**On `tone`, this judge is", "**Next**", "| corrected |", "●"),
        *("### Agreement", "### Who said what", "### How many ratings", "### Where judge and people differ"),
        *("## Where these figures come from", "| fingerprint |", "## Methods"),
    ):
        assert shown in made, shown
