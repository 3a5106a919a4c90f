import pytest

from judge.calibration.calibrate import calibrate
from judge.errors import CalibrationError
from judge.records import Document, Record
from judge.settings import CalibrationTable
from judge.store import datasets, judges, runs, tunings
from judge.store.splits import Split, Splits
from making import make_rubric
from rated import rows_of

LIMITS = CalibrationTable()
ROWS = rows_of([("rude", "rude", 60), ("polite", "polite", 60)])
SPLITS = Splits()


def side(name):
    return SPLITS.of(f"record:{name}")


def tune(db, parent, tuned, name="d"):
    dataset = datasets.ensure(db, name)
    judges.keep_rubric(db, parent)
    judges.keep_rubric(db, tuned)
    used = {
        key: side(record.id)
        for chunk in datasets.chunks(db, dataset)
        for key, record in chunk
        if side(record.id) is not Split.CALIBRATION
    }
    tunings.keep(db, dataset, tuned, parent, model="m", splits=SPLITS, used=used, outcome={})
    return used


def test_what_tuned_a_rubric_does_not_calibrate_it(db, rubric, stored):
    """Ratings that tuned a rubric are refused, with what to do; --unseen takes the calibration split alone."""
    stored(rubric, ROWS)
    tuned = make_rubric(version=2)
    used = tune(db, rubric, tuned)
    run = stored(tuned, [(row[0], row[1], {}) for row in ROWS])
    expected = rf"polite, version 2, has seen .*{len(used)} of the 120 rated items tuned it \(r0(.|\n)*--unseen"
    with pytest.raises(CalibrationError, match=expected) as caught:
        calibrate(db, run, LIMITS)
    assert f"the {120 - len(used)} rated items that it has not seen" in str(caught.value)
    (found,) = calibrate(db, run, LIMITS, unseen=True).criteria
    assert found.panel.size == found.pool.size == 120 - len(used)
    names = {each.id for each in datasets.fetch(db, found.pool.keys.tolist()).values()}
    assert {side(name) for name in names} == {Split.CALIBRATION}


def test_the_untuned_rubric_is_calibrated_as_ever(db, rubric, stored):
    """Tuning a rubric changes nothing for the rubric it started from."""
    stored(rubric, ROWS)
    tune(db, rubric, make_rubric(version=2))
    (found,) = calibrate(db, runs.find(db, "last"), LIMITS).criteria
    assert found.panel.size == 120


def test_the_same_content_in_another_data_set(db, rubric, stored):
    """A record that tuned a rubric is known by its content where it was imported a second time."""
    stored(rubric, ROWS)
    tuned = make_rubric(version=2)
    used = tune(db, rubric, tuned)
    again = [(f"other-{row[0]}", row[1], row[2], {"record": {"response": f"R {row[0]}"}}) for row in ROWS]
    run = stored(tuned, again, name="copy")
    with pytest.raises(CalibrationError, match=f"{len(used)} of the 120 rated items tuned it"):
        calibrate(db, run, LIMITS)


def test_an_example_is_no_evidence(db, stored):
    """A rated record that stands in the rubric as an example is found by its words, documents included."""
    examples = [
        {"question": "Q?", "response": "R r0001", "answers": {"tone": {"score": "rude"}}},
        {"question": "Q?", "response": "R  r0002\n", "answers": {"tone": {"score": "rude"}}},
        {"question": "Another?", "response": "R r0003", "answers": {"tone": {"score": "rude"}}},
    ]
    rubric = make_rubric(examples=examples)
    run = stored(rubric, ROWS)
    with pytest.raises(CalibrationError, match=r"2 of the 120 rated items stand in it as examples \(r0001, r0002\)"):
        calibrate(db, run, LIMITS)
    (found,) = calibrate(db, run, LIMITS, unseen=True).criteria
    assert found.panel.size == 118


def test_documents_tell_examples_apart(db, stored):
    """Of two records with one response only the one with the example's documents is shown."""
    example = {"response": "Same.", "documents": ["One."], "answers": {"tone": {"score": "rude"}}}
    rubric = make_rubric(reads=["response", "documents"], examples=[example])
    made = [{"response": "Same.", "documents": (Document(text),)} for text in ("One.", "Two.")]
    assert Record(id="x", **made[0]).digest() != Record(id="x", **made[1]).digest()
    rows = [*ROWS, *((f"s{n}", "rude", {"ann": "rude"}, {"record": each}) for n, each in enumerate(made))]
    with pytest.raises(CalibrationError, match=r"1 of the 122 rated items stand in it as examples \(s0\)"):
        calibrate(db, stored(rubric, rows), LIMITS)
