import numpy as np
import pytest
from scipy.stats import fisher_exact, hypergeom

from judge.stats.conformal import at_least
from judge.stats.novelty import TESTABLE, novelty


def test_each_word_has_fishers_p_value():
    """The p-value of a tested word is the upper tail of Fisher's exact test (scipy 1.16, fisher_exact)."""
    found = novelty([12, 3, 40], [4, 30, 900], 100, 1000)
    expected = fisher_exact([[12, 88], [4, 996]], alternative="greater").pvalue
    assert found.p[0] == pytest.approx(expected, rel=1e-8)
    assert found.p[2] == 1.0
    assert found.tested == 2
    assert found.named == [0]
    assert at_least(3, 100, 33, 1100) == pytest.approx(hypergeom(1100, 33, 100).sf(2), rel=1e-8)


def test_words_that_could_never_be_told_cost_nothing():
    """A thousand words that come up once each are not tested, so a word that is new stands out as if alone."""
    alone = novelty([9], [0], 100, 900)
    among = novelty([9, *[1] * 1000], [0, *[0] * 1000], 100, 900)
    assert among.score == alone.score
    assert among.tested == 1
    assert at_least(1, 100, 1, 1000) > TESTABLE
    assert novelty([], [], 5, 5).score < -8


def test_nothing_new_is_said_to_be_new_as_often_as_promised():
    """In 2,000 quiet windows the score is above 1.64 in at most 5 %, within three standard errors (Tarone's bound)."""
    rng = np.random.default_rng(7)
    share = 1 / np.arange(3, 400)
    high = 0
    for _ in range(2000):
        texts = rng.random((300, share.size)) < share
        high += novelty(texts[:100].sum(axis=0), texts[100:].sum(axis=0), 100, 200).score > 1.645
    assert high <= 2000 * (0.05 + 3 * (0.05 * 0.95 / 2000) ** 0.5)


def test_nothing_to_compare_is_refused():
    """Without new or without old texts there is no answer."""
    with pytest.raises(ValueError, match="nothing to compare"):
        novelty([1], [1], 0, 5)
