import pytest

from judge.calibration.compare import compare, newest_run
from judge.errors import CalibrationError, NotFoundError
from judge.scores import Reason
from judge.settings import CalibrationTable
from judge.stats.intervals import Refused
from making import make_rubric
from rated import rows_of

LIMITS = CalibrationTable()


def two(stored, rubric, cells):
    """(A's score, B's score, people's value, how many) -> both judges' runs over the same records."""
    rows = [cell[:3] for cell in cells for _ in range(cell[3])]
    people = [{} if truth is None else {"ann": truth} for _, _, truth in rows]
    for place, model in ((0, "A"), (1, "B")):
        stored(rubric, [(f"r{n:03}", row[place], people[n]) for n, row in enumerate(rows)], model=model)


def test_paired_difference_by_hand(db, rubric, stored):
    """Of 100 rated items A has 80 right, B 70; 15 only A, 5 only B; they say the same on 80, of which 65 are right."""
    cells = [
        *[("rude", "rude", "rude", 30), ("polite", "polite", "polite", 35), ("rude", "rude", "polite", 15)],
        *[("rude", "polite", "rude", 15), ("rude", "polite", "polite", 5)],
    ]
    two(stored, rubric, cells)
    ((found,),) = [each.pairings for each in compare(db, ["A", "B"], LIMITS)]
    assert (found.items, found.rated) == (100, 100)
    assert found.right[0].value == pytest.approx(0.80)
    assert found.right[1].value == pytest.approx(0.70)
    assert found.difference.value == pytest.approx(0.10)
    assert found.difference.low < 0.10 < found.difference.high
    assert (found.only_first, found.only_second) == (15, 5)
    assert found.p == pytest.approx(0.041389465)  # two-sided exact binomial, 5 of 20
    assert found.alike == pytest.approx(0.80)
    assert found.confirmed.value == pytest.approx(65 / 80)


def test_pairing_tells_more_than_two_rates(db, rubric, stored):
    """Judges that err on the same items are told apart though each rate alone is too uncertain to do so."""
    cells = [
        *[("rude", "rude", "rude", 60), ("polite", "polite", "polite", 60), ("rude", "rude", "polite", 60)],
        ("polite", "rude", "polite", 12),
    ]
    two(stored, rubric, cells)
    (found,) = compare(db, ["A", "B"], LIMITS)[0].pairings
    assert found.difference.low > 0
    assert found.right[0].low < found.right[1].high


def test_an_abstention_is_not_people_s_value(db, rubric, stored):
    """A judge that says nothing is not right, and two that say nothing do not agree."""
    cells = [
        ("rude", "rude", "rude", 20),
        ("polite", Reason.UNPARSED, "polite", 10),
        ("polite", "polite", "polite", 20),
    ]
    two(stored, rubric, [*cells, (Reason.CUT, Reason.CUT, "rude", 6)])
    (found,) = compare(db, ["A", "B"], LIMITS)[0].pairings
    assert (found.only_first, found.only_second) == (10, 0)
    assert found.alike == pytest.approx(40 / 56)


def test_not_rated(db, rubric, stored):
    """Without ratings nothing is compared, and it says what to do."""
    two(stored, rubric, [("rude", "polite", None, 10)])
    (found,) = compare(db, ["A", "B"], LIMITS)[0].pairings
    assert isinstance(found.difference, Refused)
    assert "rate 30 items that both judged" in found.difference.needed


def test_no_such_judge(db, rubric, stored):
    """A judge without a run is told, with those there are."""
    two(stored, rubric, [("rude", "polite", "rude", 10)])
    with pytest.raises(NotFoundError, match=r"judge 'C' has no run on d\n.*judges with one: A, B"):
        compare(db, ["A", "C"], LIMITS)
    assert newest_run(db, "B").model == "B"


def test_nothing_in_common(db, rubric, stored):
    """Judges by different wordings of a rubric are not compared."""
    rows = rows_of([("rude", "rude", 10)])
    stored(rubric, rows, model="A")
    stored(make_rubric(guidance="Look twice."), rows, model="B")
    with pytest.raises(CalibrationError, match="A and B have no criterion in common on d"):
        compare(db, ["A", "B"], LIMITS)
