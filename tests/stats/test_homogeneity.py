"""Whether several sides have the same mix."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from judge.stats.homogeneity import same_mix


def test_pearson():
    """Without clusters it is Pearson's test of the table, as SciPy has it."""
    table = [[30, 50, 20], [45, 40, 35]]
    sides = [np.repeat(["x", "y", "z"], row) for row in table]
    assert same_mix(sides) == pytest.approx(chi2_contingency(table, correction=False).pvalue)


def test_rare_kinds_are_one():
    """Kinds that are expected under 5 times on a side count together, and one kind alone is one mix."""
    a, b = ["x"] * 50 + ["r1", "r2", "r3"] * 3, ["x"] * 50 + ["r4", "r5", "r6"] * 3
    assert same_mix([a, b]) == pytest.approx(1.0)
    assert same_mix([["x"] * 9, ["x"] * 9]) == 1.0
    assert same_mix([["x"] * 9]) == 1.0


def test_size_with_clusters():
    """Conversations of ten about one topic: shuffles of whole ones err in 5 % of draws, Pearson's test in most."""
    rng = np.random.default_rng(3)
    shuffled, plain = [], []
    for draw in range(400):
        sides = [np.repeat(rng.choice(["x", "y", "z"], 20), 10) for _ in range(2)]
        names = [np.repeat(np.arange(20), 10), 20 + np.repeat(np.arange(20), 10)]
        shuffled.append(same_mix(sides, names, draws=99, seed=draw) <= 0.05)
        plain.append(same_mix(sides) <= 0.05)
    assert np.mean(shuffled) <= 0.08
    assert np.mean(plain) > 0.4
    far = [np.repeat(["x", "y"], [150, 50]), np.repeat(["x", "y"], [50, 150])]
    assert same_mix(far, names) < 0.01


def test_many_clusters_are_not_shuffled():
    """With 1,200 conversations of unlike length the corrected test errs in about 5 % of draws, Pearson's far more."""
    rng = np.random.default_rng(4)
    corrected, plain = [], []
    for _ in range(400):
        lengths = rng.integers(1, 8, size=(2, 600))
        sides = [np.repeat(rng.choice(["x", "y", "z"], 600, p=[0.5, 0.3, 0.2]), each) for each in lengths]
        names = [600 * place + np.repeat(np.arange(600), each) for place, each in enumerate(lengths)]
        corrected.append(same_mix(sides, names) <= 0.05)
        plain.append(same_mix(sides) <= 0.05)
    assert 0.025 <= np.mean(corrected) <= 0.08
    assert np.mean(plain) > 0.25
    alone = np.arange(1200)
    kinds = [np.repeat(["x", "y"], [330, 270]), np.repeat(["x", "y"], [300, 300])]
    assert same_mix(kinds, [alone[:600], alone[600:]]) == pytest.approx(same_mix(kinds), rel=0.02)
