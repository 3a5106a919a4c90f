from __future__ import annotations

import numpy as np
import pytest

from judge.stats.intervals import Refused
from judge.stats.strata import count_strata, split_rows, too_few


def test_rows_and_counts_agree() -> None:
    """Rows of yes-or-no ratings make the strata that their counts make."""
    pool, score = np.array([1] * 30 + [0] * 70), np.array([1] * 8 + [0] * 12)
    truth = np.array([1] * 6 + [0] * 2 + [1] + [0] * 11)
    rows, counts = split_rows(pool, score, truth).strata, count_strata([1, 6], [12, 8], [70, 30])
    for name in ("pool", "rated", "mean", "effective"):
        assert getattr(rows, name) == pytest.approx(getattr(counts, name))
    assert rows.value == pytest.approx(0.7 / 12 + 0.3 * 6 / 8)


def test_names_as_objects_are_the_same_names() -> None:
    """Object arrays, as names come from a database, give the strata of string arrays; strangers are found in both."""
    pool, score, truth = np.array(["b", "a", "b", "c"] * 9), np.array(["c", "a", "b"] * 3), np.array([1, 0, 1] * 3)
    strings, objects = split_rows(pool, score, truth), split_rows(pool.astype(object), score.astype(object), truth)
    assert strings.strata.names == objects.strata.names == ("a", "b", "c")
    assert (strings.pool_stratum == objects.pool_stratum).all()
    assert (strings.stratum == objects.stratum).all()
    with pytest.raises(ValueError, match="score 'd', which is nowhere in the pool"):
        split_rows(pool.astype(object), np.array(["d"], dtype=object), np.array([1]))


def test_equal_inclusion_changes_nothing() -> None:
    """Equal inclusion probabilities in a stratum leave mean and effective size alone."""
    pool, score, truth = np.zeros(50), np.zeros(10), np.array([1, 0] * 5)
    plain, weighted = (split_rows(pool, score, truth, inclusion=chance).strata for chance in (None, np.full(10, 0.2)))
    assert weighted.mean == pytest.approx(plain.mean)
    assert weighted.effective == pytest.approx(plain.effective)


def test_unequal_inclusion_is_weighted_and_tells_less() -> None:
    """A rare kind of item counts by its inverse inclusion probability, and the effective number of ratings falls."""
    score, truth = np.zeros(40), np.array([1] * 12 + [0] * 8 + [1] * 8 + [0] * 12)
    inclusion = np.array([0.5] * 20 + [0.1] * 20)
    strata = split_rows(np.zeros(300), score, truth, inclusion=inclusion).strata
    assert strata.mean[0] == pytest.approx((12 * 2 + 8 * 10) / (20 * 2 + 20 * 10))
    kish = (20 * 2 + 20 * 10) ** 2 / (20 * 4 + 20 * 100)
    assert strata.effective[0] == pytest.approx(kish, rel=0.1)


def test_agreeing_ratings_on_a_wide_scale_are_not_certain() -> None:
    """Five equal ratings in the middle of a scale have more effective ratings than five, but not endless ones."""
    strata = split_rows(np.zeros(50), np.zeros(5), np.full(5, 0.5)).strata
    assert 5 < strata.effective[0] < 60


def test_finite_pool_knows_what_is_rated() -> None:
    """For this pool alone the effective size grows by (N-1)/(N-n), without end where all is rated."""
    pool, score = np.array([0] * 40 + [1] * 10), np.array([0] * 20 + [1] * 10)
    truth = np.tile([0, 1], 15)
    strata = split_rows(pool, score, truth, target="pool").strata
    assert strata.effective[0] == pytest.approx(20 * 39 / 20)
    assert np.isinf(strata.effective[1])
    stored = split_rows(pool, score, truth, target="pool", inclusion=np.array([0.5] * 20 + [1.0] * 10)).strata
    assert stored.effective[0] == pytest.approx(20 / 0.5)
    assert np.isinf(stored.effective[1])


def test_two_thin_strata_are_both_named() -> None:
    """A refusal names every thin stratum and counts the ratings wanted in all."""
    refused = too_few(count_strata([1, 1, 9], [4, 2, 20], [40, 3, 60], ["maybe", "never", "yes"]), "rate")
    assert isinstance(refused, Refused)
    assert refused.needed == (
        "rate 1 more of the items that the judge scored 'maybe' and 1 more of the items that the judge scored 'never'"
    )
    assert refused.more == 2


def test_a_pool_smaller_than_five_can_be_rated_whole() -> None:
    """A pool of three, all rated, is not asked for two more."""
    assert too_few(count_strata([1], [3], [3]), "rate") is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], [], []), "the pool is empty"),
        (([1, 2], [3], [1]), "score '3', which is nowhere in the pool"),
        (([1, 2], [0], [1]), "score '0', which is nowhere in the pool"),
        (([1, 2], [1, 1], [1, 0]), "the pool includes the rated items"),
        (([1, 2], [1], [1.5]), "outside the scale"),
        (([1, 2], [1], [np.nan]), "missing"),
        (([1, 2], [1, 2], [1]), "one truth for each rated item"),
    ],
)
def test_arrays_that_do_not_belong_together(arguments: tuple[list[int], list[int], list[float]], message: str) -> None:
    """Every way the arrays can contradict each other is told in words."""
    with pytest.raises(ValueError, match=message):
        split_rows(*map(np.asarray, arguments))


@pytest.mark.parametrize(
    ("inclusion", "message"), [([0.5, 0.5], "1 ratings need"), ([0.0], "above 0"), ([1.2], "up to 1")]
)
def test_inclusion_probabilities_are_checked(inclusion: list[float], message: str) -> None:
    """Inclusion probabilities must be as many as the ratings, above 0 and at most 1."""
    with pytest.raises(ValueError, match=message):
        split_rows([0, 1], [0], [1], inclusion=inclusion)
