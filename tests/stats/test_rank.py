import math

import numpy as np
import pytest

from judge.errors import UsageError
from judge.stats.intervals import Refused
from judge.stats.rank import correlation

X = [1, 2, 2, 3, 3, 3, 4, 5, 5, 5]
Y = [1, 1, 2, 2, 3, 3, 5, 4, 5, 5]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("kendall", 0.8312389335458098),
        ("kendall-c", 0.8),
        ("spearman", 0.9172160579609908),
        ("pearson", 0.91851145723059),
    ],
)
def test_values_with_ties(kind, value):
    """The four correlations as scipy.stats computes them on ten tied pairs."""
    estimate = correlation(X, Y, kind)
    assert estimate.value == pytest.approx(value, abs=1e-12)
    assert estimate.low < value < estimate.high
    assert estimate.n == 10


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("pearson", lambda _, n: 1 / math.sqrt(n - 3)),
        ("spearman", lambda r, n: math.sqrt((1 + r * r / 2) / (n - 3))),
        ("kendall", lambda _, n: math.sqrt(0.437 / (n - 4))),
    ],
)
def test_limits_of_bonett_and_wright(kind, error):
    """Bonett and Wright (2000), eqs. 1 to 3: artanh(r) ± 1.96·SE."""
    estimate = correlation(X, Y, kind)
    reach = 1.959964 * error(estimate.value, 10)
    assert estimate.low == pytest.approx(math.tanh(math.atanh(estimate.value) - reach), abs=1e-6)
    assert estimate.high == pytest.approx(math.tanh(math.atanh(estimate.value) + reach), abs=1e-6)


def test_missing_numbers_leave_the_unit_out():
    """A unit that one rater left out counts for neither."""
    assert correlation([*X, 3, np.nan], [*Y, np.nan, 2]) == correlation(X, Y)


def test_conversations_are_left_out_whole():
    """Rows repeated within their conversation must not shorten the interval."""
    rng = np.random.default_rng(6)
    x = rng.normal(size=60)
    y = x + rng.normal(size=60)
    one = correlation(x, y, "pearson")
    five = correlation(np.repeat(x, 5), np.repeat(y, 5), "pearson", clusters=np.repeat(np.arange(60), 5))
    assert five.width == pytest.approx(one.width, rel=0.25)
    assert correlation(np.repeat(x, 5), np.repeat(y, 5), "pearson").width < 0.6 * one.width
    assert "clusters" in five.method


def test_many_units_are_dealt_into_groups_by_the_seed():
    """Above 500 units the jackknife leaves out seeded groups; the limits hardly depend on which."""
    rng = np.random.default_rng(7)
    x = rng.integers(1, 6, 1_200)
    y = np.clip(x + rng.integers(-1, 2, 1_200), 1, 5)
    one, same, other = (correlation(x, y, "kendall-c", seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one != other
    assert one.width == pytest.approx(other.width, rel=0.15)


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        (X[:9], Y[:9], "too few units: 9 items"),
        ([3] * 10, Y, "undefined: one rater gave 3 to every item"),
        (X, X, "the correlation is perfect"),
    ],
)
def test_what_does_not_correlate_is_refused(x, y, reason):
    """Too few units, a constant rater and a perfect correlation each have their reason."""
    refused = correlation(x, y)
    assert isinstance(refused, Refused)
    assert reason in refused.reason


def test_a_conversation_that_holds_all_variation_is_refused():
    """Where one conversation left out leaves a constant rater, there are no limits."""
    x = np.zeros(12)
    x[0] = 1
    refused = correlation(x, np.arange(12), "pearson", clusters=np.arange(12))
    assert isinstance(refused, Refused)
    assert "single conversation" in refused.reason


def test_shapes_and_kinds_are_checked():
    """The message shows what was found."""
    with pytest.raises(UsageError, match=r"shapes \(2,\) and \(3,\)"):
        correlation([1, 2], [1, 2, 3])
    with pytest.raises(UsageError, match="no correlation 'gamma'"):
        correlation(X, Y, "gamma")
