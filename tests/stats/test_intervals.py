from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.stats.intervals import (
    Estimate,
    Refused,
    clopper_pearson,
    clopper_pearson_limits,
    wilson,
    wilson_limits,
    z_value,
)


@pytest.mark.parametrize(
    ("k", "n", "limits"),
    [
        (81, 263, (0.2552885, 0.3662096)),
        (15, 148, (0.0623864, 0.1604872)),
        (0, 20, (0.0, 0.1611252)),
        (1, 29, (0.0061132, 0.1717552)),
        (30, 30, (0.8864866, 1.0)),
    ],
)
def test_wilson_published(k: int, n: int, limits: tuple[float, float]) -> None:
    """Wilson's limits equal the published ones: Newcombe (1998), Statistics in Medicine 17: 857-872, table I."""
    estimate = wilson(k, n)
    assert isinstance(estimate, Estimate)
    assert (estimate.low, estimate.high) == pytest.approx(limits, abs=5.1e-8)


def test_clopper_pearson_published() -> None:
    """The exact limits of 81/263 are Newcombe's (1998, table I, method 5): .2527 to .3676; of 0/20: 0 to .1684."""
    some, none = clopper_pearson(81, 263), clopper_pearson(0, 20)
    assert isinstance(some, Estimate)
    assert isinstance(none, Estimate)
    assert (some.low, some.high) == pytest.approx((0.2527, 0.3676), abs=5e-5)
    assert (none.low, none.high) == pytest.approx((0.0, 0.1684), abs=5e-5)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
@settings(deadline=None, max_examples=50)
def test_limits_hold_the_proportion_and_mirror(counts: tuple[int, int]) -> None:
    """Both kinds of limits hold k/n, stay within 0 and 1, and mirror when successes and failures swap."""
    k, n = counts
    for limits in (wilson_limits, clopper_pearson_limits):
        low, high = limits([k, n - k], [n, n])
        assert 0 <= low[0] <= k / n <= high[0] <= 1
        assert low[0] == pytest.approx(1 - high[1], abs=1e-12)


def test_nothing_counted_is_refused() -> None:
    """A proportion of nothing is a refusal that says what to do, not a number."""
    refused = wilson(0, 0)
    assert isinstance(refused, Refused)
    assert refused.needed == "rate at least one item"


def test_impossible_counts_are_errors() -> None:
    """More successes than trials is a mistake of the caller."""
    with pytest.raises(ValueError, match="5 of 4 is no proportion"):
        wilson(5, 4)


@pytest.mark.parametrize("figures", [(math.nan, 0.0, 1.0), (0.5, -math.inf, 1.0), (0.5, 0.6, 0.4)])
def test_an_estimate_has_finite_ordered_figures(figures: tuple[float, float, float]) -> None:
    """NaN, infinity and crossed limits never become an estimate."""
    with pytest.raises(ValueError, match=r"finite|above"):
        Estimate(*figures, level=0.95, n=1, method="none")


def test_level_is_checked() -> None:
    """A confidence level of 95 instead of .95 is told so."""
    with pytest.raises(ValueError, match="between 0 and 1, found 95"):
        z_value(95)
    with pytest.raises(ValueError, match="between 0 and 1, found 1"):
        Estimate(0.5, 0.4, 0.6, level=1, n=1, method="none")


def test_width_and_sides() -> None:
    """An estimate knows its width, and whether a limit is only the end of the scale."""
    bound = Estimate(0.0, 0.0, 0.1, 0.95, 30, "Wilson", sides="upper")
    assert bound.width == pytest.approx(0.1)
    assert bound.sides == "upper"


def test_limits_broadcast() -> None:
    """Whole arrays of counts go in at once."""
    low, high = wilson_limits(np.arange(6).reshape(2, 3), 10)
    assert low.shape == high.shape == (2, 3)
