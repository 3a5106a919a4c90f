import numpy as np
import pytest

from judge.labeling.needed import records_needed


def need(values, population=100_000, inclusion=None, **options):
    chance = np.full(len(values), 0.1) if inclusion is None else inclusion
    return records_needed(values, chance, population, **({"half_width": 0.05, "level": 0.95, "spread": 1.0} | options))


def test_the_textbook_number():
    """Without any rating a rate takes z²/4d² records: 385 for ± 5 points at 95 % (Cochran 1977, section 4.4)."""
    empty = need([], population=10**9)
    assert (empty.rated, empty.needed, empty.more, empty.half_width) == (0, 385, 385, None)


def test_a_small_population_takes_fewer():
    """The finite population correction: 385 of 1,000 is 278."""
    assert need([], population=1000).needed == 278


def test_a_rare_outcome_takes_fewer_and_unequal_weights_more():
    """At a rate of 5 % about a fifth is needed; weights that differ cost what Kish's factor says."""
    rare = np.array([1.0] * 20 + [0.0] * 380)
    even = need(rare)
    assert 70 < even.needed < 90
    assert even.more == 0
    chance = np.where(np.arange(400) % 2, 0.05, 0.5)
    assert need(rare, inclusion=chance).needed > 1.4 * even.needed


def test_a_start_of_equal_ratings_promises_nothing():
    """Ten times the same answer does not make the interval a point."""
    start = need([1.0] * 10)
    assert start.half_width > 0.05
    assert start.needed > 100


def test_scales_other_than_rates():
    """On a scale from 1 to 5 the half-width is in points of the scale."""
    rng = np.random.default_rng(0)
    scores = rng.integers(1, 6, 400).astype(float)
    found = need(scores, half_width=0.1, spread=4.0)
    assert found.needed == pytest.approx(1.96**2 * 2.0 / 0.01, rel=0.1)


def test_never_below_thirty_and_never_beyond_the_population():
    """Below thirty records no interval is worth its level; more than all there is cannot be asked for."""
    assert need([], half_width=0.9).needed == 30
    assert need([], population=12).needed == 12
