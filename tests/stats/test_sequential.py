"""Looking at a growing comparison."""

from __future__ import annotations

import math

import numpy as np
import pytest

from judge.stats.sequential import Looks, crossing, pocock, power


@pytest.mark.parametrize(
    ("looks", "constant"), [(1, 1.960), (2, 2.178), (3, 2.289), (5, 2.413), (10, 2.555), (20, 2.672)]
)
def test_pocock_known_answers(looks, constant):
    """The constants are those of Jennison and Turnbull (2000), table 2.1, α = .05."""
    assert pocock(looks, 0.95) == pytest.approx(constant, abs=6e-4)


@pytest.mark.parametrize(("looks", "chance"), [(1, 0.05), (2, 0.083), (5, 0.142), (10, 0.193), (20, 0.248)])
def test_what_looking_costs(looks, chance):
    """A fixed 1.96 at every look errs as often as Armitage, McPherson and Rowe (1969), table 2, say."""
    assert crossing(looks, 1.959964) == pytest.approx(chance, abs=6e-4)


def test_a_single_look_is_the_usual_interval():
    """One look needs no correction, whatever the standard error."""
    assert Looks().critical(0.02, 0.95) == pytest.approx(1.959964)
    assert Looks().p_value(1.959964, 0.02) == pytest.approx(0.05)
    assert Looks().level_for(0.02, 0.95) == pytest.approx(0.95)


@pytest.mark.parametrize("looks", [Looks(), Looks(7), Looks(None)])
@pytest.mark.parametrize("error", [0.005, 0.03, 0.2])
def test_p_value_and_interval_agree(looks, error):
    """The p-value is 1 - level just where the interval's end is."""
    z = looks.critical(error, 0.9)
    assert looks.p_value(z, error) == pytest.approx(0.1, rel=1e-4)
    assert looks.p_value(0.0, error) == pytest.approx(1.0)


def test_anytime_is_tightest_near_its_effect():
    """The reach of an anytime-valid interval grows slowly on either side of the effect it is tuned for."""
    reach = [Looks(None).critical(error, 0.95) for error in (0.1, 0.034, 0.01)]
    assert reach[1] == pytest.approx(3.035, abs=1e-3)
    assert reach[1] < min(reach[0], reach[2])


@pytest.mark.parametrize("looks", [Looks(20), Looks(None)])
def test_twenty_looks_keep_the_error(looks):
    """A driftless walk looked at twenty times crosses the bound in at most 5 % of 4,000 runs; a fixed 1.96 in 25 %."""
    rng = np.random.default_rng(7)
    walk = rng.normal(size=(4000, 20)).cumsum(axis=1)
    z = np.abs(walk) / np.sqrt(np.arange(1, 21))
    bounds = np.array([looks.critical(0.15 / math.sqrt(look), 0.95) for look in range(1, 21)])
    assert (z > bounds).any(axis=1).mean() <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 4000)
    assert (z > 1.96).any(axis=1).mean() > 0.2


def test_power_known_answer():
    """2.8 standard errors are found with a chance of 80 %, none at all with a chance of 5 %."""
    assert power(2.8016, 1.0, 1.959964) == pytest.approx(0.8, abs=1e-4)
    assert power(0.0, 1.0, 1.959964) == pytest.approx(0.05, abs=1e-6)
    assert power(0.1, 0.0, 1.96) == 1.0


def test_no_error_at_all():
    """A difference known without error is found at once; none is never found."""
    assert Looks(None).critical(0.0, 0.95) == pytest.approx(1.959964)
    assert (Looks(None).p_value(3.0, 0.0), Looks(None).p_value(0.0, 0.0)) == (0.0, 1.0)
    assert crossing(3, 0.0) == 1.0


@pytest.mark.parametrize("wrong", [{"planned": 0}, {"planned": 201}, {"planned": None, "effect": 0.0}])
def test_no_such_plan(wrong):
    """Plans of no looks, of too many, and of no effect are refused."""
    with pytest.raises(ValueError, match="found"):
        Looks(**wrong)
