import numpy as np
import pytest

from judge.stats.agreement import t_value
from judge.stats.gwet import CAVEAT, gwet
from judge.stats.intervals import Refused
from published import RAW_4RATERS


@pytest.mark.parametrize(
    ("weights", "value", "error"),
    [("identity", 0.77544, 0.14295), ("quadratic", 0.914, 0.10396), ("ordinal", 0.89894, None)],
)
def test_values_and_errors_of_irrcac(weights, value, error):
    """What irrCAC gives for raw.4raters (Gwet 2021, table 2.10)."""
    estimate = gwet(RAW_4RATERS, weights=weights, interval="linearised", least=0)
    assert estimate.value == pytest.approx(value, abs=5e-6)
    if error is not None:
        assert (estimate.value - estimate.low) / t_value(0.95, 11) == pytest.approx(error, abs=5e-6)


def test_limits_of_irrcac():
    """AC1 on raw.4raters: .46081 to 1."""
    estimate = gwet(RAW_4RATERS, interval="linearised", least=0)
    assert (estimate.low, estimate.high) == (pytest.approx(0.46081, abs=5e-6), 1)


@pytest.mark.parametrize(
    ("table", "value"), [([40, 9, 6, 45], 0.7007), ([80, 10, 5, 5], 0.8080), ([118, 5, 2, 0], 0.9408)]
)
def test_the_paradox_tables(table, value):
    """On Feinstein and Cicchetti's (1990) tables AC1 stays near percent agreement where kappa falls."""
    ratings = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], table, axis=0)
    assert gwet(ratings, least=0).value == pytest.approx(value, abs=5e-5)


def test_the_caveat_says_what_random_raters_reach():
    """Whoever shows AC1 has the sentence that belongs beside it."""
    assert ".78" in CAVEAT
    assert "prevalence" in CAVEAT


def test_one_category_is_undefined():
    """Constant ratings have no AC1."""
    assert isinstance(gwet(np.ones((40, 2))), Refused)


def test_the_name_says_which_coefficient():
    """AC1 is unweighted, AC2 weighted."""
    assert gwet(RAW_4RATERS, least=0).method.startswith("Gwet's AC1;")
    assert gwet(RAW_4RATERS, least=0, weights="linear").method.startswith("Gwet's AC2 (linear weights)")
