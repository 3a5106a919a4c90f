import numpy as np
import pytest

from judge.stats.alpha import alpha
from judge.stats.ceiling import ceiling
from judge.stats.chance import percent
from judge.stats.intervals import Estimate, Refused


def draw(units, people, judge, *, seed=3, values=2):
    """Ratings by annotators and a judge who give the true value this often."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, values, units)
    given = np.where(rng.random((units, 3)) < people, truth[:, None], rng.integers(0, values, (units, 3)))
    ours = np.where(rng.random(units) < judge, truth, rng.integers(0, values, units))
    return ours, given


def test_plain_agreement_is_the_mean_over_pairs():
    """Percent agreement of people is theirs as `percent` has it, the judge's the mean over people."""
    judge, humans = draw(200, 0.8, 0.6)
    found = ceiling(judge, humans, measure="percent")
    assert found.human.value == pytest.approx(percent(humans).value)
    assert found.judge.value == pytest.approx(np.mean(humans == judge[:, None]))
    assert found.difference.value == pytest.approx(found.judge.value - found.human.value)


def test_agreement_beyond_chance_is_alpha_but_for_small_samples():
    """With as many ratings on every item the ceiling is alpha without its 1/n term."""
    judge, humans = draw(2_000, 0.8, 0.6, values=4)
    for metric in ("nominal", "ordinal", "interval"):
        assert ceiling(judge, humans, metric).human.value == pytest.approx(alpha(humans, metric).value, abs=2e-3)


def test_a_judge_like_a_person_reaches_the_ceiling():
    """A judge who errs as people do differs from them by nothing but chance; a worse one falls short."""
    judge, humans = draw(600, 0.85, 0.85)
    same = ceiling(judge, humans).difference
    assert same.low < 0 < same.high
    judge, humans = draw(600, 0.85, 0.4)
    worse = ceiling(judge, humans).difference
    assert worse.high < 0


def test_pairing_shortens_the_difference():
    """Hard items are hard for everybody, so the paired interval is shorter than two apart would make it."""
    rng = np.random.default_rng(5)
    truth, hard = rng.integers(0, 2, 300), rng.random(300) < 0.5
    right = np.where(hard, 0.5, 1.0)
    humans = np.where(rng.random((300, 4)) < right[:, None], truth[:, None], 1 - truth[:, None])
    judge = np.where(rng.random(300) < right, truth, 1 - truth)
    found = ceiling(judge, humans)
    assert found.difference.width < 0.85 * np.hypot(found.human.width, found.judge.width)


def test_the_difference_holds_the_truth():
    """Over 200 draws of 60 items the 95 % interval of the difference holds the true one in 92 to 98 of 100."""
    judge, humans = draw(400_000, 0.85, 0.6, seed=0)
    truth = ceiling(judge, humans).difference.value
    held = []
    for seed in range(1, 201):
        judge, humans = draw(60, 0.85, 0.6, seed=seed)
        difference = ceiling(judge, humans).difference
        held.append(difference.low <= truth <= difference.high)
    assert 0.92 <= np.mean(held) <= 0.98


def test_conversations_are_left_out_whole():
    """Rows repeated in their conversation do not shorten the difference."""
    judge, humans = draw(100, 0.85, 0.6)
    once = ceiling(judge, humans).difference
    clusters = np.repeat(np.arange(100), 4)
    repeated = ceiling(np.repeat(judge, 4), np.repeat(humans, 4, axis=0), clusters=clusters).difference
    assert repeated.width == pytest.approx(once.width, rel=0.05)


def test_items_without_two_people_or_a_judge_are_left_out():
    """Only items on which both sides can be seen count, and names are as good as numbers."""
    judge, humans = draw(100, 0.9, 0.7)
    names = np.array(["no", "yes"], dtype=object)
    ours = np.append(names[judge], [None, "yes"])
    theirs = np.vstack([names[humans], [["yes", "yes", "no"], ["no", None, None]]])
    found = ceiling(ours, theirs)
    assert found.judge.n == 100
    assert found.judge.value == pytest.approx(ceiling(judge, humans).judge.value)


def test_perfect_agreement_leaves_room_on_both_sides():
    """Nobody ever disagreed: the difference is 0 within each side's own lower limit."""
    ratings = np.arange(40) % 2
    found = ceiling(ratings, np.column_stack([ratings, ratings]))
    assert (found.human.value, found.judge.value, found.difference.value) == (1, 1, 0)
    assert found.difference.low == pytest.approx(found.judge.low - 1)
    assert found.difference.high == pytest.approx(1 - found.human.low)


def test_one_category_among_people_is_refused_and_plain_agreement_is_not():
    """Beyond chance there is nothing to say; plain agreement still says it."""
    judge, humans = np.arange(40) % 2, np.ones((40, 2))
    found = ceiling(judge, humans)
    assert isinstance(found.human, Refused)
    assert isinstance(found.judge, Estimate)
    assert isinstance(found.difference, Refused)
    assert ceiling(judge, humans, measure="percent").human.value == 1


def test_a_judge_who_disagrees_with_too_few_units_is_refused():
    """The judge's side has its own reasons to be refused, and so then has the difference."""
    judge, humans = np.zeros(9), np.tile([[0, 1], [1, 0], [1, 1]], (3, 1))
    found = ceiling(judge, humans)
    assert isinstance(found.difference, Refused)
    assert "too few units" in found.difference.reason


def test_no_overlap_is_refused():
    """One person an item leaves no ceiling."""
    found = ceiling([0, 1], [[0, np.nan], [np.nan, 1]])
    assert isinstance(found.human, Refused)
    assert "two people rate the same judged items" in found.difference.needed
