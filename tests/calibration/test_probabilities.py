import pytest

from judge.calibration.calibrate import calibrate
from judge.settings import CalibrationTable
from rated import rows_of

LIMITS = CalibrationTable()


def test_by_hand(db, rubric, stored):
    """40 items said to be rude with .8, of which 20 are, and 40 with .1, of which 4 are."""
    rows = []
    for n in range(80):
        sure, place = n < 40, n % 40
        truth = "rude" if place < (20 if sure else 4) else "polite"
        chance = 0.8 if sure else 0.1
        more = {"judgement": {"probabilities": {"rude": chance, "polite": 1 - chance}}}
        rows.append((f"r{n:02}", "rude" if sure else "polite", {"ann": truth}, more))
    found = calibrate(db, stored(rubric, rows), LIMITS).criteria[0].probabilities
    assert found.items == 80
    assert found.rate == pytest.approx(24 / 80)
    by_hand = (20 * 0.2**2 + 20 * 0.8**2 + 4 * 0.9**2 + 36 * 0.1**2) / 80
    assert found.brier.score.value == pytest.approx(by_hand)
    assert [(each.n, round(each.said, 6), each.seen) for each in found.bins] == [(40, 0.1, 0.1), (40, 0.8, 0.5)]
    assert found.error.value == pytest.approx(0.5 * 0.3)
    assert found.error.beyond_chance
    # Pairs of a rude and a polite item: 20·36 in the right order, 4·20 in the wrong one, 20·20 + 4·36 tied.
    # By regression: the rated items are the pool, so the mean is theirs.
    assert found.corrected.value == pytest.approx(24 / 80)
    assert "PPI++" in found.corrected.method
    assert found.auroc.value == pytest.approx((20 * 36 + (20 * 20 + 4 * 36) / 2) / (24 * 56))


def test_a_judge_without_probabilities(db, rubric, stored):
    """Where the judge gives none there is nothing to say."""
    run = stored(rubric, rows_of([("rude", "rude", 20), ("polite", "polite", 20)]))
    assert calibrate(db, run, LIMITS).criteria[0].probabilities is None


def test_a_map_that_helps(db, rubric, stored):
    """A judge that is far too sure of itself is mended by either map, judged on ratings that did not make it."""
    rows = []
    for n in range(200):
        sure = n % 2 == 0
        truth = "rude" if (n // 2) % 10 < (6 if sure else 4) else "polite"
        chance = 0.98 if sure else 0.02
        more = {"judgement": {"probabilities": {"rude": chance, "polite": 1 - chance}}}
        rows.append((f"r{n:03}", "rude" if sure else "polite", {"ann": truth}, more))
    maps = calibrate(db, stored(rubric, rows), LIMITS).criteria[0].probabilities.maps
    for trial in maps.values():
        assert trial.gain.low > 0
        assert trial.before - trial.after == pytest.approx(trial.gain.value)
