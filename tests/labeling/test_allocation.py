import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import UsageError
from judge.labeling.allocation import allocate


def test_without_floors_it_is_proportional():
    """n_h = n·N_h/N, as Cochran has it, where that is whole."""
    assert allocate(np.array([100, 50, 850]), 200, floor=0).tolist() == [20, 10, 170]


def test_the_floor_holds_for_every_stratum():
    """A rare stratum gets its floor, one smaller than that is taken whole, the others share the rest by size."""
    drawn = allocate(np.array([5, 40, 955]), 100, floor=20)
    assert drawn.tolist() == [5, 20, 75]


def test_shares_go_before_sizes():
    """Half of the draw can go to a stratum that is a tenth of the population."""
    drawn = allocate(np.array([100, 900]), 60, floor=5, shares=np.array([0.5, 0.5]))
    assert drawn.tolist() == [30, 30]


@settings(deadline=None, max_examples=150)
@given(
    counts=st.lists(st.integers(1, 300), min_size=1, max_size=8),
    share=st.floats(0, 1),
    floor=st.integers(0, 12),
    weights=st.booleans(),
)
def test_it_adds_up(counts, share, floor, weights):
    """Exactly n are drawn, none beyond what a stratum has, none below its floor."""
    sizes = np.array(counts)
    least = np.minimum(floor, sizes)
    n = max(1, int(least.sum() + share * (sizes.sum() - least.sum())))
    shares = np.linspace(1, 2, sizes.size) / np.linspace(1, 2, sizes.size).sum() if weights else None
    drawn = allocate(sizes, n, floor=floor, shares=shares)
    assert drawn.sum() == n
    assert (drawn <= sizes).all()
    assert (drawn >= least).all()


def test_floors_that_are_too_many():
    """Floors that need more than is drawn are refused, with the number that would do."""
    with pytest.raises(
        UsageError, match=r"--floor: a floor of 10 in each of 3 strata needs 30 draws(.|\n)*--floor to 6"
    ):
        allocate(np.array([50, 50, 50]), 20, floor=10)
