from typing import get_args

import hypothesis.extra.numpy as arrays
import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from judge.errors import UsageError
from judge.stats.agreement import kinds_of_rows, t_value
from judge.stats.alpha import Metric, _marginal_sums, alpha, alpha_coefficient, coincidences, distances
from judge.stats.intervals import Estimate, Refused
from judge.stats.ratings import read_ratings
from judge.stats.weights import agreement_weights
from published import FOUR_BY_TWELVE, THREE_BY_FIFTEEN


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("nominal", 0.743421052631579),
        ("ordinal", 0.8153875037548814),
        ("interval", 0.8491071428571428),
        ("ratio", 0.7974027747116121),
    ],
)
def test_published_values_of_four_observers(metric, value):
    """Krippendorff (2011) prints .743, .815, .849 and .797."""
    estimate = alpha(FOUR_BY_TWELVE, metric, least=0)
    assert estimate.value == pytest.approx(value, abs=1e-12)
    assert estimate.n == 11
    assert metric in estimate.method


@pytest.mark.parametrize(("metric", "value"), [("nominal", 0.691358), ("interval", 0.810845)])
def test_published_values_of_three_observers(metric, value):
    """The package's own documentation prints .691358 and .810845."""
    assert alpha(THREE_BY_FIFTEEN, metric, least=0).value == pytest.approx(value, abs=5e-7)


def test_published_binary_value():
    """Krippendorff (2011), section A: two observers and ten units of binary data give .095."""
    ratings = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]).T
    assert alpha(ratings, least=0).value == pytest.approx(0.09523809523809534, abs=1e-12)


def test_names_need_their_order():
    """Ordinal names are ranked as given, and come to what their numbers come to."""
    names = np.array(["", "very low", "low", "mid", "high", "very high"])
    given_names = names[np.nan_to_num(FOUR_BY_TWELVE, nan=0).astype(int)]
    estimate = alpha(given_names, "ordinal", values=names[1:], least=0)
    assert estimate.value == pytest.approx(0.8153875037548814, abs=1e-12)


def test_linearised_limits_are_those_of_irrcac():
    """As irrCAC 0.4 (Python) has them on the same ratings: SE .14557, limits .41906 to 1."""
    estimate = alpha(FOUR_BY_TWELVE, least=0, interval="linearised")
    assert (estimate.value - estimate.low) / t_value(0.95, 10) == pytest.approx(0.14557, abs=5e-6)
    assert (estimate.low, estimate.high) == (pytest.approx(0.41906, abs=5e-6), 1)


def test_ordinal_weights_of_irrcac_are_not_krippendorffs_metric():
    """With its "ordinal" weights as distances irrCAC's .83364 comes out; Krippendorff's ordinal metric gives .81539."""
    table = read_ratings(FOUR_BY_TWELVE)
    rows, of = _marginal_sums(table.paired, 1 - agreement_weights("ordinal", table.values))
    assert float(of(rows.sum(axis=0))) == pytest.approx(0.83364, abs=5e-6)
    assert alpha(FOUR_BY_TWELVE, "ordinal", least=0).value == pytest.approx(0.81539, abs=5e-6)


@pytest.mark.parametrize("metric", get_args(Metric))
@settings(deadline=None, max_examples=60)
@given(
    counts=arrays.arrays(
        np.int64,
        st.tuples(st.integers(1, 12), st.integers(2, 6)),
        elements=st.integers(0, 4),
    )
)
def test_ours_equals_the_package(metric, counts):
    """The function of sums that is resampled is the package's alpha to 1e-12, whatever the ratings."""
    paired = counts[counts.sum(axis=1) > 1].astype(float)
    assume(len(paired) and np.count_nonzero(paired.sum(axis=0)) > 1)
    columns = int(counts.sum(axis=1).max())
    values = np.arange(1, counts.shape[1] + 1)
    ratings = np.full((len(counts), columns), np.nan)
    for unit, row in enumerate(counts):
        drawn = np.repeat(values, row)
        ratings[unit, : drawn.size] = drawn
    coefficient = alpha_coefficient(read_ratings(ratings, values), metric)
    package = krippendorff.alpha(value_counts=counts, value_domain=values, level_of_measurement=metric)
    assert float(coefficient.of(coefficient.rows.sum(axis=0))) == pytest.approx(package, abs=1e-12)
    assert coefficient.value == pytest.approx(package, abs=1e-12)


