import numpy as np
import pytest

from judge.errors import UsageError
from judge.stats.intervals import Refused
from judge.stats.ratings import MISSING, read_ratings, side_by_side


def test_numbers_with_nan_are_read():
    """NaN is a rating that is not there, every other number one of the sorted values."""
    table = read_ratings([[3, 1], [np.nan, 3]])
    assert table.values.tolist() == [1, 3]
    assert table.codes.tolist() == [[1, 0], [MISSING, 1]]


def test_names_with_none_are_read_in_the_given_order():
    """None and the empty name are missing, and the order is the caller's, not the alphabet's."""
    table = read_ratings(np.array([["low", None], ["", "high"]], dtype=object), ["low", "mid", "high"])
    assert table.codes.tolist() == [[0, MISSING], [MISSING, 2]]
    assert read_ratings(np.array([["b", ""], ["a", "a"]])).codes.tolist() == [[1, MISSING], [0, 0]]


def test_whole_numbers_and_nan_among_names_are_read():
    """Arrays of whole numbers have nothing missing; NaN among names is missing."""
    assert read_ratings(np.array([[1, 2]])).codes.tolist() == [[0, 1]]
    assert read_ratings(np.array([["a", float("nan")]], dtype=object)).codes.tolist() == [[0, MISSING]]


def test_a_table_is_passed_through():
    """What is a table already is not read again."""
    table = read_ratings([[1, 2]])
    assert read_ratings(table) is table


def test_a_value_off_the_scale_is_named():
    """The message shows the value found and those allowed."""
    with pytest.raises(UsageError, match="7 is not among the values 1, 2"):
        read_ratings([[1, 7]], [1, 2])
    with pytest.raises(UsageError, match="is not among the values"):
        read_ratings([[1.0]], [])


def test_names_among_numbers_are_refused():
    """A mixture has no order, and the message says of what."""
    with pytest.raises(UsageError, match=r"the ratings mix int and str, .*\n.*list `values`"):
        read_ratings(np.array([[1, "a"]], dtype=object))


def test_a_list_is_no_table():
    """One dimension is refused with the shape to pass."""
    with pytest.raises(UsageError, match=r"found 1 dimensions\n.*\(units, raters\)"):
        read_ratings([1, 2])


def test_counts_shares_and_rare_ratings():
    """Counts add up; shares and rare ratings look at units with two ratings or more only."""
    table = read_ratings([[0, 0, 0], [0, 0, 1], [1, np.nan, np.nan]])
    assert table.counts.tolist() == [[3, 0], [2, 1], [0, 1]]
    assert table.pairable.tolist() == [True, True, False]
    assert table.shares.tolist() == [5 / 6, 1 / 6]
    assert table.rare == pytest.approx([0, 1 / 3])
    assert not table.agreed
    assert table.split == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("ratings", "reason", "needed"),
    [
        ([[1, np.nan], [0, np.nan]], "fewer than two raters", "second person"),
        ([[1, np.nan], [np.nan, 0]], "no item was rated by two", "two people each"),
        ([[1, 1], [1, 1]], "undefined: every rating is 1", "expected to differ"),
    ],
)
def test_what_cannot_show_agreement_is_refused(ratings, reason, needed):
    """One rater, no overlap and one category each have their reason and their remedy."""
    refused = read_ratings(ratings).undefined("alpha")
    assert isinstance(refused, Refused)
    assert reason in refused.reason
    assert needed in refused.needed


def test_judge_and_people_stand_side_by_side():
    """The judge is the first column, whatever the types of the two arrays."""
    table = side_by_side(np.array(["a", "b"]), np.array([["a", None], ["b", "c"]], dtype=object))
    assert table.values[table.codes[:, 0]].tolist() == ["a", "b"]
    assert table.codes.shape == (2, 3)
    with pytest.raises(UsageError, match=r"\(1,\) do not fit people's values of shape \(2, 2\)"):
        side_by_side([1], [[1, 2], [1, 2]])
