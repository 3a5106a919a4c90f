from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from judge.stats.intervals import Estimate, Refused
from judge.stats.roc import auprc, auroc


def scored(seed: int, size: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Numbers with many ties, higher where the truth is yes."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(size) < 0.3).astype(int)
    return np.round(truth + rng.normal(size=size), 1), truth


@pytest.mark.parametrize("seed", range(3))
def test_same_as_scikit_learn(seed: int) -> None:
    """Both areas equal scikit-learn's, ties included, plain and weighted, and lie inside their limits."""
    score, truth = scored(seed)
    inclusion = np.random.default_rng(seed + 9).uniform(0.1, 1, truth.size)
    for ours, theirs in ((auroc, roc_auc_score), (auprc, average_precision_score)):
        plain, weighted = ours(score, truth), ours(score, truth, inclusion=inclusion)
        assert isinstance(plain, Estimate)
        assert isinstance(weighted, Estimate)
        assert plain.value == pytest.approx(theirs(truth, score))
        assert weighted.value == pytest.approx(theirs(truth, score, sample_weight=1 / inclusion))
        assert plain.low < plain.value < plain.high
        assert weighted.width > plain.width


def test_delong_variance() -> None:
    """With many items the length is that of DeLong's interval."""
    score, truth = scored(4, size=4000)
    up, down = score[truth == 1], score[truth == 0]
    kernel = (up[:, None] > down) + (up[:, None] == down) / 2
    variance = kernel.mean(axis=1).var(ddof=1) / up.size + kernel.mean(axis=0).var(ddof=1) / down.size
    found = auroc(score, truth)
    assert isinstance(found, Estimate)
    assert found.width == pytest.approx(2 * 1.96 * variance**0.5, rel=0.02)


def test_a_perfect_judge_is_not_certain() -> None:
    """Ten positives all above the rest leave doubt: the rule of three over ten."""
    truth = np.array([1] * 10 + [0] * 90)
    for area in (auroc, auprc):
        found = area(truth, truth)
        assert isinstance(found, Estimate)
        assert (found.value, found.high) == (1, 1)
        assert found.low == pytest.approx(0.05 ** (1 / 10), abs=1e-6)


def test_conversations_widen() -> None:
    """Rows that repeat five times within a conversation count once."""
    score, truth = (np.repeat(side, 5) for side in scored(5, size=60))
    names = np.repeat(np.arange(60), 5)
    for area in (auroc, auprc):
        alone, together = area(score, truth), area(score, truth, clusters=names)
        assert isinstance(alone, Estimate)
        assert isinstance(together, Estimate)
        assert together.width > 1.7 * alone.width


def test_abstentions_are_left_out() -> None:
    """Items without a number are neither above nor below."""
    score, truth = scored(6)
    with_gaps = np.append(score, [np.nan, np.nan])
    found, plain = auroc(with_gaps, np.append(truth, [1, 0])), auroc(score, truth)
    assert found == plain


def test_one_kind_is_refused() -> None:
    """Under five items of a kind there is no curve."""
    for area in (auroc, auprc):
        refused = area(np.arange(20), np.array([1] * 2 + [0] * 18))
        assert isinstance(refused, Refused)
        assert refused.needed == "rate until 3 more truly positive items are found"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], [1]), "one truth for each number"),
        (([1.0, 2.0], [1, 0.5]), "take the majority"),
    ],
)
def test_arrays_are_checked(arguments: tuple[list[float], list[float]], message: str) -> None:
    """Shapes and truths that cannot be meant are told so."""
    with pytest.raises(ValueError, match=message):
        auroc(*arguments)


def test_clusters_are_checked() -> None:
    """There is one cluster an item."""
    with pytest.raises(ValueError, match="one cluster for each item"):
        auroc([1, 2], [1, 0], clusters=[1])
