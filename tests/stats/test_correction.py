from __future__ import annotations

import numpy as np
import pytest

from judge.stats.correction import corrected_distribution, corrected_mean, plain_mean, worst_case
from judge.stats.intervals import Estimate, Refused, wilson
from judge.stats.poststratification import poststratified


def rows(rng: np.random.Generator, size: int = 2000, rated: int = 200) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A pool judged on 1 to 5 with noise, and the places and truths of randomly rated items."""
    truth = rng.choice(5, size, p=[0.05, 0.1, 0.2, 0.4, 0.25]) + 1.0
    judged = np.clip(np.round(truth + rng.normal(0.4, 0.8, size)), 1, 5)
    return judged, rng.choice(size, rated, replace=False), truth


def test_rate_from_rows_is_rate_from_counts() -> None:
    """With yes-or-no truth the rows give the estimate of the counts, to float noise."""
    pool, score = np.array([1] * 300 + [0] * 700), np.array([1] * 40 + [0] * 60)
    truth = np.array([1] * 25 + [0] * 15 + [1] * 3 + [0] * 57)
    found, counted = corrected_mean(pool, score, truth), poststratified([3, 25], [60, 40], [700, 300])
    assert isinstance(found, Estimate)
    assert isinstance(counted, Estimate)
    assert (found.value, found.low, found.high) == pytest.approx((counted.value, counted.low, counted.high), abs=1e-12)
    assert (found.n, found.method) == (counted.n, counted.method)


def test_naive_mean_is_corrected() -> None:
    """A judge that scores too high is brought back to what people would say, with a shorter interval than theirs."""
    judged, chosen, truth = rows(np.random.default_rng(1))
    found = corrected_mean(judged, judged[chosen], truth[chosen], scale=(1, 5))
    human = plain_mean(truth[chosen], scale=(1, 5))
    raw = plain_mean(judged, scale=(1, 5))
    assert isinstance(found, Estimate)
    assert isinstance(human, Estimate)
    assert isinstance(raw, Estimate)
    assert found.low < truth.mean() < found.high
    assert raw.low > truth.mean()
    assert found.width < human.width


def test_verdict_stratified_ratings_need_no_weights() -> None:
    """Rating mostly what the judge flagged moves the corrected rate not at all, and the plain mean of ratings far."""
    rng = np.random.default_rng(2)
    truth = rng.random(5000) < 0.1
    judged = np.where(truth, rng.random(5000) < 0.9, rng.random(5000) < 0.2)
    flagged, clean = np.flatnonzero(judged)[:150], np.flatnonzero(~judged)[:50]
    chosen = np.concatenate([flagged, clean])
    found, human = corrected_mean(judged, judged[chosen], truth[chosen]), plain_mean(truth[chosen])
    assert isinstance(found, Estimate)
    assert isinstance(human, Estimate)
    assert found.low < 0.1 < found.high
    assert human.low > 0.1


def test_names_and_abstentions_are_scores_too() -> None:
    """The judge's score may be a name; abstentions form a stratum with ratings of their own."""
    pool = np.array(["good"] * 60 + ["bad"] * 30 + ["(abstained)"] * 10)
    score = np.array(["good"] * 10 + ["bad"] * 10 + ["(abstained)"] * 5)
    truth = np.array([0] * 10 + [1] * 8 + [0] * 2 + [1] * 3 + [0] * 2)
    found = corrected_mean(pool, score, truth)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(0.3 * 0.8 + 0.1 * 0.6)
    refused = corrected_mean(pool, score[:-2], truth[:-2])
    assert isinstance(refused, Refused)
    assert "(abstained)" in refused.needed


def test_stored_inclusion_probabilities_undo_the_choice() -> None:
    """Items chosen where a second opinion differs give the right rate only with their inclusion probabilities."""
    rng = np.random.default_rng(3)
    truth = rng.random(20_000) < 0.3
    judged = np.where(truth, rng.random(20_000) < 0.7, rng.random(20_000) < 0.3)
    chance = np.where(judged != truth, 0.2, 0.05)
    chosen = np.flatnonzero(rng.random(20_000) < chance)
    with_weights = corrected_mean(judged, judged[chosen], truth[chosen], inclusion=chance[chosen])
    without = corrected_mean(judged, judged[chosen], truth[chosen])
    assert isinstance(with_weights, Estimate)
    assert isinstance(without, Estimate)
    assert with_weights.low < truth.mean() < with_weights.high
    assert not without.low < truth.mean() < without.high
    assert "inverse inclusion probability" in with_weights.method


def test_conversations_make_the_interval_longer() -> None:
    """Rows of one conversation that all agree tell no more than one row."""
    rng = np.random.default_rng(4)
    truth, judged = np.repeat(rng.random(200) < 0.4, 5), np.repeat(rng.random(200) < 0.5, 5)
    conversation = np.repeat(np.arange(200), 5)
    first = slice(0, 300)
    alone = corrected_mean(judged, judged[first], truth[first])
    together = corrected_mean(
        judged, judged[first], truth[first], clusters=conversation[first], pool_clusters=conversation
    )
    assert isinstance(alone, Estimate)
    assert isinstance(together, Estimate)
    assert together.width == pytest.approx(alone.width * 5**0.5, rel=0.1)
    assert "cluster-robust" in together.method


