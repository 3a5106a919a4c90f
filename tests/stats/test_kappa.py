import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import UsageError
from judge.stats.agreement import t_value
from judge.stats.alpha import alpha
from judge.stats.gwet import gwet
from judge.stats.intervals import Refused
from judge.stats.kappa import brennan_prediger, cohen, conger, fleiss
from published import RAW_4RATERS, WIKIPEDIA, pairs

N = np.nan


@pytest.mark.parametrize(
    ("table", "value", "maximum", "prevalence", "bias"),
    [
        ([[40, 9], [6, 45]], 0.699519, 0.9399, -0.05, 0.03),
        ([[80, 10], [5, 5]], 0.318182, 0.7727, 0.75, 0.05),
        ([[118, 5], [2, 0]], -0.0234, 0.5614, 0.944, 0.024),
        ([[45, 15], [25, 15]], 0.1304, 0.7826, 0.3, -0.1),
        ([[25, 35], [5, 35]], 0.2593, 0.4444, -0.1, 0.3),
    ],
)
def test_the_paradoxes_of_kappa(table, value, maximum, prevalence, bias):
    """Feinstein and Cicchetti (1990), J Clin Epidemiol 43: 543-549: equal agreement, unequal kappa, and why."""
    kappa = cohen(*pairs(table), least=0)
    n = np.sum(table)
    assert kappa.estimate.value == pytest.approx(value, abs=5e-5)
    assert kappa.percent.value == pytest.approx(np.trace(table) / n)
    assert kappa.pabak == pytest.approx(2 * np.trace(table) / n - 1)
    assert kappa.table.tolist() == table
    assert kappa.maximum == pytest.approx(maximum, abs=5e-5)
    assert kappa.prevalence == pytest.approx(prevalence)
    assert kappa.bias == pytest.approx(bias)


@pytest.mark.parametrize(
    ("table", "value", "error"),
    [([[40, 9], [6, 45]], 0.699519, 0.0713936), ([[80, 10], [5, 5]], 0.318182, 0.1334565)],
)
def test_the_error_of_fleiss_cohen_and_everitt(table, value, error):
    """Kappa and its asymptotic error as statsmodels' cohens_kappa gives them for the same tables."""
    estimate = cohen(*pairs(table), interval="linearised").estimate
    assert estimate.value == pytest.approx(value, abs=5e-7)
    assert (estimate.value - estimate.low) / t_value(0.95, 99) == pytest.approx(error, abs=5e-8)


@pytest.mark.parametrize(
    ("weights", "value", "error"),
    [
        ("linear", 0.6367771280051981, 0.09619275155754752),
        ("quadratic", 0.7048054919908466, 0.09555043315642343),
    ],
)
def test_weighted_kappa(weights, value, error):
    """As statsmodels.stats.inter_rater.cohens_kappa has it with linear and quadratic weights on the same table."""
    estimate = cohen(*pairs([[10, 4, 1], [3, 12, 2], [0, 2, 9]]), weights=weights, interval="linearised").estimate
    assert estimate.value == pytest.approx(value, abs=1e-12)
    assert (estimate.value - estimate.low) / t_value(0.95, 42) == pytest.approx(error, abs=1e-12)


def test_raters_at_random_have_kappa_zero_and_a_high_ac1():
    """Gwet (2008): two independent raters at p = .9 and .95 have kappa 0 and AC1 .7805 and .8950."""
    for share, value in ((90, 0.7805), (95, 0.8950)):
        first, second = pairs([[share**2, share * (100 - share)], [share * (100 - share), (100 - share) ** 2]])
        assert cohen(first, second).estimate.value == pytest.approx(0, abs=1e-12)
        assert gwet(np.column_stack([first, second])).value == pytest.approx(value, abs=5e-5)


@pytest.mark.parametrize(
    ("coefficient", "value", "error", "low"),
    [
        (fleiss, 0.76117, 0.15302, 0.42438),
        (conger, 0.76282, 0.14917, 0.4345),
        (brennan_prediger, 0.77273, 0.14472, 0.45421),
    ],
)
def test_values_and_errors_of_irrcac(coefficient, value, error, low):
    """As irrCAC has it on raw.4raters with identity weights: estimate, SE and limits."""
    estimate = coefficient(RAW_4RATERS, interval="linearised", least=0)
    assert estimate.value == pytest.approx(value, abs=5e-6)
    assert (estimate.value - estimate.low) / t_value(0.95, 11) == pytest.approx(error, abs=5e-6)
    assert (estimate.low, estimate.high) == (pytest.approx(low, abs=5e-6), 1)


def test_quadratic_conger_of_irrcac():
    """As irrCAC has it on raw.4raters with quadratic weights: .85771."""
    assert conger(RAW_4RATERS, weights="quadratic", least=0).value == pytest.approx(0.85771, abs=5e-6)


