import pytest

from judge.calibration.calibrate import calibrate
from judge.settings import CalibrationTable
from judge.stats.intervals import Refused
from rated import rows_of

LIMITS = CalibrationTable()


def test_planning(db, rubric, stored):
    """A narrower interval needs more ratings; a pool that is too small says so; worth is 1/(1 - ρ²)."""
    cells = [("rude", "rude", 18), ("rude", "polite", 2), ("polite", "rude", 2), ("polite", "polite", 18)]
    rows = rows_of([*cells, ("rude", None, 400), ("polite", None, 560)])
    found = calibrate(db, stored(rubric, rows), LIMITS).criteria[0].planning
    assert found.worth.value == pytest.approx(1 / (1 - 0.8**2))
    assert found.plans[0.05].ratings < found.plans[0.05].people_only
    assert isinstance(found.plans[0.02], Refused)
    assert "a pool of 1000 items cannot show a rate to within ±0.02" in found.plans[0.02].reason


def test_nothing_rated(db, rubric, stored):
    """Without ratings there is nothing to plan from."""
    run = stored(rubric, rows_of([("rude", None, 5)]))
    assert calibrate(db, run, LIMITS).criteria[0].planning is None
