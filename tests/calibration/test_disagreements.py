from judge.calibration.calibrate import calibrate
from judge.calibration.disagreements import find
from judge.scores import Reason
from judge.settings import CalibrationTable
from making import make_rubric
from rated import rows_of

LIMITS = CalibrationTable()


def listed(db, run, **options):
    return find(db, run, calibrate(db, run, LIMITS).criteria[0], **options)


def test_every_kind_before_a_second_of_any(db, rubric, stored):
    """With room for two, one of each kind is shown; agreements and abstentions are not among them."""
    rows = rows_of([("rude", "polite", 10), ("polite", "rude", 3), ("rude", "rude", 5), (Reason.UNPARSED, "rude", 4)])
    found = listed(db, stored(rubric, rows), most=2)
    assert found.total == 13
    assert [(each.people, each.judge) for each in found.items] == [("polite", "rude"), ("rude", "polite")]


def test_both_reasons(db, rubric, stored):
    """The judge's reason and every annotator's note stand beside the record; gold comes last."""
    more = {"judgement": {"rationale": "because"}, "rating": {"note": "no"}, "record": {"response": "Go away."}}
    rows = [("a", "polite", {"gold": "rude", "bob": "rude", "ann": "polite"}, more), *rows_of([("rude", "rude", 5)])]
    (item,) = listed(db, stored(rubric, rows)).items
    assert (item.rationale, item.record.response) == ("because", "Go away.")
    assert [(each.annotator, each.note) for each in item.ratings] == [("ann", "no"), ("bob", "no"), ("gold", "no")]


def test_far_apart_on_an_interval_scale(db, stored):
    """Numbers differ where they are more than a quarter of the scale apart; the farthest comes first."""
    scale = {"kind": "interval", "min": 0, "max": 10, "good": "high"}
    rubric = make_rubric(criteria=[{"name": "tone", "question": "How?", "scale": scale}])
    rows = [("near", 5.0, {"ann": 6.0}), ("far", 2.0, {"ann": 6.0}), ("farther", 0.0, {"ann": 9.0, "bob": 10.0})]
    found = listed(db, stored(rubric, rows))
    assert [(each.record.id, each.people, each.judge) for each in found.items] == [
        ("farther", "9.5", "0.0"),
        ("far", "6", "2.0"),
    ]


def test_one_study_only(db, rubric, stored):
    """With a study named, only what was said in it is shown."""
    stored(rubric, [("a", "polite", {"ann": "polite"})], source="spring")
    run = stored(rubric, [("a", "polite", {"bob": "rude"})], source="autumn")
    found = find(db, run, calibrate(db, run, LIMITS, study="autumn").criteria[0], study="autumn")
    assert [each.annotator for each in found.items[0].ratings] == ["bob"]
