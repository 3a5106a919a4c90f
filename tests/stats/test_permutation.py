"""Permutation of whole clusters."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from judge.stats.intervals import Refused
from judge.stats.permutation import permutation_test


def test_equals_every_sign_change():
    """For pairs it is the sign-change test: all 2^8 changes give the same p-value, to within the draws' chance."""
    gaps = np.array([0.8, 0.3, -0.1, 0.5, 0.9, -0.2, 0.4, 0.6])
    seen = abs(gaps.mean())
    exact = np.mean([abs((gaps * signs).mean()) >= seen - 1e-12 for signs in product((-1, 1), repeat=8)])
    found = permutation_test(gaps, np.zeros(8), np.arange(8), np.arange(8), draws=20_000)
    assert found == pytest.approx(exact, abs=0.006)


@pytest.mark.parametrize("paired", [True, False])
def test_size(paired):
    """With nothing but chance between the arms, 5 % of the tests say otherwise, also where rows hang together."""
    rng = np.random.default_rng(3)
    found = []
    for _ in range(300):
        shared = rng.normal(size=40).repeat(3)
        a, b = (shared + rng.normal(size=120) for _ in range(2))
        b = b if paired else rng.normal(size=40).repeat(3) + rng.normal(size=120)
        names = np.arange(40).repeat(3)
        found.append(permutation_test(a, b, names, names if paired else names + 40, draws=200, seed=1))
    assert np.mean(np.array(found) <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 300)


def test_a_real_difference_is_found():
    """A shift of one standard deviation on 60 pairs is found."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=60)
    assert permutation_test(x, x + 1 + rng.normal(size=60), np.arange(60), np.arange(60)) < 0.001


def test_too_few_clusters():
    """Under 5 clusters nothing can be told, however many rows they hold."""
    found = permutation_test(np.ones(9), np.zeros(9), np.zeros(9), np.ones(9))
    assert isinstance(found, Refused)
    assert "3 more" in found.needed


def test_shapes():
    """A cluster is needed for each row."""
    with pytest.raises(ValueError, match="one cluster"):
        permutation_test([1.0], [2.0], [1], [])
