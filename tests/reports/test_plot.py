import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.reports import plot
from judge.reports.form import EstimatePart, FiguresPart, RefusedPart

REFUSED = RefusedPart(reason="why", needed="rate 5 more items", method="m", more=5)


def figures(raw, low, high, *, ends=(0.0, 1.0), what="rate of rude", bounds=None):
    middle = (low + high) / 2
    part = EstimatePart(value=middle, low=low, high=high, level=0.95, n=9, method="m", sides="both")
    return FiguresPart(what=what, ends=ends, raw=raw, bounds=bounds, human=REFUSED, corrected=part, bias=None)


shares = st.floats(0, 1)


@settings(deadline=None, max_examples=200)
@given(shares, shares, shares)
def test_everything_lies_on_the_axis(raw, one, other):
    """Every figure and limit lies between the axis' ends, the ends within what is possible, and ticks ascend."""
    made = figures(raw, min(one, other), max(one, other))
    lines = plot.marks(made)
    axis = plot.axis_of(lines, made.ends, percent=True)
    assert 0 <= axis.low < axis.high <= 1
    seen = [value for line in lines for value in (line.value, line.low, line.high) if value is not None]
    assert all(axis.low - 1e-9 <= value <= axis.high + 1e-9 for value in seen)
    assert list(axis.ticks) == sorted(set(axis.ticks))
    assert 2 <= len(axis.ticks) <= 9
    labels = [axis.label(tick) for tick in axis.ticks]
    assert len(set(labels)) == len(labels)


def test_a_narrow_interval_is_not_blown_up():
    """A hair's breadth does not fill the plot: at least a tenth of the scale is shown."""
    made = figures(0.5, 0.499, 0.501)
    axis = plot.axis_of(plot.marks(made), made.ends, percent=True)
    assert axis.high - axis.low >= 0.1


def test_in_characters():
    """The raw figure is hollow, the corrected one full between its limits, a refusal leaves its line empty."""
    made = figures(0.30, 0.40, 0.60, bounds=(0.28, 0.35))
    lines = plot.marks(made)
    rows = plot.in_characters(lines, plot.axis_of(lines, made.ends, percent=True), 41)
    raw, human, corrected, rule, names = (row[1] for row in rows)
    assert raw.strip() == "╎┄○┄┄┄╎"
    assert human.strip() == ""
    assert "rate 5 more items" not in rows[1][2]
    assert "why" in rows[1][2]
    assert corrected.strip().startswith("├")
    assert corrected.strip().endswith("┤")
    assert "●" in corrected
    assert corrected.index("├") > raw.index("○")
    assert rule.count("┴") == len(plot.axis_of(lines, made.ends, percent=True).ticks)
    assert "%" in names


@pytest.mark.parametrize(("low", "high", "ends"), [(1.2, 4.8, (1.0, 5.0)), (-40.0, 3.0, (-100.0, 100.0))])
def test_other_scales(low, high, ends):
    """Means lie on the scale's own numbers, without per cent."""
    made = figures(low, low, high, ends=ends, what="mean")
    axis = plot.axis_of(plot.marks(made), ends, percent=False)
    assert ends[0] <= axis.low <= low
    assert high <= axis.high <= ends[1]
    assert not any("%" in axis.label(tick) for tick in axis.ticks)
