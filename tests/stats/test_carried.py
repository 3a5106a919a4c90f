import numpy as np
import pytest

from judge.stats.carried import carried_mean
from judge.stats.intervals import Estimate, Refused


def test_difference_estimator_by_hand():
    """3.4 less a mean error of .5, with Welch's interval (Cochran 1977, section 7.3; Welch 1947)."""
    errors = [0, 1] * 10
    found = carried_mean(3.4, 1.0, 400, errors, scale=(1, 5))
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(2.9)
    # sd of the errors .51299, so the error of the mean is sqrt(1/400 + .263158/20) = .12514; 26.9 degrees of freedom.
    assert found.high - found.value == pytest.approx(0.12514 * 2.0523, rel=2e-3)


def test_intervals_hold_where_the_system_has_got_worse():
    """A system that fell by a whole point is covered .95 of the time while the judge's error stays, within 3 errors."""
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(1500):
        before = rng.normal(4, 0.6, 40)
        judged = before + 0.4 + rng.normal(0, 0.5, 40)
        now = rng.normal(3, 0.6, 200) + 0.4 + rng.normal(0, 0.5, 200)
        found = carried_mean(now.mean(), now.std(ddof=1), 200, judged - before, scale=(-5, 15))
        held += found.low <= 3 <= found.high
    assert abs(held / 1500 - 0.95) < 3 * (0.95 * 0.05 / 1500) ** 0.5


def test_few_ratings_are_refused():
    """Under ten ratings there is no mean error, and the refusal says how many are missing."""
    found = carried_mean(3, 1, 100, [0.1] * 7)
    assert isinstance(found, Refused)
    assert found.more == 3
    assert isinstance(carried_mean(3, 1, 1, [0.1] * 20), Refused)
