"""Comparing versions, each corrected by its own ratings."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from judge.comparing.compare import compare
from judge.comparing.conclusion import Conclusion, Guardrail, Kept
from judge.comparing.found import Wanted
from judge.comparing.side import read_side, split_side
from judge.errors import CalibrationError, NotFoundError, UsageError
from judge.rubric.load import load_rubric
from judge.stats.contrast import Contrast
from judge.stats.intervals import Refused
from judge.stats.sequential import Looks
from making import make_rubric

XSTEST = Path(__file__).parents[2].parent / "shared" / "data" / "safety_xstest.public.jsonl.gz"


def sides(db, *texts):
    return [read_side(db, text) for text in texts]


V = ("v1", "v2")
V1, V2 = "d:model_version=v1", "d:model_version=v2"


def test_better_and_worse(db, versions):
    """A version that is truly ruder is worse, and the other way round better; paired by question, unasked."""
    versions({"v1": (1.2, 0.95), "v2": (0.3, 0.95)})
    found = compare(db, sides(db, V1, V2), Wanted())
    (pair,) = found.criteria[0].pairs
    assert (found.pairing.kind, found.pairing.shared) == ("question", 300)
    assert found.criteria[0].measure.what == "rate of rude"
    assert pair.decided.conclusion is Conclusion.WORSE
    assert pair.contrast.estimate.low < 0.38 - 0.115 < pair.contrast.estimate.high
    assert compare(db, sides(db, V2, V1), Wanted()).criteria[0].pairs[0].decided.conclusion is Conclusion.BETTER


def test_a_judge_that_errs_on_one_side_decides_nothing(db, versions):
    """With equal truth, a judge that is harsher on one version is convinced of a difference; the correction is not."""
    versions({"v1": (0.5, 0.95), "v2": (0.5, 0.7)})
    (pair,) = compare(db, sides(db, V1, V2), Wanted()).criteria[0].pairs
    assert pair.raw.value > 0.1
    assert pair.raw.p < 0.001
    assert pair.raw.mcnemar.p < 0.001
    assert pair.raw.mcnemar.only_b > pair.raw.mcnemar.only_a
    assert pair.decided.conclusion is Conclusion.UNKNOWN
    assert abs(pair.contrast.estimate.value) < 0.1


def test_paired_by_what_is_shared(db, versions):
    """Different questions are unpaired; the same ones may be forced apart, which makes the interval longer."""
    versions({"v1": (0.5, 0.95), "v2": (0.5, 0.95)}, rated=300)
    paired = compare(db, sides(db, V1, V2), Wanted())
    apart = compare(db, sides(db, V1, V2), Wanted(pair_by="no"))
    width = [each.criteria[0].pairs[0].contrast.estimate.width for each in (paired, apart)]
    assert width[0] < 0.8 * width[1]
    assert (apart.pairing.kind, apart.pairing.clusters) == ("no", None)
    versions({"w1": (0.5, 0.95), "w2": (0.5, 0.95)}, same=False, name="e")
    other = compare(db, sides(db, "e:model_version=w1", "e:model_version=w2"), Wanted())
    assert not other.pairing.paired
    with pytest.raises(UsageError, match="share no segment"):
        compare(db, sides(db, V1, V2), Wanted(pair_by="segment"))


def test_conversations_hang_together(db, versions):
    """Records of one conversation form one cluster of their own side, even where the sides share no question."""
    versions({"v1": (0.5, 0.95), "v2": (0.5, 0.95)}, same=False, talk=5)
    found = compare(db, sides(db, V1, V2), Wanted(pair_by="no"))
    first, second = found.pairing.clusters
    assert np.unique(first).size == np.unique(second).size == 60
    assert not set(first) & set(second)


def test_paired_conversations(db, versions):
    """Where sides share questions and have conversations, whatever is connected through either is one cluster."""
    versions({"v1": (0.5, 0.95), "v2": (0.5, 0.95)}, talk=5)
    found = compare(db, sides(db, V1, V2), Wanted(pair_by="question"))
    assert np.unique(np.concatenate(found.pairing.clusters)).size == 60


def test_without_ratings_nothing_is_known(db, versions):
    """Unrated sides are not compared by the judge alone: the refusal names the sides and says what to rate."""
    versions({"v1": (0.5, 0.95), "v2": (0.0, 0.95)}, rated=0)
    (pair,) = compare(db, sides(db, V1, V2), Wanted()).criteria[0].pairs
    assert isinstance(pair.contrast, Refused)
    assert "5 more of d:model_version=v1" in pair.contrast.needed
    assert pair.decided.conclusion is Conclusion.UNKNOWN
    assert (pair.decided.p, pair.need) == (None, None)


def test_no_difference_larger_than_the_margin(db, versions):
    """A narrow interval around nothing says so, and what more would be needed is none."""
    versions({"v1": (0.5, 0.95), "v2": (0.5, 0.95)}, n=600, rated=600)
    (pair,) = compare(db, sides(db, V1, V2), Wanted(margin=0.15)).criteria[0].pairs
    assert pair.decided.conclusion is Conclusion.SAME
    assert (pair.need.ratings, pair.need.records) == (0, 0)


def test_abstentions_are_counted(db, versions):
    """What the judge did not score stands beside each side and stays among its items."""
    versions({"v1": (0.5, 0.95), "v2": (0.5, 0.95)})
    found = compare(db, sides(db, V1, V2), Wanted())
    assert [(arm.items, arm.abstained, arm.rated) for arm in found.criteria[0].arms] == [(300, 1, 100)] * 2


def test_guardrails(db, versions):
    """A guardrail is kept, broken or not yet known, as the whole interval lies against what is allowed."""
    versions({"v1": (1.2, 0.95), "v2": (0.3, 0.95)})
    for margin, kept in ((0.5, Kept.KEPT), (0.01, Kept.BROKEN), (0.27, Kept.UNKNOWN)):
        found = compare(db, sides(db, V1, V2), Wanted(guardrails=(Guardrail("tone", margin),)))
        assert found.kept is kept
    assert compare(db, sides(db, V2, V1), Wanted(guardrails=(Guardrail("polite.tone", 0.0),))).kept is Kept.KEPT
    with pytest.raises(UsageError, match="no criterion 'safety'"):
        compare(db, sides(db, V1, V2), Wanted(guardrails=(Guardrail("safety", 0.1),)))


@pytest.mark.parametrize("text", ["", ":0.1", "tone:x", "tone:1.5", "tone:-0.1"])
def test_no_guardrail(text):
    """What is no guardrail is told with an example of one."""
    with pytest.raises(UsageError, match="no guardrail"):
        Guardrail.parse(text, 0.05)
    assert Guardrail.parse("tone", 0.05) == Guardrail("tone", 0.05)


def test_three_versions_are_ranked(db, versions):
    """Each side has the places that no sure difference excludes; p-values are adjusted over all pairs."""
    versions({"v1": (1.6, 0.95), "v2": (0.4, 0.9), "v3": (0.35, 0.95)})
    three = split_side(db, read_side(db, "d"), "model_version")
    found = compare(db, three, Wanted()).criteria[0]
    assert found.ranks == ((1, 1), (2, 3), (2, 3))
    alone = compare(db, three, Wanted(correction="none")).criteria[0]
    assert all(a.decided.p >= b.decided.p for a, b in zip(found.pairs, alone.pairs, strict=True))
    assert found.pairs[0].decided.p == pytest.approx(min(1, 3 * alone.pairs[0].decided.p), rel=0.5)


def test_what_the_rubric_has_seen_is_refused(db, stored):
    """Ratings of records that stand in the rubric as examples are refused; --unseen leaves those records out."""
    rubric = make_rubric(examples=[{"question": "Q?", "response": "R v1-0", "answers": {"tone": {"score": "rude"}}}])
    rows = [(f"{v}-{i}", "rude", {"ann": "rude"}, {"record": {"model_version": v}}) for v in V for i in range(9)]
    stored(rubric, rows)
    with pytest.raises(CalibrationError, match=r"polite, version 1, has seen .*1 of the 9 rated items stand in it"):
        compare(db, sides(db, V1, V2), Wanted())
    found = compare(db, sides(db, V1, V2), Wanted(unseen=True))
    assert [arm.rated for arm in found.criteria[0].arms] == [8, 9]


def test_the_owner_says_which_way_is_better(db, versions):
    """The rubric's good end is the default, and may be overruled."""
    versions({"v1": (1.2, 0.95), "v2": (0.3, 0.95)})
    found = compare(db, sides(db, V1, V2), Wanted(better={"tone": 1}))
    assert found.criteria[0].pairs[0].decided.conclusion is Conclusion.BETTER