@pytest.mark.parametrize("metric", get_args(Metric))
def test_units_left_out_or_redrawn_are_computed_as_if_they_were_not_there(metric):
    """Each jackknife value and each bootstrap replicate is the package's alpha of those units."""
    rng = np.random.default_rng(5)
    truth = rng.integers(1, 5, 40)
    ratings = np.clip(truth[:, None] + rng.integers(-1, 2, (40, 3)), 1, 4).astype(float)
    ratings[rng.random(ratings.shape) < 0.1] = np.nan
    table = read_ratings(ratings)
    coefficient = alpha_coefficient(table, metric)
    left = coefficient.of(coefficient.rows.sum(axis=0) - coefficient.rows)
    drawn = rng.multinomial(len(table.paired), np.full(len(table.paired), 1 / len(table.paired)), size=3)
    redrawn = coefficient.of(drawn @ coefficient.rows)
    for unit in (0, 7, 20):
        rest = np.delete(table.paired, unit, axis=0)
        assert left[unit] == pytest.approx(
            krippendorff.alpha(value_counts=rest, value_domain=table.values, level_of_measurement=metric), abs=1e-12
        )
    for counts, value in zip(drawn, redrawn, strict=True):
        again = np.repeat(table.paired, counts, axis=0)
        assert value == pytest.approx(
            krippendorff.alpha(value_counts=again, value_domain=table.values, level_of_measurement=metric), abs=1e-12
        )


def test_many_distinct_numbers_do_not_fill_the_memory():
    """A thousand units with numbers that never repeat would need a cell for every pair of values in the package."""
    rng = np.random.default_rng(3)
    truth = rng.normal(size=(1_000, 1))
    estimate = alpha(truth + rng.normal(scale=0.5, size=(1_000, 2)), "interval")
    assert estimate.low < 0.8 < estimate.high


def test_constant_ratings_are_undefined():
    """One category is refused with its reason: never 1, 0 or NaN."""
    refused = alpha(np.ones((50, 3)))
    assert isinstance(refused, Refused)
    assert "every rating is 1" in refused.reason


def test_too_few_units_are_refused_with_how_many_more():
    """At 10 % prevalence and 30 units no method holds, so the number of missing units is said instead."""
    ratings = np.zeros((30, 2))
    ratings[:3] = 1
    refused = alpha(ratings)
    assert isinstance(refused, Refused)
    assert "only 3.0 items' worth of ratings are not 0, the commonest value" in refused.reason
    assert "about 20 more items" in refused.needed
    assert refused.more == 20


def test_fewer_than_ten_units_are_refused():
    """Nine units are too few however their ratings vary."""
    refused = alpha(np.tile([[0, 1], [1, 0], [1, 1]], (3, 1)))
    assert isinstance(refused, Refused)
    assert refused.more == 1
    assert refused.needed == "have two people rate 1 more items"


def test_perfect_agreement_has_a_lower_limit_below_one():
    """Forty units without disagreement do not prove that there is none: 1 - u/P with u = 1 - .025^(1/40)."""
    ratings = np.repeat([[0, 0], [1, 1]], 20, axis=0)
    estimate = alpha(ratings)
    assert (estimate.value, estimate.high) == (1, 1)
    assert estimate.low == pytest.approx(1 - (1 - 0.025 ** (1 / 40)) / 0.5)
    assert "no disagreement seen" in estimate.method


def test_perfect_disagreement_has_an_upper_limit_above_the_value():
    """Where every unit disagrees alike the jackknife error is 0, and the upper limit still leaves room."""
    estimate = alpha(np.tile([[0, 1]], (40, 1)))
    assert isinstance(estimate, Estimate)
    assert estimate.low == estimate.value < estimate.high


