import math

import numpy as np
import pytest

from judge.errors import UsageError
from judge.stats.agreement import Coefficient, fisher_limits, jackknife_error, kinds_of_rows, t_value, unseen
from judge.stats.intervals import Refused
from judge.stats.ratings import read_ratings


def coefficient(of, rows, ratings):
    """A coefficient that does what the test needs."""
    table = read_ratings(ratings)
    return Coefficient("made up", table, rows, table.pairable, of, float(of(rows.sum(axis=0))))


def test_jackknife_error_of_a_mean_is_its_standard_error():
    """For a mean the jackknife is exact: s/√n (Efron and Tibshirani 1993, p. 142)."""
    values = np.array([3.0, 1.0, 4.0, 1.0, 5.0])
    without = (values.sum() - values) / 4
    assert jackknife_error(without, np.ones(5, dtype=int)) == pytest.approx(values.std(ddof=1) / math.sqrt(5))


def test_jackknife_error_counts_repeated_values():
    """Values that occur several times need not be written out."""
    without = np.array([0.1, 0.4])
    assert jackknife_error(without, np.array([3, 2])) == pytest.approx(
        jackknife_error(np.repeat(without, [3, 2]), np.ones(5, dtype=int))
    )


def test_limits_on_fishers_z_stay_inside_the_range():
    """Near 1 the interval is skewed, not cut; a share is stretched to the same scale."""
    low, high = fisher_limits(0.95, 0.1, 2.0)
    assert low < 0.75
    assert 0.95 < high < 1
    low, high = fisher_limits(0.5, 0.1, 2.0, floor=0.0)
    assert 0 < low < 0.5 < high < 1
    assert low + high == pytest.approx(1)


def test_student_and_unseen():
    """t(10) at 95 % is 2.228 in every table; none in 100 leaves up to 3.6 %."""
    assert t_value(0.95, 10) == pytest.approx(2.228139, abs=1e-6)
    assert unseen(100, 0.95) == pytest.approx(0.036217, abs=1e-6)


def test_no_row_is_lost_when_two_kinds_share_a_key():
    """Rows whose random projections collide are sorted after all."""
    key = np.random.default_rng(0).random(2)
    rows = np.array([[key[1], 0.0], [0.0, key[0]], [key[1], 0.0]])
    kinds, times = kinds_of_rows(rows)
    assert times @ kinds == pytest.approx(rows.sum(axis=0))
    assert len(kinds) == 2


def test_a_coefficient_that_hangs_on_one_unit_is_refused():
    """Where leaving out a unit leaves nothing defined, there are no limits."""
    ratings = np.tile([[0, 1]], (12, 1))
    rows = np.zeros((12, 1))
    rows[0] = 1
    refused = coefficient(lambda sums: np.where(sums[..., 0] > 0, 0.5, np.nan), rows, ratings).estimate()
    assert isinstance(refused, Refused)
    assert refused.reason == "undefined without a single item: all variation of the ratings stands in it"


def test_a_bootstrap_that_often_draws_nothing_defined_is_refused():
    """Where a twentieth of the replicates are undefined, the rest is no sampling distribution."""
    ratings = np.tile([[0, 1]], (12, 1))
    rows = np.zeros((12, 1))
    rows[:2] = 1
    made = coefficient(
        lambda sums: np.where(sums[..., 0] > 0, 0.5 / np.maximum(sums[..., 0], 1), np.nan), rows, ratings
    )
    assert isinstance(made.estimate(interval="bootstrap"), Refused)


def test_linearised_limits_need_a_linearisation():
    """A coefficient without one says which intervals there are."""
    made = coefficient(lambda sums: sums[..., 0] / 24, np.ones((12, 1)), np.tile([[0, 1]], (12, 1)))
    with pytest.raises(UsageError, match=r'no linearised error\n.*interval="jackknife"'):
        made.estimate(interval="linearised")