def test_too_few_conversations_are_refused() -> None:
    """Four conversations of twenty rows are no ground for an interval."""
    judged = np.tile([0, 1], 40)
    refused = corrected_mean(judged, judged, judged, clusters=np.repeat(np.arange(4), 20))
    assert isinstance(refused, Refused)
    assert refused.needed == "rate items from 1 more conversations"


def test_a_strict_annotator_makes_the_interval_longer() -> None:
    """Where annotators differ in strictness, who happened to rate is part of the doubt."""
    rng = np.random.default_rng(5)
    truth = rng.random(100) < 0.5
    alike = np.stack([truth] * 4, axis=1).astype(float)
    strict = alike.copy()
    strict[:, 0] = 1.0
    pool = np.zeros(1000)
    same = corrected_mean(pool, np.zeros(100), alike)
    mixed = corrected_mean(pool, np.zeros(100), strict)
    plain = corrected_mean(pool, np.zeros(100), strict.mean(axis=1))
    assert corrected_mean(pool, np.zeros(100), strict, annotators="fixed") == plain
    assert isinstance(same, Estimate)
    assert isinstance(mixed, Estimate)
    assert isinstance(plain, Estimate)
    assert mixed.width > 1.3 * plain.width
    assert same.width == pytest.approx(corrected_mean(pool, np.zeros(100), truth).width)  # type: ignore[union-attr]


def test_majority_of_annotators() -> None:
    """A majority makes yes-or-no truths of several ratings, missing ones left out."""
    ratings = np.array([[1, 1, 0], [0, 0, 1], [1, np.nan, np.nan], [0, 1, np.nan], [1, 1, 1], [0, 0, 0]])
    found = plain_mean(ratings, aggregate="majority")
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx((1 + 0 + 1 + 0.5 + 1 + 0) / 6)


def test_distribution_sums_to_one() -> None:
    """The corrected shares of all values sum to 1 and hold the truth; together they are wider."""
    judged, chosen, truth = rows(np.random.default_rng(6))
    each = corrected_distribution(judged, judged[chosen], truth[chosen], [1, 2, 3, 4, 5], small="bound")
    both = corrected_distribution(
        judged, judged[chosen], truth[chosen], [1, 2, 3, 4, 5], small="bound", simultaneous=True
    )
    assert sum(found.value for found in each.values() if isinstance(found, Estimate)) == pytest.approx(1)
    for value, found in each.items():
        together = both[value]
        assert isinstance(found, Estimate)
        assert isinstance(together, Estimate)
        assert found.low <= np.mean(truth == value) <= found.high
        assert together.width > found.width


def test_distribution_of_names_with_missing_raters() -> None:
    """Names from several annotators, some missing, count by share of raters; unknown names are errors."""
    table = [["a", "b"], ["a", None], ["b", "b"], ["a", "a"], ["a", "a"], [None, "b"]]
    shares = corrected_distribution(np.zeros(6), np.zeros(6), table, ["a", "b"])
    assert [found.value for found in shares.values() if isinstance(found, Estimate)] == pytest.approx(
        [3.5 / 6, 2.5 / 6]
    )
    with pytest.raises(ValueError, match="'c' is not among the values"):
        corrected_distribution(np.zeros(6), np.zeros(6), [["c", "a"]] * 6, ["a", "b"])


def test_plain_mean_of_answers_is_a_proportion() -> None:
    """Without a judge the engine gives the usual proportion, with the limits asked for."""
    found, usual = plain_mean([1] * 15 + [0] * 133, limits="wilson"), wilson(15, 148)
    assert isinstance(found, Estimate)
    assert isinstance(usual, Estimate)
    assert (found.value, found.low, found.high) == pytest.approx((usual.value, usual.low, usual.high))
    known = plain_mean([1] * 15 + [0] * 133, pool_size=148)
    assert isinstance(known, Estimate)
    assert known.width == 0


def test_plain_mean_of_too_few() -> None:
    """Two ratings make no mean."""
    refused = plain_mean([1, 0], pool_size=100)
    assert isinstance(refused, Refused)
    assert refused.method == "mean of the ratings"


def test_worst_case_bounds() -> None:
    """Abstentions can move the judge's mean no further than all low or all high."""
    assert worst_case(0.5, 90, 10) == pytest.approx((0.45, 0.55))
    assert worst_case(4.0, 8, 2, scale=(1, 5)) == pytest.approx((3.4, 4.2))
    assert worst_case(0.0, 0, 3) == (0.0, 1.0)
    with pytest.raises(ValueError, match="nothing to bound"):
        worst_case(0.0, 0, 0)


@pytest.mark.parametrize(("scale", "message"), [((1, 1), "lowest below its highest"), ((2, 5), "between 2 and 5")])
def test_scales_are_checked(scale: tuple[float, float], message: str) -> None:
    """A truth off its scale, or a scale that is none, is an error."""
    with pytest.raises(ValueError, match=message):
        corrected_mean([1] * 9, [1] * 9, [1.0] * 9, scale=scale)


def test_an_item_without_a_rating_is_an_error() -> None:
    """A rated item needs a rating: NaN alone is no truth."""
    with pytest.raises(ValueError, match="1 of the rated items have no rating"):
        corrected_mean([1] * 9, [1] * 2, [np.nan, 1.0])
