import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.errors import ScaleError
from judge.scales import Level, Scale

BINARY = Scale(Level.BINARY, {"good": "", "bad": ""}, good=("good",))
GRADES = Scale(Level.ORDINAL, {"1": "", "2": "", "3": ""}, good=("3",))
STEPS = Scale(Level.INTERVAL, low=0, high=10, step=0.5, good=("high",))


def test_rate_counts_what_is_not_good_unless_declared():
    """The rate is the share of failures, or of the values that a rubric declares."""
    assert BINARY.positive == ("bad",)
    declared = Scale(Level.NOMINAL, {"a": "", "b": "", "tie": ""}, positive=("a",))
    assert declared.positive == ("a",)
    assert STEPS.positive == ()


@pytest.mark.parametrize(
    ("scale", "value", "score"),
    [
        (BINARY, "good", "good"),
        (BINARY, "Good", None),
        (BINARY, True, None),
        (BINARY, None, None),
        (GRADES, 2, "2"),
        (GRADES, 2.0, "2"),
        (GRADES, "2", "2"),
        (GRADES, 2.5, None),
        (GRADES, 95, None),
        (STEPS, 7.5, 7.5),
        (STEPS, 7, 7.0),
        (STEPS, 7.3, None),
        (STEPS, 10.5, None),
        (STEPS, -1, None),
        (STEPS, "7", None),
        (STEPS, True, None),
        (STEPS, 10**400, None),
        (STEPS, float("nan"), None),
    ],
)
def test_read(scale, value, score):
    """A value is on the scale to the letter, or it is no score."""
    assert scale.read(value) == score


@given(st.floats() | st.integers() | st.text() | st.booleans() | st.none())
def test_read_is_total_and_stays_on_the_scale(value):
    """Whatever a rater gives, what comes out is on the scale or None."""
    for scale in (BINARY, GRADES, STEPS):
        score = scale.read(value)
        assert score is None or (0 <= score <= 10 if scale is STEPS else score in scale.values)


def test_numbers():
    """Ordinal names that are numbers stand for themselves, others for their rank, binary ones for 0 and 1."""
    assert [GRADES.number(name) for name in "123"] == [1, 2, 3]
    words = Scale(Level.ORDINAL, {"poor": "", "fair": "", "fine": ""}, good=("fine",))
    assert [words.number(name) for name in words.names] == [1, 2, 3]
    assert (BINARY.number("good"), BINARY.number("bad")) == (0, 1)
    assert STEPS.number(7.5) == 7.5
    with pytest.raises(ScaleError, match="a nominal score has no number"):
        Scale(Level.NOMINAL, {"a": "", "b": ""}, good=("a",)).number("a")
    with pytest.raises(ScaleError, match="'9' is not among the values 1, 2, 3"):
        GRADES.number("9")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"level": Level.BINARY, "values": {"a": ""}, "good": ("a",)}, "exactly 2 values, found 1"),
        ({"level": Level.NOMINAL, "values": {"a": ""}, "good": ("a",)}, "2 to 20 values, found 1"),
        ({"level": Level.BINARY, "values": {"a": "", "b": ""}}, "say which values are good"),
        ({"level": Level.BINARY, "values": {"a": "", "b": ""}, "good": ("c",)}, "`good` names 'c', which is not among"),
        ({"level": Level.BINARY, "values": {"a": "", "b": ""}, "good": ("a", "b")}, "`good` names every value"),
        ({"level": Level.BINARY, "values": {"a": "", "not_applicable": ""}, "good": ("a",)}, "is not a value"),
        ({"level": Level.BINARY, "values": {"a": "", "b": ""}, "good": ("a",), "low": 0}, "belong to interval scales"),
        ({"level": Level.INTERVAL, "low": 1, "high": 1, "good": ("high",)}, "needs `min` below `max`"),
        ({"level": Level.INTERVAL, "low": 0, "high": float("inf"), "good": ("high",)}, "must be finite"),
        ({"level": Level.INTERVAL, "low": -1e308, "high": 1e308, "good": ("high",)}, "must be finite"),
        ({"level": Level.INTERVAL, "low": 0, "high": 1, "step": 2, "good": ("high",)}, "`step` must be above 0"),
        ({"level": Level.INTERVAL, "low": 0, "high": 1}, "declares its good end"),
        ({"level": Level.INTERVAL, "low": 0, "high": 1, "good": ("high",), "values": {"a": ""}}, "no `values`"),
        ({"level": Level.INTERVAL, "low": 0, "high": 1, "good": ("high",), "positive": ("a",)}, "has a mean, no rate"),
    ],
)
def test_scales_that_cannot_measure(arguments, message):
    """Each is refused with what is wrong."""
    with pytest.raises(ScaleError, match=message.replace("(", r"\(")):
        Scale(**arguments)
