import pytest

from judge.calibration.calibrate import calibrate
from judge.calibration.evidence import evidence_agreement, text_at
from judge.records import Document, Record
from judge.scores import Quote
from judge.settings import CalibrationTable
from making import make_rubric
from rated import rows_of

LIMITS = CalibrationTable()
TEXT = "one two three four five six"


@pytest.fixture
def quoting():
    """The rubric of the tests, with evidence."""
    scale = {"kind": "binary", "values": {"polite": "kind", "rude": "not kind"}, "good": "polite"}
    evidence = {"quote": ["response"], "when": "rude"}
    return make_rubric(criteria=[{"name": "tone", "question": "Is it polite?", "scale": scale, "evidence": evidence}])


def quote(words):
    start = TEXT.index(words)
    return Quote("response", words, start, start + len(words))


def row(place, judge, *people):
    more = {"judgement": {"evidence": judge}, "rating": {"evidence": people[0]}, "record": {"response": TEXT}}
    return (f"r{place:02}", "rude", {"ann": "rude"}, more)


def test_token_f1_by_hand(db, quoting, stored):
    """Two words of which one is shared with two others: F1 = 2·1/(2+2) on every text."""
    rows = [row(n, (quote("one two"),), (quote("two three"),)) for n in range(12)]
    run = stored(quoting, rows)
    found = calibrate(db, run, LIMITS).criteria[0]
    made = evidence_agreement(db, run, found, level=0.95)
    assert made.items == 12
    assert made.f1.value == pytest.approx(0.5)
    assert made.alpha.value < 1


def test_only_who_points_is_compared(db, quoting, stored):
    """Whether to point at all follows from the score: an item on which one of them points at nothing is left out."""
    rows = [row(n, (quote("one two"),), (quote("one two"),) if n % 2 else ()) for n in range(24)]
    run = stored(quoting, rows)
    made = evidence_agreement(db, run, calibrate(db, run, LIMITS).criteria[0], level=0.95)
    assert made.items == 12
    assert made.f1.value == pytest.approx(1)


def test_a_criterion_without_evidence(db, rubric, stored):
    """A criterion that asks for no quotes has no agreement on them."""
    run = stored(rubric, rows_of([("rude", "rude", 20), ("polite", "polite", 20)]))
    assert evidence_agreement(db, run, calibrate(db, run, LIMITS).criteria[0], level=0.95) is None


@pytest.mark.parametrize(
    ("source", "text"),
    [("response", "R"), ("documents[1]", "B"), ("documents[2]", None), ("documents[x]", None), ("nowhere", None)],
)
def test_where_a_quote_stands(source, text):
    """A field or a document by its number; what is not there is no text."""
    record = Record(id="1", response="R", documents=(Document("A"), Document("B")))
    assert text_at(record, source) == text
