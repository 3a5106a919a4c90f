from __future__ import annotations

import numpy as np
import pytest

from judge.stats.correction import plain_mean
from judge.stats.intervals import Estimate, Refused
from judge.stats.ppi import ppi_mean, regression


def pool(seed: int, size: int = 3000, rated: int = 120) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A pool whose judge gives numbers on another scale, the truth on 0 to 100, and the places of rated items."""
    rng = np.random.default_rng(seed)
    truth = np.clip(60 + 15 * rng.normal(size=size), 0, 100)
    return 0.02 * truth + rng.normal(0.3, 0.15, size), truth, rng.choice(size, rated, replace=False)


def test_regression_estimator() -> None:
    """The point is the mean of the truth moved along the least-squares line to the pool's mean (PPI++, best λ)."""
    judged, truth, chosen = pool(1)
    f, y = judged[chosen], truth[chosen] / 100
    slope = np.cov(f, y)[0, 1] / f.var(ddof=1)
    rest = np.delete(judged, chosen)
    best = slope / (1 + f.size / rest.size)
    powered = best * rest.mean() + np.mean(y - best * f)
    assert regression(judged, f, y).value == pytest.approx(powered, abs=1e-12)
    assert regression(judged, f, y).slope == pytest.approx(slope)


def test_a_good_judge_shortens_the_interval() -> None:
    """With numbers that follow people's the interval holds the truth and is much shorter than people's alone."""
    judged, truth, chosen = pool(2)
    found = ppi_mean(judged, judged[chosen], truth[chosen], scale=(0, 100))
    human = plain_mean(truth[chosen], scale=(0, 100))
    assert isinstance(found, Estimate)
    assert isinstance(human, Estimate)
    assert found.low < truth.mean() < found.high
    assert found.width < 0.7 * human.width


def test_a_judge_without_a_clue_changes_nothing_much() -> None:
    """One number for everything gives people's own mean."""
    _, truth, chosen = pool(3)
    found = ppi_mean(np.ones(3000), np.ones(120), truth[chosen], scale=(0, 100))
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(truth[chosen].mean())


def test_no_positive_among_rare_ones() -> None:
    """Thirty ratings without a positive give the rule of three, not an interval of no length."""
    judged = np.random.default_rng(4).random(1000)
    found = ppi_mean(judged, judged[:30], np.zeros(30))
    assert isinstance(found, Estimate)
    assert (found.value, found.low, found.sides) == (0, 0, "upper")
    assert found.high > 0.09


def test_abstentions_are_a_part_of_the_pool() -> None:
    """Items the judge gave no number for count with the mean of their own ratings, or are refused without such."""
    judged, truth, chosen = pool(5)
    judged = judged.copy()
    silent = truth > np.quantile(truth, 0.8)
    judged[silent] = np.nan
    found = ppi_mean(judged, judged[chosen], truth[chosen], scale=(0, 100))
    assert isinstance(found, Estimate)
    assert found.low < truth.mean() < found.high
    heard = chosen[~silent[chosen]]
    refused = ppi_mean(judged, judged[heard], truth[heard], scale=(0, 100))
    assert isinstance(refused, Refused)
    assert refused.needed == "rate 5 more of the items on which the judge abstained"
    deaf = chosen[silent[chosen]]
    none = ppi_mean(judged, judged[deaf], truth[deaf], scale=(0, 100), small="bound")
    assert isinstance(none, Refused)
    assert none.more == 5


def test_stored_inclusion_probabilities() -> None:
    """Items chosen by their truth's neighbourhood are weighted back."""
    judged, truth, _ = pool(6, size=20_000)
    chance = np.where(truth > 65, 0.02, 0.005)
    chosen = np.flatnonzero(np.random.default_rng(7).random(20_000) < chance)
    found = ppi_mean(judged, judged[chosen], truth[chosen], scale=(0, 100), inclusion=chance[chosen])
    assert isinstance(found, Estimate)
    assert found.low < truth.mean() < found.high
    assert "inverse inclusion probability" in found.method


def test_conversations() -> None:
    """Rows that repeat within a conversation make the interval longer, with or without the pool's conversations."""
    rng = np.random.default_rng(8)
    truth, noise = np.repeat(rng.random(300), 4), np.repeat(rng.normal(0, 0.2, 300), 4)
    judged, names = truth + noise, np.repeat(np.arange(300), 4)
    rated = slice(0, 200)
    alone = ppi_mean(judged, judged[rated], truth[rated])
    both = [
        ppi_mean(judged, judged[rated], truth[rated], clusters=names[rated], pool_clusters=pool_names)
        for pool_names in (names, None)
    ]
    assert isinstance(alone, Estimate)
    for found in both:
        assert isinstance(found, Estimate)
        assert found.width > 1.4 * alone.width
    few = ppi_mean(judged, judged[:16], truth[:16], clusters=names[:16])
    assert isinstance(few, Refused)


def test_this_pool_only_is_shorter() -> None:
    """For this pool alone, with half of it rated, the interval is shorter than for the process behind it."""
    judged, truth, chosen = pool(9, size=300, rated=150)
    process = ppi_mean(judged, judged[chosen], truth[chosen], scale=(0, 100))
    finite = ppi_mean(judged, judged[chosen], truth[chosen], scale=(0, 100), target="pool")
    assert isinstance(process, Estimate)
    assert isinstance(finite, Estimate)
    assert finite.width < 0.8 * process.width


def test_strict_and_mild_annotators() -> None:
    """Annotators who differ throughout make the interval longer than their mean alone would."""
    judged, truth, chosen = pool(10)
    table = np.stack([truth[chosen] - 10, truth[chosen], truth[chosen] + 10], axis=1).clip(0, 100)
    many = ppi_mean(judged, judged[chosen], table, scale=(0, 100))
    one = ppi_mean(judged, judged[chosen], table.mean(axis=1), scale=(0, 100))
    assert isinstance(many, Estimate)
    assert isinstance(one, Estimate)
    assert many.width > 2 * one.width
