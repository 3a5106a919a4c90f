from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from judge.stats.brier import brier
from judge.stats.intervals import Estimate, Refused


def test_parts_add_up() -> None:
    """Score = miscalibration - discernment + uncertainty, each at least 0, and the score is scikit-learn's."""
    rng = np.random.default_rng(1)
    said = rng.random(400)
    truth = (rng.random(400) < said**2).astype(float)
    found = brier(said, truth)
    assert isinstance(found.score, Estimate)
    assert found.score.value == pytest.approx(brier_score_loss(truth, said))
    assert found.score.value == pytest.approx(found.miscalibration - found.discernment + found.uncertainty)
    assert min(found.miscalibration, found.discernment) > 0.01
    assert found.score.low < found.score.value < found.score.high


def test_always_the_rate() -> None:
    """Always saying the rate discerns nothing, is calibrated, and has no skill."""
    found = brier(np.full(10, 0.3), [1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
    assert (found.miscalibration, found.discernment) == pytest.approx((0, 0), abs=1e-12)
    assert found.uncertainty == pytest.approx(0.21)
    assert found.skill == pytest.approx(0)


def test_weights() -> None:
    """Inclusion probabilities weigh the score."""
    found = brier([0.5] * 5 + [0.0] * 5, [1] * 5 + [0] * 5, inclusion=[0.1] * 5 + [0.5] * 5)
    assert isinstance(found.score, Estimate)
    assert found.score.value == pytest.approx(0.25 * 50 / 60)


def test_few_items_and_one_kind() -> None:
    """Under five items the score is refused and there is no skill; with one kind of truth there is none either."""
    few = brier([0.5, 0.4], [1, 0])
    assert isinstance(few.score, Refused)
    assert few.skill is None
    assert brier([0.5] * 9, [1] * 9).skill is None


@pytest.mark.parametrize(
    ("said", "truth", "message"), [([0.5], [1, 0], "one truth"), ([1.5], [1], "between 0 and 1"), ([], [], "one truth")]
)
def test_numbers_are_checked(said: list[float], truth: list[int], message: str) -> None:
    """Shapes that differ and probabilities above 1 are errors."""
    with pytest.raises(ValueError, match=message):
        brier(said, truth)
