import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.stats import chi2_contingency, mannwhitneyu

from judge.stats import e_detector
from judge.stats.confidence_sequence import sequence_mean
from judge.stats.conformal import FARTHEST, names_score, rank_score, share_score
from judge.stats.drift import chi_square, cusum, kolmogorov_smirnov, psi
from judge.stats.flips import flip_test
from judge.stats.intervals import Refused
from judge.stats.two_sample import telling_terms, told_apart


def test_rank_score_is_the_rank_sum_test():
    """It is the normal score of the Mann-Whitney test with ties, as scipy has it."""
    rng = np.random.default_rng(1)
    new, old = rng.integers(0, 5, 40), rng.integers(0, 6, 70)
    score = rank_score(np.bincount(new, minlength=6), np.bincount(old, minlength=6))
    p = mannwhitneyu(new, old, use_continuity=False, method="asymptotic").pvalue
    assert 2 * NormalDist().cdf(-abs(score)) == pytest.approx(p, rel=1e-9)
    assert rank_score([5, 0], [5, 0]) == 0
    assert rank_score([0, 9], [9, 0]) > 0


def test_names_score_is_pearsons_test():
    """It is Pearson's chi-square with the factor (N-1)/N, as a normal score."""
    new, old = np.array([30, 20, 10]), np.array([40, 60, 80])
    statistic, _, df, _ = chi2_contingency([new, old], correction=False)
    from scipy.stats import chi2

    expected = -NormalDist().inv_cdf(chi2.sf(statistic * 239 / 240, df))
    assert names_score(new, old) == pytest.approx(expected, rel=1e-9)
    assert names_score([5, 0], [5, 0]) == 0


@pytest.mark.parametrize("score", [rank_score, names_score])
def test_nothing_cannot_be_ranked(score):
    """An empty window or past is refused rather than scored."""
    with pytest.raises(ValueError, match="nothing to rank"):
        score([0, 0], [1, 1])
    with pytest.raises(ValueError, match="nothing to rank"):
        share_score(0, 0, 1, 2, seed=0)


def test_share_scores_are_standard_normal():
    """Under no change the scores of a rare share are standard normal, tails and all, because ties are broken."""
    rng = np.random.default_rng(2)
    scores = [share_score(*_split(rng), seed=place) for place in range(4000)]
    assert abs(np.mean(scores)) < 0.05
    assert np.std(scores) == pytest.approx(1, abs=0.04)
    assert np.mean(np.array(scores) > 1.6449) == pytest.approx(0.05, abs=0.011)
    assert share_score(50, 50, 0, 5000, seed=0) > 20
    assert share_score(0, 3000, 3000, 3000, seed=0) == -FARTHEST


def _split(rng):
    hits = rng.random(120) < 0.05
    return int(hits[:40].sum()), 40, int(hits[40:].sum()), 80


def test_a_step_by_hand():
    """Two steps of one bet are the recursion R <- (1+R)exp(dz - d²/2) written out."""
    bets = np.array([1.0])
    state = e_detector.step(e_detector.step(e_detector.fresh(bets), 2.0, bets), 0.5, bets)
    first = math.exp(2 - 0.5)
    assert math.exp(e_detector.strength(state)) == pytest.approx((1 + first) * math.exp(0.5 - 0.5))


def test_run_length_of_quiet_streams():
    """Over 60,000 quiet windows at a run length of 1,000, alarms come at most once in a thousand."""
    rng, alarms = np.random.default_rng(3), 0
    for _ in range(20):
        state = e_detector.fresh(e_detector.BOTH)
        for score in rng.normal(size=3000):
            state = e_detector.step(state, float(score), e_detector.BOTH)
            if e_detector.strength(state) >= math.log(1000):
                alarms, state = alarms + 1, e_detector.fresh(e_detector.BOTH)
    assert 0 < alarms <= 60


def test_discoveries_are_e_bh():
    """One stream among ten needs ten times the evidence, two together each half of that."""
    one = np.log([9_999, *[1.0] * 9])
    assert not e_detector.discoveries(one, 1000).any()
    assert list(np.flatnonzero(e_detector.discoveries(np.log([10_001, *[1.0] * 9]), 1000))) == [0]
    assert list(np.flatnonzero(e_detector.discoveries(np.log([5_001, 5_001, *[1.0] * 8]), 1000))) == [0, 1]
    assert not e_detector.discoveries(np.log([10_001.0]), 1000, streams=11).any()
    assert e_detector.discoveries([], 1000).size == 0