def test_whole_conversations_are_left_out():
    """Repeating every unit in its own conversation changes neither the value nor, but for chance, the limits."""
    rng = np.random.default_rng(11)
    truth = rng.integers(0, 3, 60)
    ratings = np.where(rng.random((60, 3)) < 0.2, rng.integers(0, 3, (60, 3)), truth[:, None])
    once = alpha(ratings)
    thrice = np.repeat(ratings, 3, axis=0)
    clustered = alpha(thrice, clusters=np.repeat(np.arange(60), 3))
    naive = alpha(thrice)
    assert clustered.width == pytest.approx(once.width, rel=0.05)
    assert naive.width < 0.7 * clustered.width
    assert "clusters" in clustered.method


def test_variation_in_one_conversation_is_refused():
    """Where all that differs stands in one conversation, Kish's effective number says so."""
    ratings = np.zeros((60, 2))
    ratings[:12] = 1
    refused = alpha(ratings, clusters=np.arange(60) // 12)
    assert isinstance(refused, Refused)
    spread = alpha(ratings, clusters=np.r_[np.zeros(12), np.arange(48) % 12 + 1])
    assert isinstance(spread, Refused)
    assert "only 1.0 conversations' worth" in spread.reason


def test_the_bootstrap_is_seeded():
    """The same seed gives the same limits, another seed others, and both hold the jackknife's middle."""
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 2, 80)
    ratings = np.where(rng.random((80, 3)) < 0.15, 1 - truth[:, None], truth[:, None])
    first, same, other = (alpha(ratings, interval="bootstrap", seed=seed) for seed in (1, 1, 2))
    jackknife = alpha(ratings)
    assert first == same
    assert first != other
    assert first.low == pytest.approx(jackknife.low, abs=0.05)
    assert first.high == pytest.approx(jackknife.high, abs=0.05)


def test_clusters_are_redrawn_whole_by_the_bootstrap():
    """A bootstrap of conversations is as wide as the jackknife over them, not as one over rows."""
    rng = np.random.default_rng(12)
    truth = rng.integers(0, 2, 50)
    ratings = np.repeat(np.where(rng.random((50, 2)) < 0.2, 1 - truth[:, None], truth[:, None]), 4, axis=0)
    clusters = np.repeat(np.arange(50), 4)
    drawn = alpha(ratings, interval="bootstrap", clusters=clusters, seed=4)
    assert drawn.width == pytest.approx(alpha(ratings, clusters=clusters).width, rel=0.2)


def test_names_have_no_distances():
    """The interval metric on names says which metrics take names."""
    with pytest.raises(UsageError, match=r'needs numbers, found .*\n.*metric="ordinal"'):
        alpha(np.array([["a", "b"]] * 12), "interval")


def test_coincidences_of_a_unit():
    """Three ratings a, a, b make pairs aa twice, ab and ba twice each, over m - 1 = 2."""
    assert coincidences(np.array([[2.0, 1.0]]))[0].tolist() == [[1, 1], [1, 0]]


def test_ratio_distance_of_nothing_to_nothing_is_nothing():
    """0 and 0 do not differ, though (0 - 0)/(0 + 0) is no number."""
    assert distances("ratio", np.array([0.0, 1.0]), np.ones(2)).tolist() == [[0, 1], [1, 0]]


def test_units_with_the_same_ratings_are_computed_once():
    """Five thousand units of two binary ratings come down to three kinds, which is what makes redrawing cheap."""
    rng = np.random.default_rng(1)
    coefficient = alpha_coefficient(read_ratings(rng.integers(0, 2, (5_000, 2))), "nominal")
    kinds, times = kinds_of_rows(coefficient.rows)
    assert len(kinds) == 3
    assert times.sum() == 5_000
    assert times @ kinds == pytest.approx(coefficient.rows.sum(axis=0))
