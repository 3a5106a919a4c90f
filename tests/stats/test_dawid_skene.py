import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import UsageError
from judge.stats.dawid_skene import DawidSkene, dawid_skene
from judge.stats.intervals import Refused
from judge.stats.majority import majority
from judge.stats.ratings import MISSING

TABLE_1 = """
1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343
1111111 2223212 1211111 1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222
1111111 1111111 2322222 1111111 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343
2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222
"""
"""Dawid and Skene (1979), table 1: 45 patients; the first observer's grade three times, then four others'."""

ANAESTHETISTS = np.array([[int(grade) for grade in patient] for patient in TABLE_1.split()])


def test_the_example_of_the_paper():
    """Dawid and Skene (1979), table 2: prevalences .40 .42 .11 .07, and the observers' error rates."""
    fit = dawid_skene(ANAESTHETISTS, raters=[0, 0, 0, 1, 2, 3, 4])
    assert isinstance(fit, DawidSkene)
    assert fit.converged
    assert fit.prevalence == pytest.approx([0.40, 0.42, 0.11, 0.07], abs=0.005)
    assert fit.confusion[0] == pytest.approx(
        np.array([[0.89, 0.11, 0, 0], [0.07, 0.88, 0.05, 0], [0, 0.34, 0.66, 0], [0, 0, 0.56, 0.44]]), abs=0.0075
    )
    assert fit.confusion[4] == pytest.approx(
        np.array([[1, 0, 0, 0], [0.16, 0.73, 0.11, 0], [0, 0.21, 0.79, 0], [0, 0, 0.33, 0.67]]), abs=0.0075
    )
    assert fit.values[fit.codes[[0, 1, 2, 6]]].tolist() == [1, 4, 2, 1]
    assert fit.posterior[6, :2] == pytest.approx([0.98, 0.02], abs=0.005)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(st.sampled_from([0.0, 1.0, 2.0, np.nan]), min_size=4, max_size=4), min_size=3, max_size=15))
def test_the_likelihood_never_falls(rows):
    """EM climbs: no step may lower the log-likelihood, whatever the ratings and the holes in them."""
    fit = dawid_skene(np.array(rows))
    if isinstance(fit, Refused):
        assert fit.reason
        return
    assert np.isfinite(fit.likelihood).all()
    assert (np.diff(fit.likelihood) > -1e-9).all()
    assert fit.posterior.sum(axis=1) == pytest.approx(np.ones(len(rows)))
    assert fit.prevalence.sum() == pytest.approx(1)


def test_it_beats_the_majority_where_raters_differ():
    """One good rater and three poor ones: the model finds out who to believe, the majority cannot."""
    rng = np.random.default_rng(9)
    truth = rng.integers(0, 2, 3_000)
    accuracy = np.array([0.97, 0.62, 0.62, 0.62])
    ratings = np.where(rng.random((3_000, 4)) < accuracy, truth[:, None], 1 - truth[:, None])
    fit = dawid_skene(ratings)
    assert np.mean(fit.codes == truth) > np.mean(majority(ratings).codes == truth) + 0.05
    assert fit.confusion[0].diagonal() == pytest.approx([0.97, 0.97], abs=0.04)


def test_the_order_of_rows_does_not_matter():
    """The start is each unit's shares of votes, so shuffled units are fitted alike."""
    order = np.random.default_rng(1).permutation(45)
    plain, shuffled = dawid_skene(ANAESTHETISTS), dawid_skene(ANAESTHETISTS[order])
    assert shuffled.posterior == pytest.approx(plain.posterior[order], abs=1e-6)


def test_units_that_stay_open_have_no_value():
    """Two raters who differ without ever being told apart leave the unit a tie; nobody's unit stays open too."""
    ratings = np.array([[0, 0], [1, 1], [0, 1], [1, 0], [np.nan, np.nan]])
    fit = dawid_skene(ratings, most_steps=1)
    assert fit.codes.tolist() == [0, 1, MISSING, MISSING, MISSING]
    assert not fit.converged


def test_a_rater_who_never_met_a_value_has_no_error_rate_for_it():
    """What was never seen is NaN in the confusion, not 0."""
    ratings = np.array([[0, 0, 0.0]] * 10 + [[1, 1, np.nan]] * 10)
    fit = dawid_skene(ratings)
    assert np.isnan(fit.confusion[2, 1]).all()
    assert fit.confusion[0] == pytest.approx(np.eye(2))


def test_one_category_is_refused():
    """There is nothing to tell apart in constant ratings."""
    assert isinstance(dawid_skene(np.ones((20, 3))), Refused)


def test_raters_and_columns_must_fit():
    """One rater a column, numbered from 0."""
    with pytest.raises(UsageError, match=r"7 columns of ratings and raters \[0, 1\]"):
        dawid_skene(ANAESTHETISTS, raters=[0, 1])