def test_texts_are_told_apart():
    """New words are found, equal texts are not, and groups stay together."""
    rng = np.random.default_rng(4)
    alike = csr_matrix(rng.integers(0, 2, (200, 30)).astype(float))
    truth = np.arange(200) < 100
    scores = [told_apart(alike, rng.permutation(truth), np.arange(200), seed=seed).score for seed in range(60)]
    assert abs(np.mean(scores)) < 0.35
    assert np.std(scores) < 1.1
    marked = alike.tolil()
    marked[:100, 0], marked[100:, 0] = 2, 0
    found = told_apart(marked.tocsr(), truth, np.arange(200), seed=1)
    assert found.auc > 0.9
    assert found.score > 8
    with pytest.raises(ValueError, match="4 at least"):
        told_apart(alike[:6], [True, True, True, False, False, False], range(6), seed=1)
    with pytest.raises(ValueError, match="too large to be parted"):
        told_apart(alike, truth, np.zeros(200), seed=1)


def test_telling_terms():
    """The terms of new texts are those they have more often than chance gives, with their counts."""
    new = [{"tent", "how"}] * 20 + [{"how"}] * 20
    old = [{"how"}] * 99 + [{"tent", "how"}]
    assert telling_terms(new, old) == [("tent", 20, 1)]


def test_psi_of_chance_is_known():
    """The mean PSI of equal laws is (bins-1)(1/n + 1/m), and the stated false alarms are those that come."""
    rng = np.random.default_rng(5)
    found = [psi(rng.multinomial(100, [0.1] * 10), rng.multinomial(100, [0.1] * 10)) for _ in range(2000)]
    assert np.mean([one.statistic for one in found]) == pytest.approx(9 * 2 / 100, rel=0.06)
    fired = 1000 * np.mean([one.fires for one in found])
    assert found[0].false_alarms == pytest.approx(fired, rel=0.3)


def test_fixed_tests_by_hand():
    """Kolmogorov-Smirnov, chi-square and CUSUM give their textbook values and their false alarms."""
    ks = kolmogorov_smirnov([10, 0], [0, 10])
    assert (ks.statistic, ks.fires, ks.false_alarms) == (1, True, 50)
    assert chi_square([10, 20], [20, 10]).statistic == pytest.approx(20 / 3)
    assert chi_square([10, 20], [20, 10]).fires
    assert cusum([2, 2, 2, 2]).statistic == pytest.approx(6)
    # Siegmund's approximation at k = ½, h = 5 is 938 windows on one side; tables have 938 (Montgomery, table 9.3: 465).
    assert cusum([0]).false_alarms == pytest.approx(1000 / 469, rel=0.01)
    with pytest.raises(ValueError, match="same bins"):
        psi([1], [1, 2])


def test_flips_against_noise():
    """Fisher's exact test: 3 of 4 against 1 of 4 is the tea lady's p of 17/70."""
    assert flip_test(3, 4, 1, 4) == pytest.approx(17 / 70)
    with pytest.raises(ValueError, match="on both sides"):
        flip_test(0, 0, 0, 4)


def test_a_confidence_sequence_holds_at_every_look():
    """Of 300 streams looked at 50 times each, at most 5 in a hundred ever leave their intervals; fixed ones would."""
    rng, missed, naive = np.random.default_rng(6), 0, 0
    for _ in range(300):
        values = rng.normal(size=2500)
        total, squares = np.cumsum(values), np.cumsum(values**2)
        looks = range(49, 2500, 50)
        found = [sequence_mean(total[n], squares[n], n + 1) for n in looks]
        missed += any(not one.low <= 0 <= one.high for one in found)
        naive += any(abs(total[n]) > 1.96 * math.sqrt(squares[n]) for n in looks)
    assert missed / 300 <= 0.05
    assert naive / 300 > 0.2
    assert isinstance(sequence_mean(1, 1, 10), Refused)
