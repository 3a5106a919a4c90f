from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.stats.intervals import Estimate, Refused
from judge.stats.planning import Plan, allocate, guess_spread, plan, rating_worth
from judge.stats.poststratification import poststratified
from judge.stats.strata import count_strata


def test_plan_keeps_its_word() -> None:
    """Ratings as planned, with the means as guessed, give the interval asked for; one fewer in all does not."""
    made = plan(0.05, [0.02, 0.6], [15_000, 5_000])
    assert isinstance(made, Plan)
    hits = made.by_score * np.array([0.02, 0.6])
    found = poststratified(hits, made.by_score, [15_000, 5_000])
    assert isinstance(found, Estimate)
    assert found.width / 2 == pytest.approx(made.half_width)
    assert made.half_width <= 0.05
    assert made.by_score.sum() == made.ratings
    assert made.saved == pytest.approx(1 - made.ratings / made.people_only)
    assert made.saved > 0.4


def test_people_only_is_the_textbook_number() -> None:
    """Without a judge, ±5 points at one half take about z²/4h² = 384 ratings."""
    made = plan(0.05, [0.5], [10_000_000])
    assert isinstance(made, Plan)
    assert made.people_only == pytest.approx(384, abs=5)
    assert made.ratings == pytest.approx(384, abs=5)


def test_equal_splitting_can_cost() -> None:
    """For a .80/.97 judge an equal split needs more ratings than a proportional one, and Neyman's fewer."""
    flagged = 0.1 * 0.8 + 0.9 * 0.03
    means, pool = [0.02 / (1 - flagged), 0.08 / flagged], [round((1 - flagged) * 20_000), round(flagged * 20_000)]
    plans = [plan(0.03, means, pool, kind=kind) for kind in ("equal", "proportional", "neyman")]
    needed = [made.ratings for made in plans if isinstance(made, Plan)]
    assert needed[0] > needed[1] > needed[2]


def test_finite_pool_needs_fewer() -> None:
    """Of a small pool alone a smaller part is needed, and always enough."""
    process, finite = (plan(0.1, [0.1, 0.6], [100, 50], finite=finite) for finite in (False, True))
    assert isinstance(process, Plan)
    assert isinstance(finite, Plan)
    assert finite.ratings < process.ratings


def test_a_pool_can_be_too_small() -> None:
    """Fifty judged records cannot tell about a process to within a point."""
    refused = plan(0.01, [0.1, 0.6], [30, 20])
    assert isinstance(refused, Refused)
    assert "judge more records" in refused.needed


@pytest.mark.parametrize("half_width", [0.0, 1.0, math.nan])
def test_half_width_is_checked(half_width: float) -> None:
    """A half width of 5 instead of .05, or none, is an error."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        plan(half_width, [0.5], [100])


def test_pilot_then_neyman() -> None:
    """A pilot's spreads decide the split, and every score keeps a fifth of the ratings."""
    pilot = count_strata([0, 12], [25, 25], [9000, 1000])
    spread = guess_spread(pilot)
    assert spread[0] > 0
    split = allocate(200, pilot.pool, spread)
    assert split.min() >= 40
    assert split.sum() == 200
    assert allocate(200, pilot.pool, [0.0, 0.5]).tolist() == [40, 160]


def test_neyman_needs_a_pilot() -> None:
    """Neyman's allocation without spreads says that a pilot comes first."""
    with pytest.raises(ValueError, match="rate a pilot first"):
        allocate(10, [5, 5])


@given(
    st.integers(0, 400),
    st.lists(st.tuples(st.integers(0, 200), st.floats(0, 0.5)), min_size=1, max_size=6).filter(
        lambda s: sum(n for n, _ in s) > 0
    ),
    st.sampled_from(["proportional", "equal", "neyman"]),
)
@settings(deadline=None, max_examples=80)
def test_allocation_adds_up(ratings: int, strata: list[tuple[int, float]], kind: str) -> None:
    """Whatever the strata, the split sums to the ratings (or the pool) and exceeds no stratum."""
    pool, spread = np.array([n for n, _ in strata]), np.array([s for _, s in strata])
    split = allocate(ratings, pool, spread, kind=kind)  # type: ignore[arg-type]
    assert split.sum() == min(ratings, pool.sum())
    assert ((split >= 0) & (split <= pool)).all()


def test_worth_of_a_rating() -> None:
    """A judge correlated .8 with people makes each rating worth 1/(1-.64) = 2.8 plain ones."""
    rng = np.random.default_rng(1)
    truth = rng.normal(size=4000)
    judged = 0.8 * truth + 0.6 * rng.normal(size=4000)
    found = rating_worth(judged, truth)
    assert isinstance(found, Estimate)
    assert found.low < 1 / (1 - 0.64) < found.high
    assert found.value == pytest.approx(1 / (1 - np.corrcoef(judged, truth)[0, 1] ** 2))
    weighted = rating_worth(judged, truth, inclusion=rng.uniform(0.1, 1, 4000))
    assert isinstance(weighted, Estimate)
    assert weighted.width > found.width


def test_worth_of_a_useless_judge() -> None:
    """A judge that knows nothing is worth 1, the lower limit."""
    found = rating_worth([1, 0] * 20, [1, 1, 0, 0] * 10)
    assert isinstance(found, Estimate)
    assert (found.value, found.low) == (1, 1)


def test_worth_refused() -> None:
    """Few items, or one value only, tell nothing of the worth."""
    few = rating_worth([1, 0, np.nan], [1, 0, 1])
    assert isinstance(few, Refused)
    assert few.more == 8
    constant = rating_worth([1] * 20, [1, 0] * 10)
    assert isinstance(constant, Refused)
    assert "one value only" in constant.reason
