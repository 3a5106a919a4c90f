import pytest

from judge.reports import words
from judge.reports.form import CountsPart, EstimatePart, FiguresPart, RefusedPart, StandingPart


def estimate(value, low, high, sides="both"):
    return EstimatePart(value=value, low=low, high=high, level=0.95, n=100, method="m", sides=sides)


def figures(corrected, what="rate of unsupported", raw=0.081):
    return FiguresPart(
        what=what, ends=(0, 1), raw=raw, bounds=(raw or 0, raw or 0), human=corrected, corrected=corrected, bias=None
    )


REFUSED = RefusedPart(reason="why", needed="what", method="m", more=None)
COUNTS = CountsPart(
    judged=400, scored=400, abstained={}, not_applicable=0, rated=12, overlap=0, skipped=0, elsewhere=0, older=0
)


def said(answer, made, reasons=(), unit="responses"):
    standing = StandingPart(answer=answer, reasons=reasons, advice=(), warnings=())
    return words.sentence("supported", standing, made, COUNTS, unit)


def test_the_sentence_of_a_corrected_judge():
    """A person with one minute reads what the judge may be used for, the corrected rate, its interval, the raw one."""
    assert said("usable with correction", figures(estimate(0.123, 0.098, 0.151))) == (
        "On `supported`, this judge is usable with correction: 12.3 % of responses are `unsupported` "
        "[9.8 %, 15.1 %]; its raw figure says 8.1 %."
    )


def test_the_sentence_of_an_uncalibrated_judge():
    """Without ratings the raw figure is given as what it is."""
    assert said("uncalibrated", figures(REFUSED)) == (
        "On `supported`, this judge is uncalibrated: nobody has rated what it judged. "
        "Its raw figure is 8.1 %; how far that is from the truth, nobody knows."
    )
    assert said("uncalibrated", figures(REFUSED, raw=None)).endswith("nobody has rated what it judged.")


def test_the_sentence_with_too_few_ratings():
    """Too few ratings are told in numbers, with the first reason, and no corrected figure is given."""
    told = said("not enough ratings", figures(REFUSED))
    assert "12 of 400 items are rated" in told
    assert "can be trusted: people rated none of it." in said(
        "not enough ratings", figures(REFUSED), ("people rated none of it",)
    )
    assert "Its raw figure, 8.1 %, stands uncorrected." in told


def test_the_sentence_of_a_mean():
    """A mean has digits, no per cent."""
    made = figures(estimate(3.42, 3.30, 3.55), what="mean", raw=3.6)
    assert "the mean is 3.42 [3.30, 3.55]; its raw figure says 3.60." in said("usable", made)


def test_a_bound_on_one_side():
    """Where only one limit was estimated, the other is not shown as if it had been."""
    assert words.interval(estimate(0, 0, 0.052, "upper"), percent=True) == "at most 5.2 %"
    assert words.interval(estimate(1, 0.9, 1, "lower"), percent=False) == "at least 0.90"


@pytest.mark.parametrize(("value", "shown"), [(-0.304, "−0.30"), (0.0001, "0.00"), (-0.0001, "0.00"), (0.3, "+0.30")])
def test_differences_have_their_sign(value, shown):
    """A true minus sign, and no sign at nought."""
    assert words.signed(value) == shown


def test_pieces():
    """Names between backticks are told from the rest."""
    assert words.pieces("On `x`, 3 are `y`.") == [
        ("On ", False),
        ("x", True),
        (", 3 are ", False),
        ("y", True),
        (".", False),
    ]
