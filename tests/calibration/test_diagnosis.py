import pytest

from judge.calibration.calibrate import calibrate
from judge.scores import Reason
from judge.settings import CalibrationTable
from judge.stats.alternative import AlternativeTest
from judge.stats.intervals import Refused
from rated import rows_of

LIMITS = CalibrationTable()


def diagnosed(db, run):
    return calibrate(db, run, LIMITS).criteria[0].diagnosis


def test_rates_by_hand(db, rubric, stored):
    """Of 10 rude items 8 are called so, of 20 polite ones 18; abstentions are neither right nor wrong."""
    scored = [("rude", "rude", 8), ("polite", "rude", 2), ("rude", "polite", 2), ("polite", "polite", 18)]
    rows = rows_of([*scored, (Reason.UNPARSED, "rude", 6)])
    rates = diagnosed(db, stored(rubric, rows)).rates
    assert rates.tpr.value == pytest.approx(8 / 10)
    assert rates.tnr.value == pytest.approx(18 / 20)
    assert rates.ppv.value == pytest.approx(8 / 10)
    assert rates.false_omission.value == pytest.approx(2 / 20)


def test_items_chosen_by_score_do_not_bias_the_rates(db, rubric, stored):
    """All 20 flagged items and 20 of 80 others are rated: TPR is that of the pool, not of the rated items."""
    rows = rows_of(
        [
            ("rude", "rude", 16),
            ("rude", "polite", 4),
            ("polite", "rude", 1),
            ("polite", "polite", 19),
            ("polite", None, 60),
        ]
    )
    rates = diagnosed(db, stored(rubric, rows)).rates
    # In the pool 16 of 20 flagged and 80 · 1/20 = 4 of the others are rude; of the rated 16 of 17 were flagged.
    assert rates.tpr.value == pytest.approx(16 / 20)
    assert rates.tnr.value == pytest.approx(76 / 80)


def test_the_alternative_test_comes_with_the_rates(db, rubric, stored):
    """With three annotators the test is made and carries TPR and TNR; with one it is refused, with what to do."""
    three = []
    for n in range(90):
        truth = "rude" if n % 3 == 0 else "polite"
        three.append((f"r{n:02}", truth, dict.fromkeys(("ann", "bob", "eve"), truth)))
    test = diagnosed(db, stored(rubric, three)).alternative
    assert isinstance(test, AlternativeTest)
    assert test.passed
    assert test.tpr.value == 1
    one = rows_of([("rude", "rude", 20), ("polite", "polite", 20)])
    refused = diagnosed(db, stored(rubric, one, name="e")).alternative
    assert isinstance(refused, Refused)
    assert "3 or more people" in refused.needed


def test_a_score_that_hardly_anybody_rated(db, rubric, stored):
    """With 2 ratings of the 50 items not flagged, TPR and TNR are refused: what was missed there is not known."""
    rows = rows_of([("rude", "rude", 8), ("rude", "polite", 8), ("polite", "polite", 2), ("polite", None, 48)])
    found = diagnosed(db, stored(rubric, rows))
    for rate in (found.rates.tpr, found.rates.tnr, found.rates.balanced_accuracy, found.rates.f1):
        assert isinstance(rate, Refused)
        assert "3 more" in rate.needed
        assert "polite" in rate.needed
    assert found.rates.ppv.value == pytest.approx(0.5)


def test_nothing_rated(db, rubric, stored):
    """Without ratings there is nothing to diagnose."""
    assert diagnosed(db, stored(rubric, rows_of([("rude", None, 5)]))) is None
