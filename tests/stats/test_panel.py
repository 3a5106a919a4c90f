from __future__ import annotations

import numpy as np
import pytest

from judge.stats.panel import PanelVariance, item_truth, panel_variance, widen


def test_truth_of_several_ratings() -> None:
    """The mean leaves missing ratings out; the majority is 1, 0 or ½."""
    table = [[1, 1, 0], [0, np.nan, 1], [0, np.nan, np.nan]]
    assert item_truth(table) == pytest.approx([2 / 3, 0.5, 0])
    assert item_truth(table, "majority").tolist() == [1, 0.5, 0]


def test_an_unrated_item_is_an_error() -> None:
    """An item that nobody rated has no truth."""
    with pytest.raises(ValueError, match="1 of the rated items have no rating"):
        item_truth([[np.nan, np.nan], [1, 0]])


def test_variance_between_annotators() -> None:
    """Three annotators with rates .1, .2 and .3 over many items have about variance(rates)/3 beyond the items' own."""
    rng = np.random.default_rng(1)
    table = np.stack([rng.random(5000) < rate for rate in (0.1, 0.2, 0.3)], axis=1).astype(float)
    found = panel_variance(table, np.full(5000, 1 / 5000), np.full(5000, table.mean()))
    assert found.freedom == 2
    assert found.variance == pytest.approx(np.var([0.1, 0.2, 0.3], ddof=1) / 3, rel=0.1)


@pytest.mark.parametrize("aggregate", ["mean", "majority"])
def test_annotators_alike_add_little(aggregate: str) -> None:
    """Annotators who differ by chance alone add next to nothing."""
    rng = np.random.default_rng(2)
    table = (rng.random((2000, 5)) < (rng.random(2000) < 0.5)[:, None] * 0.6 + 0.2).astype(float)
    weight, centre = np.full(2000, 1 / 2000), np.full(2000, table.mean())
    found = panel_variance(table, weight, centre, aggregate=aggregate)  # type: ignore[arg-type]
    assert found.variance < 0.5 * 0.25 / 2000


def test_one_annotator_cannot_be_compared() -> None:
    """One annotator alone leaves the panel's part unknown, and the limits as they are."""
    alone = panel_variance([[1.0, np.nan], [0.0, np.nan]], [0.5, 0.5], [0.5, 0.5])
    assert alone == PanelVariance(0.0, 0)
    assert widen(0.5, 0.4, 0.7, alone, level=0.95) == (0.4, 0.7)


def test_two_annotators_who_differ_leave_wide_limits() -> None:
    """With one degree of freedom the panel's own variance is multiplied by a large t."""
    low, high = widen(0.5, 0.4999, 0.5001, PanelVariance(0.01, 1), level=0.95)
    assert high - 0.5 == pytest.approx(0.1 * 12.706, rel=0.01)
    assert 0.5 - low == pytest.approx(high - 0.5)


def test_a_small_part_is_added_in_squares() -> None:
    """Where the items' own part dominates, the panel's is added in squares, at the t of its few degrees of freedom."""
    low, high = widen(0.5, 0.4, 0.6, PanelVariance(1e-4, 4), level=0.95)
    assert high - 0.5 == pytest.approx((0.1**2 + 2.776445**2 * 1e-4) ** 0.5, rel=1e-6)
    assert low == pytest.approx(1 - high)