def test_daily_looks_are_wider(db, versions):
    """Looking more often makes the corrected interval longer at the same level."""
    versions({"v1": (0.5, 0.95), "v2": (0.3, 0.95)})
    widths = [
        compare(db, sides(db, V1, V2), Wanted(looks=looks)).criteria[0].pairs[0].contrast.estimate.width
        for looks in (Looks(1), Looks(20), Looks(None))
    ]
    assert widths == sorted(widths)
    assert len(set(widths)) == 3


def test_what_cannot_be_compared(db, versions, stored):
    """Sides that are not there, were not judged alike, or hold nothing are told."""
    versions({"v1": (0.5, 0.95), "v2": (0.3, 0.95)})
    stored(load_rubric("safety"), [("s", "safe", {})], name="s")
    with pytest.raises(NotFoundError, match="no data set 'x'"):
        read_side(db, "x:model_version=v1")
    with pytest.raises(UsageError, match="no condition"):
        read_side(db, "d:v1")
    with pytest.raises(NotFoundError, match="no judgements by factuality"):
        read_side(db, "d", rubrics=["factuality"])
    with pytest.raises(CalibrationError, match="same wording"):
        compare(db, sides(db, "d", "s"), Wanted())
    with pytest.raises(CalibrationError, match="no judged record"):
        compare(db, sides(db, V1, "d:model_version=v9"), Wanted())
    with pytest.raises(CalibrationError, match="0 values of 'topic'"):
        split_side(db, read_side(db, "d"), "topic")
    with pytest.raises(UsageError, match="2 to 12"):
        compare(db, sides(db, V1), Wanted())


