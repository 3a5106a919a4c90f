"""Empirical inclusion frequencies are compared by a χ²-like bound that a right design passes for these seeds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import UsageError
from judge.labeling.draw import Draw, by_size, chosen_share, inclusion_by_size, stratified, uniform
from judge.labeling.units import Units

SEEDS = 3000
STRATA = np.array(["good"] * 70 + ["bad"] * 12 + ["abstained"] * 3)
SIZES = np.concatenate([np.full(60, 0.05), np.linspace(0.1, 1, 20), np.full(5, 20.0)])
CLUSTERS = np.repeat(np.arange(20), [1, 2, 3, 8] * 5)


def clustered(of):
    units = Units.of(CLUSTERS)
    return lambda seed: units.items_of(of(units, seed))


DESIGNS = {
    "uniform": (85, lambda seed: uniform(85, 20, seed=seed)),
    "stratified": (85, lambda seed: stratified(STRATA, 25, seed=seed, floor=5)),
    "disagreement": (85, lambda seed: stratified(STRATA, 24, seed=seed, floor=2, shares={"bad": 0.5})),
    "uncertainty": (85, lambda seed: by_size(SIZES, 30, seed=seed)),
    "fractional": (85, lambda seed: by_size(SIZES, 17.3, seed=seed, even=0.5)),
    "conversations": (70, clustered(lambda u, seed: uniform(u.sizes.size, u.count_for(20), seed=seed))),
    "conversations by score": (
        70,
        clustered(lambda u, seed: stratified(u.strata(np.arange(70) % 7 < 1), u.count_for(30), seed=seed, floor=2)),
    ),
    "conversations by uncertainty": (
        70,
        clustered(lambda u, seed: by_size(u.means(np.linspace(0, 1, 70)), 25, seed=seed, costs=u.sizes)),
    ),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_what_is_stored_is_what_happens(name):
    """Over many seeds every item is drawn as often as its stored inclusion probability says, whatever the design.

    An item that was never drawn has no stored probability and fails: every item must be able to be drawn.
    """
    population, design = DESIGNS[name]
    hits, stored = np.zeros(population), np.full(population, np.nan)
    for seed in range(SEEDS):
        draw = design(seed)
        hits[draw.units] += 1
        known = ~np.isnan(stored[draw.units])
        assert np.allclose(stored[draw.units][known], draw.probability[known])
        stored[draw.units] = draw.probability
    assert not np.isnan(stored).any()
    certain = stored >= 1
    assert (hits[certain] == SEEDS).all()
    error = np.sqrt(stored * (1 - stored) / SEEDS)[~certain]
    z = (hits[~certain] / SEEDS - stored[~certain]) / error
    assert np.abs(z).max() < 4.5
    # Items of one conversation are drawn together, so that few of these are independent.
    assert np.mean(z**2) < 2.2


@pytest.mark.parametrize("name", DESIGNS)
def test_weights_give_the_total_without_bias(name):
    """The Horvitz-Thompson estimate of how many items there are is right on average."""
    population, design = DESIGNS[name]
    totals = [float((1 / design(seed).probability).sum()) for seed in range(400)]
    spread = np.std(totals) / np.sqrt(len(totals))
    assert abs(np.mean(totals) - population) < 4 * spread + 1e-9


@pytest.mark.parametrize("name", DESIGNS)
def test_a_seed_draws_the_same_again(name):
    """The same seed gives the same draw, another seed another."""
    _, design = DESIGNS[name]
    first, again, other = design(1), design(1), design(2)
    assert first.units.tolist() == again.units.tolist()
    assert first.units.tolist() != other.units.tolist()
    assert (np.diff(first.units) > 0).all()


def test_sizes_of_draws():
    """As many are drawn as were asked for; a draw by size may be rounded up or down where Σπ is no whole number."""
    assert uniform(85, 20, seed=3).units.size == 20
    assert stratified(STRATA, 25, seed=3, floor=5).units.size == 25
    assert by_size(SIZES, 30, seed=3).units.size == 30
    sizes = {by_size(SIZES, 17.3, seed=seed).units.size for seed in range(40)}
    assert sizes == {17, 18}


def test_strata_get_their_floor_and_share():
    """The floor holds for every stratum, and half of the draw goes where it was told to."""
    draw = stratified(STRATA, 25, seed=0, floor=5)
    counts = dict(zip(*np.unique(STRATA[draw.units], return_counts=True), strict=True))
    assert counts == {"abstained": 3, "bad": 5, "good": 17}
    halved = stratified(STRATA, 20, seed=0, floor=1, shares={"bad": 0.5})
    assert (STRATA[halved.units] == "bad").sum() == 10


def test_more_than_there_is():
    """A draw of more than there is takes everything, each with probability 1."""
    for draw in (uniform(5, 9, seed=0), stratified(["a"] * 5, 9, seed=0), by_size(np.ones(5), 9, seed=0)):
        assert draw.units.tolist() == [0, 1, 2, 3, 4]
        assert (draw.probability == 1).all()


def test_no_uncertainty_at_all_is_an_even_draw():
    """Where no item is uncertain all have the same probability."""
    draw = by_size(np.zeros(40), 10, seed=1)
    assert np.allclose(draw.probability, 0.25)
    assert draw.units.size == 10


@settings(deadline=None, max_examples=100)
@given(
    sizes=st.lists(st.floats(1e-3, 1e3), min_size=2, max_size=60),
    costs=st.integers(1, 5),
    share=st.floats(0.01, 1),
)
def test_probabilities_add_up_to_what_was_asked(sizes, costs, share):
    """Σ m·π = n, every π is in (0, 1], and π grows with the size."""
    x = np.array(sizes)
    cost = 1 + np.arange(x.size) % costs
    n = share * cost.sum()
    pi = inclusion_by_size(x, n, cost.astype(float))
    assert ((pi > 0) & (pi <= 1)).all()
    assert np.isclose((pi * cost).sum(), n)
    order = np.argsort(x)
    assert (np.diff(pi[order]) >= -1e-9).all()


@settings(deadline=None, max_examples=50)
@given(n=st.integers(1, 200), share=st.floats(0, 1), seed=st.integers(0, 1000))
def test_a_share_is_exact(n, share, seed):
    """A share of the places is set, to the nearest whole number."""
    assert chosen_share(n, share, seed=seed).sum() == round(share * n)


def test_conversations_are_taken_whole():
    """Of a conversation all items are drawn or none, each with its conversation's probability."""
    units = Units.of(CLUSTERS)
    draw = units.items_of(by_size(units.means(np.linspace(0, 1, 70)), 25, seed=5, costs=units.sizes))
    for cluster in np.unique(CLUSTERS):
        inside = np.isin(np.flatnonzero(np.equal(CLUSTERS, cluster)), draw.units)
        assert inside.all() or not inside.any()
    for cluster in np.unique(CLUSTERS[draw.units]):
        assert np.ptp(draw.probability[CLUSTERS[draw.units] == cluster]) == 0


def test_a_conversation_is_in_its_rarest_stratum():
    """A conversation with anything rare in it counts as rare, so that the floor reaches it."""
    units = Units.of([0, 0, 1, 1, 2, 2])
    assert units.strata(["good", "good", "good", "bad", "good", "odd"]).tolist() == ["good", "bad", "odd"]
    assert units.items_of(Draw(np.array([1]), np.array([0.5]))).units.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: uniform(0, 5, seed=0), "there is no record to draw from"),
        (lambda: uniform(5, 0, seed=0), "a study needs at least one record, found 0"),
        (lambda: by_size([1.0, -1.0], 1, seed=0), "sizes of a draw are numbers from 0 up"),
        (lambda: by_size([1.0, np.nan], 1, seed=0), "leave out units without a size"),
        (lambda: by_size([1.0, 1.0], 1, seed=0, even=0), "the even share of a draw lies between 0 and 1, found 0"),
    ],
)
def test_what_cannot_be_drawn(act, message):
    """Impossible draws say what is wrong."""
    with pytest.raises(UsageError, match=message):
        act()
