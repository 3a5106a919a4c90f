from __future__ import annotations

import math

import numpy as np
import pytest

from judge.stats.intervals import wilson_limits
from judge.stats.mover import between_limits, difference_limits, part_limits, rate_limits, ratio_limits


def test_two_scores_use_the_pools_own_wilson_limits() -> None:
    """With two scores the between part is |PPV - FOR| times the distance of P to its Wilson limits."""
    low, high = between_limits(np.array([0.27, 0.73]), np.array([0.4, 0.1]), 2100)
    p_low, p_high = wilson_limits(567, 2100)
    assert 0.27 * 0.4 + 0.73 * 0.1 - low == pytest.approx(0.3 * (0.27 - p_low))
    assert high - (0.27 * 0.4 + 0.73 * 0.1) == pytest.approx(0.3 * (p_high - 0.27))


def test_equal_strata_have_no_between_part() -> None:
    """Where every score means the same, the pool's mixture does not matter."""
    low, high = between_limits(np.array([0.5, 0.5]), np.array([0.2, 0.2]), 50)
    assert low == high == pytest.approx(0.2)


def test_many_problems_at_once() -> None:
    """Rows of problems give the same limits as one at a time."""
    mean, size, pool = (
        np.array([[0.3, 0.1], [0.9, 0.0]]),
        np.array([[30, 70], [10, 20]]),
        np.array([[300, 700], [90, 10]]),
    )
    low, high = rate_limits(mean, size, pool)
    for row in range(2):
        alone = rate_limits(mean[row], size[row], pool[row])
        assert (low[row], high[row]) == pytest.approx((float(alone[0]), float(alone[1])))


def test_parts_without_ratings_and_without_doubt() -> None:
    """An unrated part may be anything; a part that is rated whole is its mean."""
    low, high = part_limits([0.5, 0.3], [0, math.inf])
    assert low.tolist() == [0.0, 0.3]
    assert high.tolist() == [1.0, 0.3]


def test_difference_of_newcombe() -> None:
    """Newcombe's method 10 for 56/70 - 48/80 gives .0524 to .3339 (Statist. Med. 17: 873-890, table II)."""
    arms = [(k / n, *(float(limit) for limit in wilson_limits(k, n))) for k, n in ((56, 70), (48, 80))]
    assert difference_limits(arms[0], arms[1]) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_perfectly_correlated_arms_cancel() -> None:
    """The difference of two equal arms that move together is known."""
    arm = (0.4, 0.3, 0.5)
    assert difference_limits(arm, arm, correlation=1.0) == pytest.approx((0.0, 0.0))


def test_ratio_limits() -> None:
    """A ratio's limits hold it, invert with it, and are infinite where the denominator may be 0."""
    x, y = (0.3, 0.2, 0.45), (0.6, 0.5, 0.7)
    low, high = ratio_limits(x, y)
    assert low < 0.5 < high
    assert ratio_limits(y, x) == pytest.approx((1 / high, 1 / low))
    assert ratio_limits(x, (0.0, 0.0, 0.1))[1] == math.inf
    assert ratio_limits((0.0, 0.0, 0.1), x)[0] == 0