def test_a_run_is_a_side(db, versions):
    """A run's number and `last` are sides, as is a data set whose own name holds a colon."""
    run = versions({"v1": (0.5, 0.95), "v2": (0.3, 0.95)}, name="d:e")
    assert read_side(db, str(run.id)).judged == read_side(db, "last").judged == read_side(db, "d:e").judged


@pytest.mark.skipif(not XSTEST.exists(), reason="the shared data sets are not on this machine")
def test_five_models_of_xstest(db, stored):
    """80 ratings a model: corrected differences hold people's own on nearly all pairs; GPT-4 alone errs on a sign."""
    rows = [json.loads(line) for line in gzip.decompress(XSTEST.read_bytes()).splitlines()]
    rng = np.random.default_rng(3)
    truth, made = {}, []
    for row in rows:
        said = next(each["label"] for each in row["judge"] if each["judge"] == "gpt-4")
        people = row["human"][-1]["label"]
        truth.setdefault(row["model"], []).append(people == "refuse")
        rated = {"ann": people} if rng.random() < 80 / 209 else {}
        judged = None if said == "unparsed" else said
        record = {"question": row["input"], "model": row["model"]}
        if judged is not None:
            made.append((row["id"], judged, rated, {"record": record}))
    stored(load_rubric("refusal"), made)
    models = split_side(db, read_side(db, "d"), "model")
    found = compare(db, models, Wanted(better={"refusal": -1})).criteria[0]
    rates = {name: np.mean(values) for name, values in truth.items()}
    held, wrong = 0, 0
    for pair in found.pairs:
        real = rates[models[pair.b].name] - rates[models[pair.a].name]
        assert isinstance(pair.contrast, Contrast)
        held += pair.contrast.estimate.low <= real <= pair.contrast.estimate.high
        wrong += np.sign(pair.raw.value) != np.sign(real)
    assert held >= 9
    assert wrong >= 1
    order = sorted(rates, key=rates.get)
    for place, (low, high) in enumerate(found.ranks):
        assert low <= 1 + order.index(models[place].name) <= high
