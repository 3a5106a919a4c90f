"""Sides that were asked different mixes of questions."""

import numpy as np
import pytest

from judge.comparing.compare import compare
from judge.comparing.conclusion import Conclusion
from judge.comparing.found import Wanted
from judge.comparing.mix import Mix, differences
from judge.comparing.pairing import pair
from judge.comparing.side import read_side
from judge.comparing.traits import read_traits
from judge.errors import UsageError
from judge.stats.contrast import Contrast, contrast
from judge.stats.difference import Arm
from judge.stats.intervals import Refused

RUDE = {"v1": {"easy": 0.10, "hard": 0.60}, "v2": {"easy": 0.05, "hard": 0.45}}
MIX = {"v1": 0.2, "v2": 0.8}
"""Share of hard questions: v2 is less often rude with both kinds, and more often over all (Simpson's paradox)."""


@pytest.fixture
def paradox(db, stored, rubric):
    """v2 is better with easy and with hard questions, and gets most of the hard ones."""

    def store(n=1500, rated=0.4, mix=None, seed=1):
        rng, rows = np.random.default_rng(seed), []
        for version, hard_share in (mix or MIX).items():
            for i in range(n):
                kind = "hard" if rng.random() < hard_share else "easy"
                rude = rng.random() < RUDE[version][kind]
                said = rude if rng.random() < 0.9 else not rude
                people = {"ann": "rude" if rude else "polite"} if rng.random() < rated else {}
                more = {"question": f"{version} {i}?", "model_version": version, "segment": kind}
                rows.append((f"{version}-{i}", "rude" if said else "polite", people, {"record": more}))
        stored(rubric, rows)
        return [read_side(db, f"d:model_version={version}") for version in RUDE]

    return store


def test_simpsons_paradox(db, paradox):
    """Unadjusted the better version looks worse, with a warning; adjusted it is better, at the mean of both mixes."""
    sides = paradox()
    plain = compare(db, sides, Wanted())
    (pair_,) = plain.criteria[0].pairs
    assert pair_.decided.conclusion is Conclusion.WORSE
    (found,) = plain.differing
    assert (found.field, found.adjustable, found.p < 0.001) == ("segment", True, True)
    assert {value: [round(share, 1) for share in shares] for value, shares in found.values} == {
        "easy": [0.8, 0.2],
        "hard": [0.2, 0.8],
    }
    fair = compare(db, sides, Wanted(adjust=("segment",)))
    (pair_,) = fair.criteria[0].pairs
    assert pair_.decided.conclusion is Conclusion.BETTER
    assert fair.differing == ()
    assert fair.mix.shares == pytest.approx({"easy": 0.5, "hard": 0.5}, abs=0.03)
    for each in (pair_.contrast, pair_.human):
        assert each.estimate.low < -0.10 < each.estimate.high


def test_kinds_that_one_side_lacks(db, paradox):
    """What only one side was asked is left out and counted; a kind that nobody rated on a side refuses."""
    sides = paradox(n=400, mix={"v1": 0.5, "v2": 1.0})
    fair = compare(db, sides, Wanted(adjust=("segment",)))
    assert fair.mix.shares == {"hard": 1.0}
    assert fair.mix.left_out[0] == pytest.approx(200, abs=40)
    assert fair.mix.left_out[1] == 0
    rated = np.flatnonzero(fair.mix.kinds[0] == "easy")
    assert fair.mix.too_thin(0, "v1", rated).needed == "rate 5 more of 'hard'"
    with pytest.raises(UsageError, match="no record has 'topic'"):
        compare(db, sides, Wanted(adjust=("topic",)))
    with pytest.raises(UsageError, match="share no value of model_version"):
        compare(db, sides, Wanted(adjust=("model_version",)))


def test_weights_are_of_what_was_judged(db, paradox):
    """Where only some records were judged, these are weighted to the mix, and kinds that others lack count nothing."""
    mix = compare(db, paradox(n=300), Wanted(adjust=("segment",))).mix
    kinds = mix.kinds[0]
    items = np.concatenate([np.flatnonzero(kinds == "easy")[:30], np.flatnonzero(kinds == "hard")[:10]])
    weights = mix.weights(0, items)
    assert weights[:30].sum() / weights.sum() == pytest.approx(mix.shares["easy"])
    lone = Mix(("segment",), {"hard": 1.0}, mix.kinds, (0, 0))
    assert set(lone.weights(0, items)) == {0.0, 4.0}


def test_too_few_ratings_of_a_kind(db, paradox):
    """A comparison is refused where the ratings of a kind that matters are too few to weigh."""
    sides = paradox(n=60, rated=0.2, seed=4)
    (pair_,) = compare(db, sides, Wanted(adjust=("segment",))).criteria[0].pairs
    assert isinstance(pair_.contrast, Refused)
    assert "adjust by segment" in pair_.contrast.reason


def test_the_same_mix_is_rarely_said_to_differ(db, stored, rubric):
    """Over 60 comparisons with one mix of a segment and two keys, at most 2 warn: 1 in 100 is what is stated."""
    rng = np.random.default_rng(5)
    warned = 0
    for draw in range(60):
        rows = []
        for version in ("v1", "v2"):
            for i in range(60):
                length = int(rng.integers(5, 40))
                more = {"question": f"{version}{i:04}" + "x" * length, "model_version": version, "segment": "sl"[i % 2]}
                more["metadata"] = {"tier": "abc"[rng.integers(3)], "region": "xy"[rng.integers(2)], "build": version}
                rows.append((f"{version}-{i}", "polite", {}, {"record": more}))
        stored(rubric, rows, name=f"d{draw}")
        sides = [read_side(db, f"d{draw}:model_version={version}") for version in ("v1", "v2")]
        traits = [read_traits(db, side) for side in sides]
        warned += bool(differences(db, sides, traits, pair(traits)))
    assert warned <= 2


def adjusted_arms(rng, gap, n=1000, rated=200):
    """Two arms of other mixes, weighted to one; the judge errs more often with hard questions and with version B."""
    arms = []
    for share, shift, tnr in ((0.2, 0.0, 0.85), (0.7, gap, 0.75)):
        hard = rng.random(n) < share
        truth = rng.random(n) < np.where(hard, 0.5, 0.1) + shift
        said = np.where(truth, rng.random(n) < np.where(hard, 0.8, 0.95), rng.random(n) > tnr)
        weight = np.where(hard, 0.45 / hard.mean(), 0.55 / (1 - hard.mean()))
        chance = 1 / weight[:rated]
        arms.append(
            Arm(said, said[:rated], truth[:rated].astype(float), inclusion=chance / chance.max(), pool_weights=weight)
        )
    return arms


@pytest.mark.slow
def test_adjusted_intervals_hold():
    """At one mix, with a judge that errs differently by kind and arm, 95 % intervals hold the truth in 94 to 98 %."""
    rng = np.random.default_rng(6)
    held = []
    for draw in range(600):
        gap = (0.0, 0.08)[draw % 2]
        found = contrast(*adjusted_arms(rng, gap))
        assert isinstance(found, Contrast)
        held.append(found.estimate.low <= gap <= found.estimate.high)
    assert 0.94 <= np.mean(held) <= 0.98
