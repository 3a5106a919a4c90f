import numpy as np
import pytest

from judge.errors import UsageError
from judge.stats.icc import icc
from judge.stats.intervals import Refused

SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
"""Shrout and Fleiss (1979), table 2: six targets by four judges."""


@pytest.mark.parametrize(
    ("form", "value", "low", "high"),
    [
        ("1,1", 0.165741768, -0.133, 0.72),
        ("2,1", 0.289763780, 0.019, 0.76),
        ("3,1", 0.714840715, 0.342, 0.95),
        ("1,k", 0.442797134, -0.884, 0.91),
        ("2,k", 0.620050548, 0.071, 0.93),
        ("3,k", 0.909315542, 0.676, 0.99),
    ],
)
def test_the_six_forms_of_shrout_and_fleiss(form, value, low, high):
    """Shrout and Fleiss (1979), table 4, print .17 .29 .71 .44 .62 .91; limits as psych::ICC gives them in R."""
    estimate = icc(SHROUT_FLEISS, form)
    assert estimate.value == pytest.approx(value, abs=5e-10)
    assert estimate.low == pytest.approx(low, abs=5e-4)
    assert estimate.high == pytest.approx(high, abs=5e-3)
    assert estimate.n == 6


def test_incomplete_units_are_left_out():
    """A unit that somebody did not rate cannot enter the analysis of variance."""
    gaps = np.vstack([SHROUT_FLEISS, [5, np.nan, 5, 5]])
    assert icc(gaps) == icc(SHROUT_FLEISS)


def test_severity_counts_for_agreement_but_not_for_consistency():
    """A rater who always gives three more lowers ICC(2,1) and leaves ICC(3,1)."""
    severe = SHROUT_FLEISS + np.array([0, 0, 0, 3])
    assert icc(severe, "2,1").value < icc(SHROUT_FLEISS, "2,1").value
    assert icc(severe, "3,1").value == pytest.approx(icc(SHROUT_FLEISS, "3,1").value)


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        (np.ones((20, 1)), "fewer than two raters"),
        (SHROUT_FLEISS[:4], "too few units: 4 items"),
        (np.full((20, 2), 3), "undefined: every rating is 3"),
        (np.repeat(np.arange(20)[:, None], 2, axis=1), "never deviate"),
    ],
)
def test_what_has_no_variance_to_share_is_refused(ratings, reason):
    """Too few raters or units, no variance, and no error each have their reason."""
    refused = icc(ratings)
    assert isinstance(refused, Refused)
    assert reason in refused.reason


def test_a_form_that_is_not_there_is_named():
    """The message lists the six."""
    with pytest.raises(UsageError, match=r"no ICC\(4,1\)\n.*1,1 2,1 3,1"):
        icc(SHROUT_FLEISS, "4,1")
    with pytest.raises(UsageError, match="found 1 dimensions"):
        icc([1, 2, 3])


def test_the_limits_hold_the_truth():
    """Normal ratings with a true ICC(2,1) of .5: 95 % limits hold it in 93 to 97 of 100 draws."""
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(600):
        units, raters = rng.normal(size=(40, 1)), rng.normal(scale=0.5, size=(1, 6))
        ratings = units + raters + rng.normal(scale=np.sqrt(0.75), size=(40, 6))
        estimate = icc(ratings, "2,1")
        held += estimate.low <= 0.5 <= estimate.high
    assert 0.93 <= held / 600 <= 0.97
