from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from judge.stats.intervals import Estimate, Refused
from judge.stats.maps import Trial, fit_isotonic, fit_platt, split_groups, try_map


def overconfident(seed: int, size: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities whose log odds are three times what they should be."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(size=size)
    return 1 / (1 + np.exp(-3 * odds)), (rng.random(size) < 1 / (1 + np.exp(-odds))).astype(float)


def test_isotonic_is_scikit_learns() -> None:
    """The isotonic map equals scikit-learn's at the fitted points, ties and weights included."""
    said, truth = overconfident(1, 200)
    said = np.round(said, 2)
    weight = np.random.default_rng(2).uniform(1, 5, 200)
    theirs = IsotonicRegression().fit(said, truth, sample_weight=weight).predict(said)
    assert fit_isotonic(said, truth, weight=weight)(said) == pytest.approx(theirs)


def test_platt_finds_the_slope() -> None:
    """Log odds that are three times too large get a slope of a third and no intercept."""
    found = fit_platt(*overconfident(3, 20_000))
    assert found.slope == pytest.approx(1 / 3, abs=0.02)
    assert found.intercept == pytest.approx(0, abs=0.05)


def test_platt_of_separable_truth_stays_finite() -> None:
    """A judge that is always right on the training part is not mapped to certainty."""
    found = fit_platt([0.2] * 10 + [0.8] * 10, [0] * 10 + [1] * 10)
    assert np.isfinite([found.slope, found.intercept]).all()
    assert 0.8 < float(found(0.8)) < 0.97


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=40))
@settings(deadline=None, max_examples=40)
def test_maps_stay_probabilities(items: list[tuple[float, bool]]) -> None:
    """Whatever they are fitted on, maps give probabilities, and the isotonic one never falls."""
    said, truth = np.array([p for p, _ in items]), np.array([float(y) for _, y in items])
    grid = np.linspace(0, 1, 11)
    for fit in (fit_isotonic, fit_platt):
        mapped = fit(said, truth)(grid)
        assert ((mapped >= 0) & (mapped <= 1)).all()
    assert (np.diff(fit_isotonic(said, truth)(grid)) >= -1e-12).all()


def test_groups_stay_together() -> None:
    """A split never cuts through a group, holds about the share asked for, and follows its seed."""
    groups = np.random.default_rng(4).integers(0, 50, 500)
    train = split_groups(groups, seed=5)
    assert all(len(set(train[groups == name])) == 1 for name in range(50))
    assert 0.4 < train.mean() < 0.6
    assert (train == split_groups(groups, seed=5)).all()
    assert (train != split_groups(groups, seed=6)).any()


@pytest.mark.parametrize("kind", ["isotonic", "platt"])
def test_gain_is_measured_on_the_other_half(kind: str) -> None:
    """A map helps an overconfident judge by a gain above 0 on items it has not seen."""
    found = try_map(*overconfident(7), kind, seed=8)  # type: ignore[arg-type]
    assert isinstance(found, Trial)
    assert isinstance(found.gain, Estimate)
    assert found.gain.low > 0
    assert found.gain.value == pytest.approx(found.before - found.after)
    assert found.gain.n == 1000


def test_gain_by_group() -> None:
    """Grouped rows are split by group and their gain is cluster-robust."""
    said, truth = (np.repeat(side, 4) for side in overconfident(9, 200))
    found = try_map(said, truth, "platt", seed=1, groups=np.repeat(np.arange(200), 4))
    alone = try_map(said, truth, "platt", seed=1)
    assert isinstance(found, Trial)
    assert isinstance(alone, Trial)
    assert isinstance(found.gain, Estimate)
    assert isinstance(alone.gain, Estimate)
    assert found.gain.width > 1.5 * alone.gain.width


def test_too_few_or_one_kind() -> None:
    """Few items, one group or one kind of truth are refused."""
    few = try_map([0.5] * 9, [1, 0, 1] * 3, "platt", seed=1)
    assert isinstance(few, Refused)
    assert few.more == 11
    for truth, groups in (([1] * 40, None), ([1, 0] * 20, [1] * 40)):
        refused = try_map([0.5] * 40, truth, "platt", seed=1, groups=groups)
        assert isinstance(refused, Refused)
        assert refused.needed == "rate items of more groups and of both kinds"
