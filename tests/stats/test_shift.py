from __future__ import annotations

import pytest

from judge.stats.intervals import Estimate, Refused
from judge.stats.shift import rogan_gladen


@pytest.mark.parametrize(
    ("rates", "counts", "limits"),
    [
        ((0.37, 0.8, 0.9), (2000, 70, 30), (0.11719159876750215, 0.35466202438765504)),
        ((0.27, 0.8, 0.9), (1000, 90, 10), (0.0, 0.23044411929728495)),
        ((0.5, 0.7, 0.9), (1000, 100, 100), (0.2061214429860878, 0.4441302180779)),
        ((0.2, 0.8, 0.9), (500, 50, 50), (0.0, 0.13619339440836306)),
    ],
)
def test_lee_et_al(
    rates: tuple[float, float, float], counts: tuple[int, int, int], limits: tuple[float, float]
) -> None:
    """Limits equal those of the code of Lee et al. (2025), calibration.py at 082884d."""
    pool, negatives, positives = counts
    found = rogan_gladen(*rates, pool=pool, negatives=negatives, positives=positives, declared=True)
    assert isinstance(found, Estimate)
    assert (found.low, found.high) == pytest.approx(limits, abs=1e-12)


def test_rogan_gladen_point() -> None:
    """(.37 + .8 - 1)/(.8 + .9 - 1): Rogan and Gladen (1978), American Journal of Epidemiology 107: 71-76."""
    point = rogan_gladen(0.37, 0.8, 0.9, pool=2000, negatives=70, positives=30, declared=True)
    assert isinstance(point, Estimate)
    assert point.value == pytest.approx(0.17 / 0.7, abs=1e-15)


def test_label_shift_must_be_declared() -> None:
    """Without the owner's word the estimate is refused, with what to do instead."""
    refused = rogan_gladen(0.3, 0.8, 0.9, pool=100, negatives=50, positives=50)
    assert isinstance(refused, Refused)
    assert refused.needed == "rate items of this pool, or declare label shift for these ratings"


@pytest.mark.parametrize(
    ("counts", "needed"),
    [
        ((100, 50, 2), "rate until 3 more truly positive items are found"),
        ((100, 1, 50), "rate until 4 more truly negative items are found"),
        ((0, 50, 50), "judge the pool first"),
    ],
)
def test_too_little_is_refused(counts: tuple[int, int, int], needed: str) -> None:
    """Few truly positive or negative items, or an empty pool, are refused."""
    pool, negatives, positives = counts
    refused = rogan_gladen(0.3, 0.8, 0.9, pool=pool, negatives=negatives, positives=positives, declared=True)
    assert isinstance(refused, Refused)
    assert refused.needed == needed


def test_a_judge_no_better_than_chance_is_refused() -> None:
    """Dividing by TPR + TNR - 1 of nothing or less is refused."""
    refused = rogan_gladen(0.3, 0.5, 0.5, pool=100, negatives=50, positives=50, declared=True)
    assert isinstance(refused, Refused)
    assert "no better than chance" in refused.reason


def test_impossible_shares_are_errors() -> None:
    """A rate of 30 instead of .3 is an error."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        rogan_gladen(30, 0.8, 0.9, pool=100, negatives=50, positives=50, declared=True)


def test_lee_et_al_to_the_last_digit() -> None:
    """The formula of Lee et al. in plain arithmetic gives the limits of the third example to the last digit."""
    n, m = 1000 + 1.959963984540054**2, 102
    p, q0, q1 = (500 + 1.959963984540054**2 / 2) / n, 71 / 102, 91 / 102
    theta = (p + q0 - 1) / (q0 + q1 - 1)
    moved = 2 * 1.959963984540054**2 * (-(1 - theta) * q0 * (1 - q0) / m + theta * q1 * (1 - q1) / m)
    error = (p * (1 - p) / n + (1 - theta) ** 2 * q0 * (1 - q0) / m + theta**2 * q1 * (1 - q1) / m) ** 0.5
    reach = 1.959963984540054 * error / (q0 + q1 - 1)
    found = rogan_gladen(0.5, 0.7, 0.9, pool=1000, negatives=100, positives=100, declared=True)
    assert isinstance(found, Estimate)
    assert (found.low, found.high) == pytest.approx((theta + moved - reach, theta + moved + reach), abs=1e-14)
    assert found.high == pytest.approx(0.44413021807793, abs=1e-13)