def test_fleiss_example_of_wikipedia():
    """Wikipedia works it out to .210; Randolph's free-marginal kappa, which is Brennan and Prediger's, is .2225."""
    ratings = np.array([np.repeat(np.arange(5), row) for row in WIKIPEDIA])
    assert fleiss(ratings).value == pytest.approx(0.20993070442195522, abs=1e-12)
    assert brennan_prediger(ratings).value == pytest.approx(0.2225274725274725, abs=1e-12)


def test_conger_of_two_raters_is_cohen():
    """With two raters and nothing missing Conger's kappa is Cohen's (Conger 1980)."""
    first, second = pairs([[40, 9], [6, 45]])
    assert conger(np.column_stack([first, second])).value == pytest.approx(cohen(first, second).estimate.value)


def test_missing_values_leave_the_unit_out():
    """A unit that one rater left out counts for neither."""
    first, second = pairs([[40, 9], [6, 45]])
    gaps = cohen(np.r_[first, [0, N]], np.r_[second, [N, 1]])
    assert gaps.estimate.n == 100
    assert gaps.estimate.value == pytest.approx(0.699519, abs=5e-7)


def test_one_category_leaves_percent_agreement_alone():
    """Kappa is undefined with its reason; percent agreement and the adjusted kappa are still said."""
    kappa = cohen(np.ones(40), np.ones(40))
    assert isinstance(kappa.estimate, Refused)
    assert "every rating is 1" in kappa.estimate.reason
    assert kappa.percent.value == 1
    assert kappa.maximum is None
    assert kappa.pabak is None
    assert cohen(np.ones(40), np.ones(40), values=[0, 1]).prevalence == -1


@pytest.mark.parametrize("coefficient", [fleiss, conger, brennan_prediger])
def test_one_category_is_undefined(coefficient):
    """No kappa of constant ratings is 1, 0 or NaN."""
    assert isinstance(coefficient(np.ones((40, 3))), Refused)


def test_nothing_in_common_leaves_no_figure():
    """Two raters who share no unit have no kappa, no percentage and no index."""
    kappa = cohen([0, N, 1], [N, 1, N])
    assert isinstance(kappa.estimate, Refused)
    assert isinstance(kappa.percent, Refused)
    assert (kappa.pabak, kappa.maximum, kappa.prevalence, kappa.bias) == (None, None, None, None)


def test_more_values_have_no_indices():
    """Prevalence and bias indices are defined on two values."""
    kappa = cohen(*pairs([[10, 4, 1], [3, 12, 2], [0, 2, 9]]))
    assert kappa.prevalence is None
    assert kappa.bias is None


def test_values_nobody_used_change_what_chance_is():
    """Brennan and Prediger count the values there are: with four allowed, chance is a quarter."""
    first, second = pairs([[40, 9], [6, 45]])
    table = np.column_stack([first, second])
    assert brennan_prediger(table).value == pytest.approx(0.7)
    assert brennan_prediger(table, values=[0, 1, 2, 3]).value == pytest.approx((0.85 - 0.25) / 0.75)


def test_a_rater_without_ratings_does_not_count():
    """An empty column changes no kappa."""
    empty = np.column_stack([RAW_4RATERS, np.full(12, N)])
    for coefficient in (fleiss, conger, brennan_prediger):
        assert coefficient(empty, least=0) == coefficient(RAW_4RATERS, least=0)


def test_two_raters_need_equal_lengths():
    """The message shows both shapes."""
    with pytest.raises(UsageError, match=r"shapes \(3,\) and \(2,\)\n.*equal length"):
        cohen([1, 2, 3], [1, 2])


@settings(deadline=None, max_examples=40)
@given(data=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=12, max_size=40), seed=st.integers(0, 9))
def test_kappas_do_not_depend_on_the_order_of_units_or_the_names_of_values(data, seed):
    """Shuffling units and renaming values leaves every nominal coefficient as it was."""
    ratings = np.array(data)
    shuffled = np.random.default_rng(seed).permutation(ratings)
    renamed = np.array([7, 3, 5])[shuffled]
    for coefficient in (fleiss, conger, brennan_prediger, gwet, alpha):
        one, other = coefficient(ratings, least=0), coefficient(renamed, least=0)
        assert type(one) is type(other)
        if not isinstance(one, Refused):
            assert other.value == pytest.approx(one.value)
            assert other.low == pytest.approx(one.low)


@pytest.mark.parametrize("coefficient", [fleiss, conger, brennan_prediger, gwet])
def test_jackknife_linearised_and_bootstrap_errors_agree(coefficient):
    """On many units three ways to the same sampling error come to nearly the same length."""
    rng = np.random.default_rng(8)
    truth = rng.integers(0, 3, 400)
    ratings = np.where(rng.random((400, 3)) < 0.25, rng.integers(0, 3, (400, 3)), truth[:, None]).astype(float)
    ratings[rng.random(ratings.shape) < 0.1] = N
    widths = [coefficient(ratings, interval=how).width for how in ("jackknife", "linearised", "bootstrap")]
    assert max(widths) < 1.1 * min(widths)
