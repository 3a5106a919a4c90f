import numpy as np
import pytest
from scipy.stats import false_discovery_control, ttest_1samp, wilcoxon

from judge.errors import UsageError
from judge.stats.alternative import AlternativeTest, alternative
from judge.stats.intervals import Refused, wilson

RATES = {"tpr": wilson(45, 50), "tnr": wilson(80, 90)}


def draw(*, units=80, annotators=3, seed=0):
    """A judge and annotators who give the true value this often."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, units)
    humans = np.where(rng.random((units, annotators)) < 0.75, truth[:, None], rng.integers(0, 3, (units, annotators)))
    return np.where(rng.random(units) < 0.9, truth, rng.integers(0, 3, units)), humans


def by_the_paper(judge, humans, epsilon, score):
    """The test written out item by item, as Calderon et al. (2025), section 3, describe it."""
    p, ahead = [], []
    for j in range(humans.shape[1]):
        f, h = [], []
        for i in range(len(judge)):
            others = [humans[i, k] for k in range(humans.shape[1]) if k != j]
            judge_score, human_score = score(judge[i], others), score(humans[i, j], others)
            f.append(judge_score >= human_score)
            h.append(human_score >= judge_score)
        d = np.array(h, dtype=float) - np.array(f)
        p.append(ttest_1samp(d, epsilon, alternative="less").pvalue)
        ahead.append(np.mean(f))
    adjusted = false_discovery_control(p, method="by")
    return np.mean(adjusted <= 0.05), np.mean(ahead), p


def equal(value, others):
    """Share of others with the same value."""
    return np.mean([value == other for other in others])


def rmse(value, others):
    """Nearness of numbers."""
    return -np.sqrt(np.mean([(value - other) ** 2 for other in others]))


@pytest.mark.parametrize(("alignment", "score"), [("equal", equal), ("rmse", rmse)])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_test_of_the_paper(alignment, score, seed):
    """Winning rate, advantage and every p-value equal the test written out item by item with scipy's t-test."""
    judge, humans = draw(seed=seed, annotators=4)
    found = alternative(judge, humans, epsilon=0.1, alignment=alignment, **RATES)
    omega, rho, p = by_the_paper(judge, humans, 0.1, score)
    assert isinstance(found, AlternativeTest)
    assert found.winning_rate == omega
    assert found.advantage == pytest.approx(rho)
    assert [c.p for c in found.comparisons] == pytest.approx(p)
    assert {c.test for c in found.comparisons} == {"t"}
    assert found.passed == (omega >= 0.5)


def test_the_rates_stand_in_the_result():
    """Whoever reads the outcome has the true positive and true negative rates in hand."""
    found = alternative(*draw(), epsilon=0.2, **RATES)
    assert (found.tpr, found.tnr) == (RATES["tpr"], RATES["tnr"])


@pytest.mark.parametrize("missing", ["tpr", "tnr"])
def test_without_a_rate_there_is_no_test(missing):
    """A refused rate refuses the test, with what the rate needs."""
    rates = RATES | {missing: Refused("no positives", "rate 12 more items the judge flagged", "TPR", more=12)}
    refused = alternative(*draw(), epsilon=0.2, **rates)
    assert isinstance(refused, Refused)
    assert "always gives the commonest value passes this test" in refused.reason
    assert refused.needed == "rate 12 more items the judge flagged"
    assert refused.more == 12


def test_a_judge_that_always_says_no_passes():
    """The trap the rates are for: at 10 % prevalence a constant judge passes at least 8 times in 10."""
    passed = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        truth = rng.random(100) < 0.1
        humans = np.where(rng.random((100, 3)) < 0.93, truth[:, None], ~truth[:, None]).astype(int)
        found = alternative(np.zeros(100, dtype=int), humans, epsilon=0.2, tpr=wilson(0, 10), tnr=wilson(90, 90))
        assert found.tpr.value == 0
        passed += found.passed
    assert passed >= 32


def test_few_items_are_ranked_instead():
    """Below 30 shared items an annotator is tested by signed ranks, below ten not at all."""
    judge, humans = draw(units=60, annotators=4)
    humans = humans.astype(float)
    humans[20:, 2] = np.nan
    humans[9:, 3] = np.nan
    found = alternative(judge, humans, epsilon=0.2, **RATES)
    assert [c.test for c in found.comparisons] == ["t", "t", "signed-rank", "left out"]
    assert [c.items for c in found.comparisons] == [60, 60, 20, 9]
    assert found.comparisons[3].p is None
    others = [0, 1, 3]
    d = []
    for i in range(20):
        rest = [humans[i, k] for k in others if not np.isnan(humans[i, k])]
        own, ours = equal(humans[i, 2], rest), equal(judge[i], rest)
        d.append(float(own >= ours) - float(ours >= own))
    expected = wilcoxon(np.array(d) - 0.2, alternative="less", method="approx").pvalue
    assert found.comparisons[2].p == pytest.approx(expected)


def test_a_difference_that_never_varies_decides_alone():
    """A judge equal to everybody wins for every margin above 0, and at 0 nobody is better: no rejection."""
    same = np.tile(np.arange(2), 20)
    humans = np.column_stack([same] * 3)
    assert alternative(same, humans, epsilon=0.1, **RATES).winning_rate == 1
    assert alternative(same, humans, epsilon=0.0, **RATES).winning_rate == 0
    few = alternative(same[:12], humans[:12], epsilon=0.0, **RATES)
    assert [c.p for c in few.comparisons] == [1, 1, 1]


def test_items_the_judge_abstained_on_are_left_out():
    """An abstention is no vote for or against the judge."""
    judge, humans = draw(units=60)
    gaps = np.append(judge.astype(float), [np.nan] * 10)
    found = alternative(gaps, np.vstack([humans, humans[:10]]), epsilon=0.1, **RATES)
    assert found == alternative(judge, humans, epsilon=0.1, **RATES)


def test_two_annotators_are_no_group():
    """The authors advise three; the number can be lowered on purpose."""
    judge, humans = draw(annotators=2)
    refused = alternative(judge, humans, epsilon=0.1, **RATES)
    assert isinstance(refused, Refused)
    assert refused.reason == "2 annotators share judged items, which is no group to stand for"
    assert isinstance(alternative(judge, humans, epsilon=0.1, least_annotators=2, **RATES), AlternativeTest)


def test_too_few_items_are_refused():
    """Nine items leave every annotator out."""
    refused = alternative(*draw(units=9), epsilon=0.1, **RATES)
    assert isinstance(refused, Refused)
    assert "the most is 9" in refused.reason
    assert refused.more == 21


def test_impossible_margins_are_refused():
    """A margin of 1 would let any judge win."""
    with pytest.raises(UsageError, match=r"epsilon lies in \[0, 1\)"):
        alternative(*draw(), epsilon=1.0, **RATES)
