from __future__ import annotations

import numpy as np
import pytest

from judge.stats.panel import MIN_FREEDOM, PanelVariance, item_truth, panel_variance, widen, with_panel


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
    assert found.freedom == pytest.approx(2)
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
    assert alone == PanelVariance(0.0, 0.0, 1)
    assert widen(0.5, 0.4, 0.7, alone, level=0.95) == (0.4, 0.7)


@pytest.mark.parametrize("work", [(40, 40), (60, 20), (30, 30, 30), (60, 30, 10), (80, 5, 5, 5, 5), (10, 20, 30, 40)])
def test_freedom_follows_the_work(work: tuple[int, ...]) -> None:
    """Degrees of freedom are (tr M)²/tr(M²) of the quadratic form (Bell and McCaffrey 2002), A - 1 for equal work."""
    who = np.repeat(np.arange(len(work)), work)
    table = np.where(who[:, None] == np.arange(len(work)), 1.0, np.nan)
    found = panel_variance(table, np.full(who.size, 1 / who.size), np.full(who.size, 0.5))
    w = np.asarray(work) / sum(work)
    rows = np.eye(w.size) - w
    form = rows.T @ np.diag(w**2 / np.sum(rows**2, axis=1)) @ rows
    assert found.freedom == pytest.approx(np.trace(form) ** 2 / np.trace(form @ form))
    if len(set(work)) == 1:
        assert found.freedom == pytest.approx(len(work) - 1)


def test_variance_is_unbiased_where_one_does_most() -> None:
    """Over many panels of which one annotator does four fifths of the work, the mean variance is that of the mean."""
    rng = np.random.default_rng(4)
    who = np.repeat([0, 1, 2], [160, 20, 20])
    found, means = [], []
    for strict in rng.normal(0, 0.1, (3000, 3)):
        table = np.where(who[:, None] == np.arange(3), 0.5 + strict, np.nan)
        truth = item_truth(table)
        means.append(truth.mean())
        found.append(panel_variance(table, np.full(200, 1 / 200), np.full(200, truth.mean())).variance)
    assert np.mean(found) == pytest.approx(np.var(means), rel=0.1)


def test_settled_items_say_nothing_of_annotators() -> None:
    """What was adjudicated moves no annotator away from the others, whoever's column it stands in."""
    rng = np.random.default_rng(6)
    table = (rng.random((300, 3)) < 0.3).astype(float)
    settled = np.arange(300) < 100
    gold = table.copy()
    gold[settled] = np.nan
    gold[settled, 0] = 1.0
    weight = np.full(300, 1 / 300)
    centre = np.full(300, item_truth(gold).mean())
    found = panel_variance(gold, weight, centre, settled=settled)
    rest = panel_variance(table[~settled], weight[~settled], np.full(200, table[~settled].mean()))
    assert found.variance == pytest.approx(rest.variance)
    assert found.freedom == pytest.approx(rest.freedom)


def test_two_annotators_stand_for_themselves() -> None:
    """Two cannot tell how a third would differ: the limits stay theirs and say so, unless others are asked for."""
    two = PanelVariance(0.0004, 1.0, 2)
    assert with_panel(0.3, (0.2, 0.4), two, "enough", level=0.95) == ((0.2, 0.4), ", these 2 annotators only")
    assert with_panel(0.3, (0.2, 0.4), two, "fixed", level=0.95) == ((0.2, 0.4), "")
    (low, high), told = with_panel(0.3, (0.2, 0.4), two, "drawn", level=0.95)
    assert not told
    assert (low, high) == pytest.approx((0.0882, 0.6065), abs=1e-4)


def test_three_annotators_stand_for_others() -> None:
    """From three on, the limits hold how others would have moved the figure."""
    three = PanelVariance(0.0004, 2.0, 3)
    limits, told = with_panel(0.3, (0.2, 0.4), three, "enough", level=0.95)
    assert limits == widen(0.3, 0.2, 0.4, three, level=0.95)
    assert limits[0] < 0.2
    assert limits[1] > 0.4
    assert not told


def test_a_small_part_is_added_in_squares() -> None:
    """Where the items' own part dominates, the panel's is added in squares, at the t of its few degrees of freedom."""
    low, high = widen(0.5, 0.4, 0.6, PanelVariance(1e-4, 4, 5), level=0.95)
    assert high - 0.5 == pytest.approx((0.1**2 + 2.776445**2 * 1e-4) ** 0.5, rel=1e-3)
    assert low == pytest.approx(1 - high)


def test_a_third_annotator_of_two_thirds_is_enough() -> None:
    """What the report asks for reaches the least degrees of freedom; half of the items would not."""
    table = np.full((90, 3), 0.5)
    for rated, enough in ((60, True), (45, False)):
        table[:, 2] = np.where(np.arange(90) < rated, 0.5, np.nan)
        freedom = panel_variance(table, np.full(90, 1 / 90), np.full(90, 0.5)).freedom
        assert (freedom >= MIN_FREEDOM) == enough
