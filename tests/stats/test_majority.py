import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import UsageError
from judge.stats.majority import Source, gold, majority
from judge.stats.ratings import MISSING, read_ratings

RATINGS = np.array(
    [["a", "a", "b"], ["a", "b", None], ["b", None, None], [None, None, None], ["b", "b", "b"]], dtype=object
)


def test_majority_and_ties():
    """The commonest value wins, a tie has none and is not guessed, nor has an unrated unit."""
    found = majority(RATINGS)
    assert found.codes.tolist() == [0, MISSING, 1, MISSING, 1]
    assert found.tied.tolist() == [False, True, False, False, False]
    assert found.share == pytest.approx([2 / 3, 1 / 2, 1, 0, 1])


def test_nothing_rated_has_no_majority():
    """A table of holes has no values and no gold."""
    found = majority(np.full((2, 2), None, dtype=object))
    assert found.codes.tolist() == [MISSING, MISSING]


def test_gold_prefers_the_adjudicator():
    """Adjudicated goes before unanimous before majority; ties and unrated units stay without gold."""
    found = gold(RATINGS, np.array(["b", None, None, None, None], dtype=object))
    assert found.codes.tolist() == [1, MISSING, 1, MISSING, 1]
    assert found.sources == (Source.ADJUDICATED, Source.TIED, Source.SINGLE, Source.UNRATED, Source.UNANIMOUS)


def test_an_adjudicated_tie_has_gold():
    """A tie is what adjudication is for."""
    found = gold(RATINGS, np.array([None, "a", None, None, None], dtype=object))
    assert found.values[found.codes[1]] == "a"
    assert found.sources[:2] == (Source.MAJORITY, Source.ADJUDICATED)


def test_gold_without_adjudication_is_the_majority():
    """Nobody adjudicated: what most raters said."""
    table = read_ratings(RATINGS)
    assert gold(table).codes.tolist() == majority(table).codes.tolist()
    assert gold(table, np.array(["b"] * 5)).sources == (Source.ADJUDICATED,) * 5


def test_an_adjudicator_may_use_a_value_nobody_gave():
    """The adjudicated value joins the values there are."""
    found = gold([[1, 1]], [2])
    assert found.values[found.codes].tolist() == [2]


def test_adjudicated_values_must_fit():
    """One value, or a missing one, a unit."""
    with pytest.raises(UsageError, match=r"5 units and adjudicated values of shape \(2,\)"):
        gold(RATINGS, ["a", "b"])


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(st.integers(0, 2), min_size=3, max_size=3), min_size=1, max_size=10))
def test_majority_does_not_depend_on_the_order_of_raters(rows):
    """Raters are exchangeable."""
    ratings = np.array(rows)
    assert majority(ratings).codes.tolist() == majority(ratings[:, ::-1]).codes.tolist()
