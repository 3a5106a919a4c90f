import numpy as np
import pytest

from judge.errors import UsageError
from judge.stats.agreement import t_value
from judge.stats.intervals import Estimate, Refused
from judge.stats.severity import consistency, severity


def test_severity_is_the_mean_difference_to_the_others():
    """A rater half a grade above the others' mean on every second item is .25 above, with a paired t interval."""
    base = np.tile([2.0, 4.0], 10)
    ratings = np.column_stack([base + np.tile([0.0, 0.0, 0.5, 0.5], 5), base, base])
    found = severity(ratings)
    assert found[0].value == pytest.approx(0.25)
    spread = np.tile([0.0, 0.0, 0.5, 0.5], 5).std(ddof=1) / np.sqrt(20)
    assert found[0].high - found[0].value == pytest.approx(t_value(0.95, 19) * spread)
    assert found[1].value == pytest.approx(-0.125)


def test_raters_are_compared_on_shared_items_only():
    """An easy item that one rater alone saw does not make them mild."""
    ratings = np.array([[1.0, 1, 2], [2, 2, 1]] * 10 + [[5, np.nan, np.nan]] * 5)
    assert severity(ratings)[0] == severity(ratings[:20])[0]


def test_differences_that_never_vary_keep_an_interval():
    """Twelve items without a difference leave the exact binomial share of the scale's range."""
    ratings = np.column_stack([np.arange(12) % 3, np.arange(12) % 3]).astype(float)
    found = severity(ratings)[0]
    assert found.value == 0
    assert found.high == pytest.approx(2 * (1 - 0.025 ** (1 / 12)))


def test_conversations_count_once():
    """Rows repeated in their conversation do not shorten the interval."""
    rng = np.random.default_rng(1)
    ratings = rng.integers(1, 6, (30, 3)).astype(float)
    once = severity(ratings)[0]
    repeated = severity(np.repeat(ratings, 4, axis=0), clusters=np.repeat(np.arange(30), 4))[0]
    assert repeated.width == pytest.approx(once.width)
    assert "clusters" in repeated.method


def test_a_rater_without_company_is_refused():
    """Nine shared items are too few, and none at all too."""
    ratings = np.full((20, 3), np.nan)
    ratings[:9, :2] = 1
    ratings[9:, 2] = 1
    found = severity(ratings)
    assert all(isinstance(one, Refused) for one in found)
    assert found[0].needed == "have others rate 1 more items of this rater's"
    assert found[2].more == 10


def test_a_list_is_no_table():
    """One dimension is refused."""
    with pytest.raises(UsageError, match="found 1 dimensions"):
        severity([1.0, 2.0])


def test_the_interval_holds_the_truth():
    """Over 400 draws of 40 items the 95 % interval of a severity of .3 holds it in 93 to 97 of 100."""
    rng = np.random.default_rng(2)
    held = []
    for _ in range(400):
        items = rng.normal(size=(40, 1))
        ratings = items + np.array([0.3, 0.0, 0.0]) + rng.normal(scale=0.7, size=(40, 3))
        found = severity(ratings)[0]
        held.append(found.low <= 0.3 <= found.high)
    assert 0.93 <= np.mean(held) <= 0.97


def test_consistency_of_repeats():
    """Repeats of one rater are agreed on as two raters' would be, plainly and beyond chance."""
    rng = np.random.default_rng(3)
    first = rng.integers(0, 2, 60)
    second = np.where(rng.random(60) < 0.9, first, 1 - first)
    found = consistency(np.column_stack([first, second]))
    assert found.percent.value == pytest.approx(np.mean(first == second))
    assert isinstance(found.alpha, Estimate)
    assert found.alpha.value < found.percent.value
