import numpy as np
import pytest

from judge.stats.agreement import t_value
from judge.stats.chance import percent
from judge.stats.intervals import Refused
from published import RAW_4RATERS

N = np.nan


def test_percent_agreement_of_irrcac():
    """Data raw.4raters of irrCAC: .81818 without weights (Gwet 2021, table 2.10)."""
    assert percent(RAW_4RATERS).value == pytest.approx(0.81818, abs=5e-6)


def test_percent_agreement_of_two_raters_is_the_share_of_equal_values():
    """17 of 20 equal: .85, with limits near Wilson's (.640, .948)."""
    second = np.arange(20) % 2
    first = np.where(np.arange(20) < 17, second, 1 - second)
    estimate = percent(np.column_stack([first, second]))
    assert estimate.value == 0.85
    assert estimate.low == pytest.approx(0.640, abs=0.05)
    assert estimate.high == pytest.approx(0.948, abs=0.03)


def test_percent_agreement_is_defined_with_one_category():
    """Everybody said the same: 1, with the exact lower limit, for percent agreement does not ask about chance."""
    estimate = percent(np.ones((30, 2)))
    assert estimate.value == 1
    assert estimate.low == pytest.approx(0.025 ** (1 / 30))


def test_percent_agreement_needs_overlap():
    """Without an item rated twice there is nothing to compare."""
    refused = percent([[1, N], [N, 1]])
    assert isinstance(refused, Refused)
    assert "no item was rated by two" in refused.reason


def test_percent_agreement_with_clusters_and_weights():
    """Linear weights give half a point for one step of three values; a cluster counts once."""
    ratings = np.tile([[1, 2], [1, 1], [3, 3]], (8, 1))
    clustered = percent(ratings, weights="linear", clusters=np.repeat(np.arange(12), 2), interval="linearised")
    assert clustered.value == pytest.approx(2.5 / 3)
    plain = percent(ratings, weights="linear", interval="linearised")
    assert plain.high - plain.value == pytest.approx(t_value(0.95, 23) * np.std([0.5, 1, 1] * 8, ddof=1) / np.sqrt(24))
