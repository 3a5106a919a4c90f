import numpy as np
import pytest

from judge.calibration.mixture import ALIKE, Mixtures, Pair, find_mixtures
from judge.calibration.pool import ABSTAINED, Pool
from judge.scales import Level, Scale
from judge.stats.intervals import Estimate, Refused

SCALE = Scale(Level.BINARY, {"good": "", "bad": ""}, good=("good",))


def pool(scores, probability=None, clusters=None):
    size = len(scores)
    nothing = np.full(size, np.nan)
    return Pool(
        keys=np.arange(1, size + 1),
        scores=np.array(scores, dtype=object),
        numbers=nothing,
        probability=nothing if probability is None else np.asarray(probability, dtype=float),
        clusters=np.arange(size) if clusters is None else clusters,
        slices={},
        abstained={},
        not_applicable=0,
        reasons=np.full(size, None, dtype=object),
    )


def drawn(size, cheap, dear, seed, rate=0.3):
    """People's values, and two judges that are right with given chances (on good, on bad)."""
    random = np.random.default_rng(seed)
    truth = np.where(random.random(size) < rate, "bad", "good").astype(object)

    def said(chances):
        right = random.random(size) < np.where(truth == "good", *chances)
        other = np.where(truth == "good", "bad", "good")
        return np.where(right, truth, other).astype(object)

    return truth, said(cheap), said(dear)


def pair(truth, first, second, rated, **changes):
    items = np.arange(rated)
    values = {
        "judges": (0, 1),
        "pools": (pool(first), pool(second)),
        "items": items,
        "truth": truth[items],
        "inclusion": None,
        "prices": (0.001, 0.02, 1.0),
    }
    return Pair(**(values | changes))


def found(mixtures, target):
    return next(each for each in mixtures.found if each.target == target)


def test_a_cheap_judge_that_is_sure_of_one_value():
    """Where the cheap judge is never wrong on one score, that score is taken from it and the rest goes on."""
    truth, first, second = drawn(4000, (0.6, 1.0), (0.97, 0.97), 1)
    mixtures = find_mixtures(pair(truth, first, second, 2000), SCALE, (0.9, 0.999))
    cheap = found(mixtures, 0.9)
    assert cheap.first == {"good": 0.0}
    assert cheap.second == {"good": 0.0, "bad": 0.0}
    assert cheap.met
    assert cheap.decided == pytest.approx((np.mean(first == "good"), np.mean(first == "bad"), 0))
    assert cheap.cost == pytest.approx(1000 * (0.001 + 0.02 * np.mean(first == "bad")))
    assert found(mixtures, 0.999).asked[2] > 0


def test_without_prices_ratings_are_spared_first():
    """Where no price is known the rule with the fewest ratings is taken, and its cost stays unknown."""
    truth, first, second = drawn(4000, (0.7, 0.7), (0.97, 0.97), 2)
    mixtures = find_mixtures(pair(truth, first, second, 2000, prices=(None, None, None)), SCALE, (0.9,))
    (mixture,) = mixtures.found
    assert mixture.decided == pytest.approx((0, 1, 0))
    assert mixture.asked == pytest.approx((0, 1, 0))
    assert mixture.cost is None
    assert mixture.met


def test_certainty_is_a_threshold():
    """A judge that is right where it is certain is taken there alone."""
    random = np.random.default_rng(3)
    truth = np.where(random.random(4000) < 0.5, "bad", "good").astype(object)
    sure = random.random(4000) < 0.5
    first = np.where(sure, truth, np.where(random.random(4000) < 0.5, "good", "bad")).astype(object)
    chance = np.where(sure, 0.97, 0.6)
    probability = np.where(first == "bad", chance, 1 - chance)
    judges = (pool(first, probability), pool(np.full(4000, ABSTAINED)))
    mixtures = find_mixtures(pair(truth, first, first, 2000, pools=judges), SCALE, (0.95,))
    (mixture,) = mixtures.found
    assert mixture.first == {"good": 0.7, "bad": 0.7}
    assert mixture.second == {}
    assert mixture.asked[2] == pytest.approx(1 - sure.mean())
    assert mixture.met


def test_two_that_agree():
    """Two judges whose errors are their own are right where they agree; people get the rest."""
    truth, first, second = drawn(4000, (0.8, 0.8), (0.8, 0.8), 4, rate=0.5)
    (mixture,) = find_mixtures(pair(truth, first, second, 2000), SCALE, (0.93,)).found
    assert set(mixture.second.values()) == {ALIKE}
    assert mixture.asked[2] == pytest.approx(np.mean(first != second))
    assert mixture.met


def test_what_was_chosen_is_measured_elsewhere():
    """A rule chosen among many looks good where it was chosen; its interval by other ratings holds the truth."""
    held = told = 0
    for seed in range(60):
        truth, first, second = drawn(600, (0.8, 0.6), (0.85, 0.7), seed)
        mixtures = find_mixtures(pair(truth, first, second, 120), SCALE, (0.85,), seed=seed)
        (mixture,) = mixtures.found
        if not isinstance(mixture.agreement, Estimate):
            continue
        told += 1
        held += mixture.agreement.low <= actual(mixture, truth, first, second) <= mixture.agreement.high
    assert told >= 50
    assert held / told >= 0.9


def actual(mixture, truth, first, second):
    """How often a mixture gives people's value over everything."""
    by_first = np.array([name in mixture.first for name in first])
    least = [mixture.second.get(name) for name in second]
    alike = (first == second).tolist()
    by_second = np.array([at == 0 or (at == ALIKE and same) for at, same in zip(least, alike, strict=True)])
    return np.where(by_first, first == truth, np.where(by_second, second == truth, 1)).mean()


def test_conversations_are_not_split():
    """Items of one conversation are all on one side of the halves, and the interval knows that they hang together."""
    truth, first, second = drawn(400, (0.9, 0.9), (0.95, 0.95), 5)
    clusters = -1 - np.arange(400) // 20
    pools = (pool(first, clusters=clusters), pool(second, clusters=clusters))
    mixtures = find_mixtures(pair(truth, first, second, 400, pools=pools), SCALE, (0.8,))
    assert mixtures.choosing % 20 == 0
    alone = find_mixtures(pair(truth, first, second, 400), SCALE, (0.8,))
    assert mixtures.found[0].agreement.width > alone.found[0].agreement.width


def test_no_mixture_is_shown():
    """Judges that guess meet no high target, and the answer says so rather than choosing the luckiest."""
    truth, first, second = drawn(400, (0.5, 0.5), (0.5, 0.5), 6)
    mixtures = find_mixtures(pair(truth, first, second, 200), SCALE, (0.99,))
    assert isinstance(mixtures, Mixtures)
    assert not mixtures.found[0].met


def test_too_few_ratings():
    """A handful of ratings cannot be halved, and it says how many more would do."""
    truth, first, second = drawn(400, (0.9, 0.9), (0.9, 0.9), 7)
    refused = find_mixtures(pair(truth, first, second, 20), SCALE, (0.9,))
    assert isinstance(refused, Refused)
    assert "more items that both judged" in refused.needed
