import pytest
from sqlalchemy import select

from judge.calibration.calibrate import calibrate
from judge.reports.build import people
from judge.reports.people_rows import annotator_table, annotators_told
from judge.scores import Rating
from judge.settings import CalibrationTable
from judge.stats.intervals import Estimate, Refused
from judge.store import ratings
from judge.store.tables import RECORD
from rated import rows_of


def found(db, run):
    return calibrate(db, run, CalibrationTable()).criteria[0].annotators


def test_a_severe_annotator_by_hand(db, rubric, stored):
    """Of 60 items eve calls 8 rude that ann and bob call polite: 8/60 more than they, and like them on 52 of 60."""
    rows = []
    for n in range(60):
        truth = "rude" if n % 3 == 0 else "polite"
        eve = "rude" if n % 5 == 1 else truth
        rows.append((f"r{n:02}", truth, {"ann": truth, "bob": truth, "eve": eve}))
    made = found(db, stored(rubric, rows))
    ann, bob, eve = made.each
    assert (ann.name, ann.rated, bob.severity.value) == ("ann", 60, pytest.approx(-8 / 60 / 2))
    assert eve.severity.value == pytest.approx(8 / 60)
    assert eve.others.value == pytest.approx(1 - 8 / 60)
    assert ann.model > eve.model
    assert made.differing == 0
    assert ann.repeats is None


def test_two_annotators_have_no_model(db, rubric, stored):
    """With two annotators nobody can tell whose error a difference is; with one there are no others."""
    rows = [(f"r{n}", "rude", {"ann": "rude", "bob": "polite" if n % 2 else "rude"}) for n in range(20)]
    two = found(db, stored(rubric, rows))
    assert two.differing is None
    assert [each.model for each in two.each] == [None, None]
    one = found(db, stored(rubric, rows_of([("rude", "rude", 20)]), name="e"))
    assert isinstance(one.each[0].others, Refused)
    assert "second person" in one.each[0].others.needed


def test_repeats_say_how_consistent_somebody_is(db, rubric, stored):
    """Items shown again are compared with the first answer, and count in no other figure."""
    run = stored(rubric, rows_of([("rude", "rude", 20), ("polite", "polite", 20)]))
    again = [("rude" if n < 20 else "polite") if n % 4 else "polite" for n in range(40)]
    with db.read() as connection:
        keys = {row.record_id: row.id for row in connection.execute(select(RECORD.c.record_id, RECORD.c.id))}
    given = [
        (keys[f"r{n:04}"], Rating(f"r{n:04}", rubric.name, "tone", "ann", score=value, repeat=1))
        for n, value in enumerate(again)
    ]
    ratings.add(db, rubric, given)
    calibrated = calibrate(db, run, CalibrationTable()).criteria[0]
    repeats = calibrated.annotators.each[0].repeats
    assert isinstance(repeats.percent, Estimate)
    assert repeats.percent.value == pytest.approx(35 / 40)
    assert calibrated.main.corrected.value == pytest.approx(0.5)


def test_a_crowd_has_no_table_of_pairs(db, rubric, stored):
    """Of 30 annotators nobody reads 435 kappas: the twenty least like the others are shown, the rest is counted."""
    names = [f"a{n:02}" for n in range(30)]
    rows = []
    for n in range(40):
        truth = "rude" if n % 3 == 0 else "polite"
        other = "polite" if truth == "rude" else "rude"
        rows.append((f"r{n:02}", truth, {name: other if n < at else truth for at, name in enumerate(names)}))
    calibrated = calibrate(db, stored(rubric, rows), CalibrationTable()).criteria[0]
    assert calibrated.people.pairs == {}
    part = people(calibrated.people, calibrated.annotators)
    headings, shown = annotator_table(part, percent=True)
    likeness = [float(row[headings.index("like the others")].split()[0]) for row in shown]
    assert len(shown) == 20
    assert likeness == sorted(likeness)
    assert "10 more are in the JSON" in annotators_told(part)
