"""Strength from preferences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from judge.stats.bradley_terry import LOSS, TIE, WIN, Strengths, corrected_outcomes, fit, strengths
from judge.stats.intervals import Refused

TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
WINS = [
    [0, 7, 9, 7, 7, 9, 11],
    [6, 0, 7, 5, 11, 9, 9],
    [4, 6, 0, 7, 7, 8, 12],
    [6, 8, 6, 0, 6, 7, 10],
    [6, 2, 6, 7, 0, 7, 12],
    [4, 4, 5, 6, 6, 0, 6],
    [2, 4, 1, 3, 1, 7, 0],
]


def test_baseball_known_answer():
    """American League 1987 (Agresti, Categorical Data Analysis, 2nd ed., table 10.10) as R's BradleyTerry2 fits it."""
    counts = np.zeros((7, 7, 3))
    counts[:, :, WIN] = WINS
    log, tie = fit(counts)
    known = {"Boston": 1.1077, "Cleveland": 0.6839, "Detroit": 1.4364, "Milwaukee": 1.5814, "New York": 1.2476}
    for team, value in (known | {"Toronto": 1.2945, "Baltimore": 0.0}).items():
        assert log[TEAMS.index(team)] - log[-1] == pytest.approx(value, abs=5e-5)
    assert tie == 0


PUDDINGS = (
    *((0, 1, 19, 16, 22), (0, 2, 16, 12, 19), (1, 2, 19, 10, 19), (0, 3, 18, 13, 23), (1, 3, 23, 9, 19)),
    *((2, 3, 19, 15, 20), (0, 4, 13, 18, 19), (1, 4, 16, 12, 20), (2, 4, 16, 17, 15), (3, 4, 17, 16, 14)),
    *((0, 5, 18, 12, 21), (1, 5, 22, 12, 20), (2, 5, 13, 10, 18), (3, 5, 14, 18, 19), (4, 5, 11, 12, 21)),
)


def test_puddings_known_answer():
    """Davidson's example (1970, six chocolate puddings with ties): his estimates, from seven of his steps.

    Both as in R's PlackettLuce (data `pudding`; Turner and others 2020, Computational Statistics 35: 1027-1057, 2.1).
    """
    counts = np.zeros((6, 6, 3))
    for i, j, win, tie, loss in PUDDINGS:
        counts[i, j] = win, tie, loss
    log, nu = fit(counts)
    worth = np.exp(log) / np.exp(log).sum()
    assert counts.sum() == 745
    assert worth == pytest.approx([0.1388005, 0.1729985, 0.1617420, 0.1653930, 0.1586805, 0.2023855], abs=3e-5)
    assert nu == pytest.approx(0.7468147, abs=3e-5)


def test_two_versions_closed_form():
    """With two versions the fit is exact: π₁/π₂ = wins/losses and ν = ties/√(wins·losses), Davidson (1970), eq. 2.3."""
    counts = np.zeros((2, 2, 3))
    counts[0, 1] = 30, 24, 10
    log, tie = fit(counts)
    assert log[0] - log[1] == pytest.approx(np.log(3))
    assert tie == pytest.approx(24 / np.sqrt(300))


def test_ties_maximise_the_likelihood():
    """The fit with ties is where a general optimiser finds Davidson's likelihood (his eq. 2.5) greatest."""
    rng = np.random.default_rng(5)
    counts = np.zeros((5, 5, 3))
    first, second = np.triu_indices(5, 1)
    counts[first, second] = rng.integers(3, 30, size=(10, 3))

    def loss(values):
        pi, nu = np.exp(values[:5]), np.exp(values[5])
        tie = nu * np.sqrt(pi[first] * pi[second])
        odds = np.stack([pi[first], tie, pi[second]], axis=1)
        return -np.sum(counts[first, second] * np.log(odds / odds.sum(axis=1, keepdims=True)))

    best = minimize(loss, np.zeros(6), method="BFGS", options={"gtol": 1e-8}).x
    log, tie = fit(counts)
    assert log == pytest.approx(best[:5] - best[:5].mean(), abs=1e-5)
    assert np.log(tie) == pytest.approx(best[5], abs=1e-5)


