import pytest

from judge.calibration.calibrate import calibrate
from judge.calibration.gate import Bound, Outcome, check
from judge.errors import UsageError
from judge.settings import CalibrationTable
from making import make_rubric
from rated import rows_of

LIMITS = CalibrationTable()


@pytest.fixture
def calibration(db, rubric, stored):
    """200 rated items of which 20 are rude, by a judge that is mostly right."""
    rows = rows_of([("rude", "rude", 18), ("rude", "polite", 4), ("polite", "rude", 2), ("polite", "polite", 176)])
    return calibrate(db, stored(rubric, rows), LIMITS)


def outcome(calibration, kind, value, name="tone", **options):
    return check(calibration, [Bound(kind, name, value)], **options).outcome


def test_the_whole_interval_decides(calibration):
    """Passed and failed by the whole interval, inconclusive where it lies on both sides."""
    figure = calibration.criteria[0].main.corrected
    assert figure.value == pytest.approx(0.1)
    assert outcome(calibration, "max-rate", figure.high) is Outcome.PASS
    assert outcome(calibration, "max-rate", figure.high - 0.001) is Outcome.INCONCLUSIVE
    assert outcome(calibration, "max-rate", figure.low) is Outcome.INCONCLUSIVE
    assert outcome(calibration, "max-rate", figure.low - 0.001) is Outcome.FAIL


def test_agreement(calibration):
    """The same for agreement, whose bound is from below."""
    alpha = calibration.criteria[0].agreement.alpha
    assert outcome(calibration, "min-agreement", alpha.low) is Outcome.PASS
    assert outcome(calibration, "min-agreement", alpha.high) is Outcome.INCONCLUSIVE
    assert outcome(calibration, "min-agreement", alpha.high + 0.01) is Outcome.FAIL


def test_the_gravest_outcome_counts(calibration):
    """One failed bound fails the gate, whatever the others say; the exit codes are those of the manual."""
    bounds = [Bound("max-rate", "tone", 0.9), Bound("max-rate", "tone", 0.1), Bound("max-rate", "tone", 0.01)]
    assert check(calibration, bounds).exit_code == 1
    assert check(calibration, bounds[:2]).exit_code == 3
    assert check(calibration, bounds[:1]).exit_code == 0
    assert check(calibration, bounds, fingerprints=["ffff"]).exit_code == 5


@pytest.mark.parametrize("name", ["tone", "polite", "polite.tone"])
def test_names(calibration, name):
    """A criterion is named by itself, by its rubric where that has no other, or by both."""
    assert outcome(calibration, "max-rate", 0.9, name) is Outcome.PASS


def test_another_judge(calibration):
    """Another fingerprint than the one expected is told, whatever the figures."""
    own = calibration.criteria[0].fingerprint
    assert outcome(calibration, "max-rate", 0.9, fingerprints=[own[:8]]) is Outcome.PASS
    done = check(calibration, [Bound("max-rate", "tone", 0.9)], fingerprints=["0000"])
    assert done.outcome is Outcome.CHANGED
    assert f"the judge is {own[:12]}, expected was 0000" in done.checks[0].needed


def test_a_stale_calibration(db, rubric, stored):
    """Where every rating belongs to another wording of the rubric, the judge has changed since."""
    stored(rubric, rows_of([("rude", "rude", 20), ("polite", "polite", 20)]))
    run = stored(make_rubric(guidance="Look twice."), rows_of([("rude", None, 20), ("polite", None, 20)]))
    done = check(calibrate(db, run, LIMITS), [Bound("max-rate", "tone", 0.9)])
    assert done.outcome is Outcome.CHANGED
    assert "all 40 ratings belong to another wording of the rubric" in done.checks[0].needed


def test_nothing_rated_is_inconclusive(db, rubric, stored):
    """A judge that nobody has rated neither passes nor fails, and the check says what to do."""
    run = stored(rubric, rows_of([("rude", None, 20), ("polite", None, 20)]))
    done = check(calibrate(db, run, LIMITS), [Bound("max-rate", "tone", 0.9)])
    assert done.outcome is Outcome.INCONCLUSIVE
    assert "rate" in done.checks[0].needed


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("max-rate", "0.05", "which criterion?"),
        ("max-rate", "tone:five", "'five' is no number"),
        ("max-rate", "tone:5", "a rate lies between 0 and 1"),
        ("max-rate", "tone:5", "--max-rate tone:0.05"),
        ("max-rate", "tone:nan", "a rate lies between 0 and 1"),
        ("min-agreement", "2", "agreement lies between -1 and 1"),
    ],
)
def test_bounds_that_cannot_be_meant(kind, text, message):
    """Each is answered with what is wrong, and where it can be said with what was meant."""
    with pytest.raises(UsageError) as caught:
        Bound.parse(kind, text)
    assert message in str(caught.value)


def test_bounds_that_do_not_fit(calibration):
    """A criterion that the run has not judged, a mean of a scale without one, and no bound at all."""
    with pytest.raises(UsageError, match=r"has no criterion 'warmth'\n.*it has polite\.tone"):
        outcome(calibration, "max-rate", 0.5, "warmth")
    with pytest.raises(UsageError, match=r"polite\.tone has no mean: its scale is binary"):
        outcome(calibration, "min-mean", 3)
    with pytest.raises(UsageError, match="there is no bound to hold"):
        check(calibration, [])
