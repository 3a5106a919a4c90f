from __future__ import annotations

import numpy as np
import pytest

from judge.stats.intervals import Refused, wilson_limits
from judge.stats.reliability import Miscalibration, calibration_error, reliability_diagram


def test_bins() -> None:
    """Bins hold every item once, in rising order, with Wilson limits."""
    rng = np.random.default_rng(1)
    said = rng.random(250)
    truth = (rng.random(250) < said).astype(int)
    bins = reliability_diagram(said, truth)
    assert len(bins) == 10
    assert sum(one.n for one in bins) == 250
    assert [one.said for one in bins] == sorted(one.said for one in bins)
    first = said <= np.sort(said)[bins[0].n - 1]
    low, high = wilson_limits(truth[first].sum(), bins[0].n)
    assert (bins[0].low, bins[0].high) == pytest.approx((float(low), float(high)))


def test_equal_probabilities_stay_together() -> None:
    """A judge with three probabilities has three bins at most."""
    said = np.array([0.0] * 70 + [0.5] * 20 + [1.0] * 10)
    bins = reliability_diagram(said, np.zeros(100))
    assert [(one.said, one.n) for one in bins] == [(0.0, 70), (0.5, 20), (1.0, 10)]


def test_weights_count() -> None:
    """Inclusion probabilities weigh what is seen, and weighted items tell less."""
    (weighted,) = reliability_diagram([0.5] * 20, [1] * 10 + [0] * 10, inclusion=[0.1] * 10 + [0.5] * 10)
    (plain,) = reliability_diagram([0.5] * 20, [1] * 10 + [0] * 10, bins=1)
    assert weighted.seen == pytest.approx(100 / 120)
    assert plain.seen == 0.5
    assert weighted.high - weighted.low > 0.3


def test_a_calibrated_judge_is_not_blamed() -> None:
    """A perfectly calibrated judge shows an error of about .08 on 100 items, which is what chance makes of it."""
    rng = np.random.default_rng(2)
    errors, blamed = [], 0
    for seed in range(100):
        said = rng.random(100)
        found = calibration_error(said, rng.random(100) < said, seed=seed, replicates=300)
        assert isinstance(found, Miscalibration)
        errors.append(found.value)
        blamed += found.beyond_chance
        assert found.by_chance == pytest.approx(0.09, abs=0.03)
    assert np.mean(errors) == pytest.approx(0.09, abs=0.02)
    assert blamed <= 11


def test_an_overconfident_judge_is_found_out() -> None:
    """A judge that says .95 where .7 is true is beyond chance."""
    truth = np.array([1] * 140 + [0] * 60)
    found = calibration_error(np.full(200, 0.95), truth, seed=3)
    assert isinstance(found, Miscalibration)
    assert found.value == pytest.approx(0.25)
    assert found.beyond_chance
    assert found.p == pytest.approx(1 / 2001)


def test_seed_decides() -> None:
    """The same seed gives the same null."""
    said, truth = np.linspace(0, 1, 50), np.arange(50) % 2
    assert calibration_error(said, truth, seed=4) == calibration_error(said, truth, seed=4)
    assert calibration_error(said, truth, seed=4) != calibration_error(said, truth, seed=5)


def test_nothing_and_too_little() -> None:
    """No items make no bins; two make no error."""
    assert reliability_diagram([], []) == ()
    refused = calibration_error([0.5, 0.5], [1, 0], seed=1)
    assert isinstance(refused, Refused)
    assert refused.needed == "rate 3 more"


@pytest.mark.parametrize(("said", "truth", "message"), [([0.5], [1, 0], "one truth"), ([2.0], [1], "between 0 and 1")])
def test_numbers_are_checked(said: list[float], truth: list[int], message: str) -> None:
    """Shapes that differ and probabilities above 1 are errors."""
    with pytest.raises(ValueError, match=message):
        reliability_diagram(said, truth)