def test_direction_does_not_matter():
    """A pair may be counted from either side."""
    counts = np.zeros((3, 3, 3))
    counts[0, 1], counts[1, 2], counts[0, 2] = (8, 2, 5), (7, 3, 6), (9, 1, 2)
    turned = counts.transpose(1, 0, 2)[:, :, ::-1]
    assert fit(turned)[0] == pytest.approx(fit(counts)[0])


def test_a_version_that_never_lost():
    """Strengths do not exist where a version beat all others every time."""
    counts = np.zeros((3, 3, 3))
    counts[0, 1, WIN] = counts[0, 2, WIN] = 5
    counts[1, 2] = 3, 1, 3
    with pytest.raises(ValueError, match="never lost"):
        fit(counts)
    first, second = np.array([0, 0, 1] * 10), np.array([1, 2, 2] * 10)
    outcome = np.tile([[1, 0, 0], [1, 0, 0], [0.5, 0, 0.5]], (10, 1))
    assert isinstance(strengths(first, second, outcome, np.arange(30), 3), Refused)
    assert isinstance(strengths(first[:4], second[:4], outcome[:4], np.arange(4), 3), Refused)


def test_wins_and_ties_alone():
    """Of two versions one of which won or tied every time, the strengths are beyond all bounds: none are given."""
    counts = np.zeros((2, 2, 3))
    counts[0, 1] = 30, 10, 0
    with pytest.raises(ValueError, match="never lost, but for ties"):
        fit(counts)


TRUE = np.array([0.8, 0.1, -0.2, -0.7])


def draw(rng, questions, nu=0.6):
    """Every pair of four versions on each question; what people would say."""
    first, second = (np.tile(side, questions) for side in np.triu_indices(4, 1))
    d = (TRUE[first] - TRUE[second]) / 2
    odds = np.exp(np.stack([d, np.full_like(d, np.log(nu)), -d], axis=1))
    p = odds / odds.sum(axis=1, keepdims=True)
    said = (rng.random(d.size)[:, None] > p.cumsum(axis=1)).sum(axis=1)
    return first, second, said, np.arange(questions).repeat(6)


@pytest.mark.slow
def test_coverage():
    """95 % intervals hold the true strengths in 93.5 to 96.5 % of 400 draws of 60 questions."""
    rng = np.random.default_rng(11)
    hits = []
    for _ in range(400):
        first, second, said, names = draw(rng, 60)
        found = strengths(first, second, np.eye(3)[said], names, 4)
        assert isinstance(found, Strengths)
        hits += [found.strength(i).low <= TRUE[i] <= found.strength(i).high for i in range(4)]
        hits += [found.gap(i, 0).low <= TRUE[i] - TRUE[0] <= found.gap(i, 0).high for i in range(1, 4)]
    assert 0.935 <= np.mean(hits) <= 0.965


def test_correction_undoes_a_favour():
    """A judge that turns lost pairs of version 0 into wins moves the raw strengths far off, the corrected ones not."""
    rng = np.random.default_rng(12)
    first, second, true, names = draw(rng, 2000)
    said = true.copy()
    favoured = (first == 0) & (true == LOSS) & (rng.random(true.size) < 0.6)
    said[favoured] = WIN
    rated = np.flatnonzero(rng.random(true.size) < 0.3)
    outcome = corrected_outcomes(said, np.eye(3)[true[rated]], rated)
    raw, corrected = (strengths(first, second, rows, names, 4) for rows in (np.eye(3)[said], outcome))
    assert isinstance(raw, Strengths)
    assert isinstance(corrected, Strengths)
    assert raw.log[0] - TRUE[0] > 0.3
    assert corrected.log == pytest.approx(TRUE, abs=0.12)
    assert corrected.first.argmax() == 0
    beats = corrected.beats(0, 3)
    assert beats.low < 1 / (1 + np.exp(-1.5)) < beats.high
    assert corrected.p_equal(0, 3) < 0.001 < corrected.p_equal(1, 1)


def test_corrected_outcomes_add_up():
    """Each row's shares sum to 1, all rated rows give people's own outcomes, unrated kinds the overall mean."""
    truth = np.eye(3)[[WIN, TIE, LOSS, WIN]]
    made = corrected_outcomes(["a", "a", "b", "b", "tie"], truth, [0, 1, 2, 3])
    assert made[:4] == pytest.approx(truth)
    assert made[4] == pytest.approx([0.5, 0.25, 0.25])
    assert made.sum(axis=1) == pytest.approx(np.ones(5))
