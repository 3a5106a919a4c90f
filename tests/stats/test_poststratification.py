from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.stats.intervals import Estimate, Refused
from judge.stats.poststratification import Limits, poststratified


@pytest.mark.parametrize(
    ("counts", "wilson", "agresti", "jeffreys"),
    [
        ((9, 18, 1, 72, 567, 2100), (0.05905971, 0.16736824), (0.05847214, 0.16666809), (0.0585, 0.1627)),
        ((27, 14, 3, 56, 861, 2100), (0.23302213, 0.3744603), (0.23562129, 0.37570925), (0.234, 0.3722)),
        ((2, 20, 0, 78, 462, 2100), (0.00548058, 0.07513618), (0.00243752, 0.07206249), (0.0063, 0.066)),
        ((40, 10, 5, 45, 300, 1000), (0.25110758, 0.39619369), (0.24541054, 0.38920485), (0.2495, 0.3903)),
    ],
)
def test_known_answers(
    counts: tuple[int, ...], wilson: tuple[float, float], agresti: tuple[float, float], jeffreys: tuple[float, float]
) -> None:
    """θ = P·PPV + (1-P)·FOR with MOVER-Wilson, Agresti-Caffo and Jeffreys limits of an independent script."""
    a, c, b, d, flagged, pool = counts
    wanted: dict[Limits, tuple[tuple[float, float], float]] = {
        "wilson": (wilson, 1e-8),
        "agresti": (agresti, 2e-8),
        "jeffreys": (jeffreys, 4e-4),
    }
    for limits, (answer, within) in wanted.items():
        found = poststratified([a, b], [a + c, b + d], [flagged, pool - flagged], limits=limits, seed=1)
        assert isinstance(found, Estimate)
        share = flagged / pool
        assert found.value == pytest.approx(share * a / (a + c) + (1 - share) * b / (b + d), abs=1e-12)
        assert (found.low, found.high) == pytest.approx(answer, abs=within)
        assert found.n == a + b + c + d


def test_thin_stratum_is_refused_and_says_what_to_rate() -> None:
    """Under 5 ratings of one judge score there is no estimate, but the number of ratings that would make one."""
    refused = poststratified([1, 2], [2, 30], [40, 60], names=["flagged", "clean"])
    assert isinstance(refused, Refused)
    assert refused.reason == "people rated only 2 of the 40 items that the judge scored 'flagged'; 5 are needed"
    assert refused.needed == "rate 3 more of the items that the judge scored 'flagged'"
    assert refused.more == 3


def test_thin_stratum_can_be_bounded() -> None:
    """Asked to bound, an unrated stratum enters with everything from none to all of it positive."""
    found = poststratified([0, 2], [0, 30], [40, 60], small="bound")
    assert isinstance(found, Estimate)
    assert found.low < 0.6 * 2 / 30
    assert found.high > 0.4 + 0.6 * 2 / 30


def test_negligible_stratum_costs_nothing() -> None:
    """One unrated abstention in a thousand items is no reason to refuse; the interval holds both of its ends."""
    found = poststratified([20, 0], [100, 0], [999, 1], target="pool")
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(0.2, abs=0.001)


def test_no_positive_is_one_sided() -> None:
    """Where no rated item is positive only the upper limit is an estimate, and it is the rule of three."""
    found = poststratified([0], [60], [60_000])
    assert isinstance(found, Estimate)
    assert (found.value, found.low, found.sides) == (0.0, 0.0, "upper")
    assert found.high == pytest.approx(1 - 0.05 ** (1 / 60))
    every = poststratified([60], [60], [60_000])
    assert isinstance(every, Estimate)
    assert (every.value, every.high, every.sides) == (1.0, 1.0, "lower")


def test_fully_rated_pool_is_known() -> None:
    """When this pool alone is meant and all of it is rated, nothing is uncertain; the process behind it still is."""
    pool = poststratified([9, 1], [20, 30], [20, 30], target="pool")
    process = poststratified([9, 1], [20, 30], [20, 30])
    assert isinstance(pool, Estimate)
    assert isinstance(process, Estimate)
    assert pool.value == pool.low == pool.high == pytest.approx(0.2)
    assert process.low < 0.2 < process.high


def test_too_few_ratings_in_all() -> None:
    """Three ratings of a large pool are refused, whatever is asked."""
    refused = poststratified([1], [3], [100], small="bound")
    assert isinstance(refused, Refused)
    assert refused.needed == "rate 2 more items"


@pytest.mark.parametrize("limits", ["mid-p", "wilson", "exact", "agresti", "jeffreys"])
@pytest.mark.parametrize("target", ["process", "pool"])
def test_every_kind_for_many_scores(limits: Limits, target: str) -> None:
    """Any number of scores, any interval and both targets give limits around the value."""
    found = poststratified([1, 4, 9], [30, 20, 10], [500, 300, 10], limits=limits, target=target, seed=2)  # type: ignore[arg-type]
    assert isinstance(found, Estimate)
    assert 0 <= found.low < found.value < found.high <= 1
    assert found.width < 0.35


@given(st.lists(st.tuples(st.integers(5, 40), st.floats(0, 1), st.integers(0, 300)), min_size=1, max_size=5))
@settings(deadline=None, max_examples=60)
def test_limits_hold_the_value_and_mirror(parts: list[tuple[int, float, int]]) -> None:
    """Limits hold the value, lie within 0 and 1, and mirror when positive and negative swap."""
    rated = np.array([n for n, _, _ in parts])
    hits = np.array([round(n * share) for n, share, _ in parts])
    pool = rated + np.array([rest for _, _, rest in parts])
    found, other = poststratified(hits, rated, pool), poststratified(rated - hits, rated, pool)
    assert isinstance(found, Estimate)
    assert isinstance(other, Estimate)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert (found.low, found.high) == pytest.approx((1 - other.high, 1 - other.low), abs=1e-9)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (([3], [2], [9]), "hits <= rated <= pool"),
        (([1], [2], [1]), "hits <= rated <= pool"),
        (([1, 2], [3], [4]), "one count"),
    ],
)
def test_contradictions_are_errors(counts: tuple[list[int], list[int], list[int]], message: str) -> None:
    """Counts that contradict each other are told so."""
    with pytest.raises(ValueError, match=message):
        poststratified(*counts)
