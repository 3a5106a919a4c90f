"""Evaluation data sets out of records worth keeping."""

from __future__ import annotations

from dataclasses import replace

import pytest

from judge.curating.curate import Rules, answer, curate
from judge.curating.reasons import contested, disliked, failing, is_bad
from judge.errors import NotFoundError, UsageError
from judge.run.selection import Condition
from judge.scales import Level, Scale
from judge.scores import Reason
from judge.store import datasets, editions, ratings

TEXT = {"a": "Returns are free.", "b": "Go away, said the clerk at once.", "c": "Refunds take five days to arrive."}


@pytest.fixture
def log(db, stored, rubric):
    """Seven judged records: good, bad by people, bad by the judge, contested twice, an abstention, a duplicate."""
    rows = [
        ("good", "polite", {"x": "polite"}, {"record": {"response": TEXT["a"], "question": "Is it free to return?"}}),
        ("bad", "polite", {"x": "rude"}, {"record": {"response": TEXT["b"], "question": "Where do I find help?"}}),
        ("judged", "rude", {}, {"record": {"response": "Mind your business.", "question": "When are you open?"}}),
        (
            "split",
            "polite",
            {"x": "polite", "y": "rude", "z": "polite"},
            {"record": {"response": TEXT["c"], "question": "When do I get my money?", "feedback": 0.0}},
        ),
        ("none", Reason.CUT, {}, {"record": {"response": "We are sorry", "question": "Who are you, anyway?"}}),
        ("twin", "rude", {}, {"record": {"response": "mind  YOUR business.", "question": "When are you open?"}}),
        ("same", "polite", {}, {"record": {"response": "At nine.", "question": "When are you open?", "group": "g"}}),
    ]
    stored(rubric, rows)
    return datasets.find(db, "d")


def ids(db, edition):
    return [entry.record.id for entry in editions.entries_of(db, edition)]


def test_failing(db, log):
    """People's word goes before the judge's; what only the judge scored counts by it."""
    found = failing(db, log, ["polite"])
    assert [why for whys in found.values() for why in whys] == [
        "failing polite (people: rude)",
        "failing polite (judge: rude)",
        "failing polite (judge: rude)",
    ]
    assert failing(db, log, ["polite.tone"]).keys() == found.keys()
    with pytest.raises(NotFoundError, match="no judgements by 'safety'"):
        failing(db, log, ["safety"])


def test_contested(db, log):
    """Judge against people, people against people, and abstentions."""
    whys = [why for whys in contested(db, log, ["polite"]).values() for why in whys]
    assert sorted(whys) == [
        "contested polite (people differ)",
        "contested polite (people: rude, judge: polite)",
        "contested polite (the judge abstained)",
    ]


def test_disliked(db, log):
    """Feedback at or below the bound."""
    assert list(disliked(db, log, 0.0).values()) == [["feedback 0"]]


@pytest.mark.parametrize(
    ("scale", "bad", "good"),
    [
        (Scale(Level.NOMINAL, {"a": "", "b": "", "c": ""}, positive=("a",)), "a", "b"),
        (Scale(Level.INTERVAL, low=0, high=10, good=("high",)), 3.0, 7.0),
        (Scale(Level.INTERVAL, low=0, high=10, good=("low",)), 7.0, 3.0),
    ],
)
def test_is_bad(scale, bad, good):
    """Without good values the positive ones are looked for; numbers count as bad in the bad half."""
    assert is_bad(bad, scale)
    assert not is_bad(good, scale)


def test_a_version_and_the_next(db, log):
    """Failing records without duplicates make version 1; contested ones join them in version 2; neither changes."""
    first = curate(db, log, "golden", Rules(failing=("polite",)))
    assert (first.edition.dataset, first.added, first.duplicates) == ("golden@1", 2, 1)
    second = curate(db, log, "golden", Rules(contested=("polite",)))
    assert (second.edition.dataset, second.carried, second.added, second.duplicates) == ("golden@2", 2, 2, 1)
    assert ids(db, first.edition) == ["bad", "judged"]
    assert ids(db, second.edition) == ["bad", "judged", "split", "none"]
    assert first.edition.content_hash != second.edition.content_hash
    assert editions.find(db, "golden") == second.edition
    assert editions.find(db, "golden@1") == first.edition
    assert second.edition.made["rules"]["contested"] == ["polite"]
    why = {entry.record.id: entry.why for entry in editions.entries_of(db, second.edition)}
    assert why["bad"] == ("failing polite (people: rude)",)
    with pytest.raises(UsageError, match="nothing new"):
        curate(db, log, "golden", Rules(contested=("polite",)))


def test_ratings_come_along(db, log, rubric):
    """What people said of a record goes on from version to version, once, without the probability of its first draw."""
    curate(db, log, "golden", Rules(failing=("polite",)))
    curate(db, log, "golden", Rules(where=(Condition("feedback", "=", "0"),)))
    found = [rating for _, _, rating in ratings.stream(db, datasets.find(db, "golden@2"), rubric)]
    assert sorted((each.record_id, each.annotator, each.score) for each in found) == [
        ("bad", "x", "rude"),
        ("split", "x", "polite"),
        ("split", "y", "rude"),
        ("split", "z", "polite"),
    ]
    assert {each.inclusion_probability for each in found} == {None}


def test_ideal_responses(db, log):
    """A good response is its own ideal if asked so; a written one goes before it, also for records that are there."""
    done = curate(db, log, "g", Rules(good_is_ideal=("polite",)))
    kept = {entry.record.id: entry.record for entry in editions.entries_of(db, done.edition)}
    assert kept["good"].reference == kept["good"].response
    assert kept["bad"].reference is None
    later = curate(db, log, "g", Rules(ideal={"bad": "Follow me, please."}))
    assert later.added == 0
    assert datasets_record(db, later.edition, "bad").reference == "Follow me, please."
    assert datasets_record(db, done.edition, "bad").reference is None


def datasets_record(db, edition, name):
    return next(entry.record for entry in editions.entries_of(db, edition) if entry.record.id == name)


def test_splits_keep_groups_whole(db, log):
    """Records of one question or group are on one side, the same one in every version."""
    splits = {"dev": 0.5, "test": 0.5}
    done = curate(db, log, "g", Rules(splits=splits, alike=1.0))
    side = {entry.record.id: entry.split for entry in editions.entries_of(db, done.edition)}
    assert set(side.values()) <= {"dev", "test"}
    assert sum(done.edition.splits.values()) == done.edition.records == 6
    again = curate(db, log, "g", Rules(splits=splits, ideal={"good": "Yes."}))
    assert {entry.record.id: entry.split for entry in editions.entries_of(db, again.edition)} == side
    keys = editions.split_keys(db, "g@1", "dev")
    assert len(keys) == done.edition.splits["dev"]
    answers = answer(db, done.edition, dict.fromkeys(side, "New."), "v2")
    there = datasets.fetch(db, sorted(editions.split_keys(db, answers.name, "dev")))
    assert {record.id for record in there.values()} == {name for name, split in side.items() if split == "dev"}
    with pytest.raises(NotFoundError, match="no split 'train'"):
        editions.split_keys(db, "g", "train")
    with pytest.raises(NotFoundError, match="no evaluation data set 'd'"):
        editions.split_keys(db, "d", "dev")


def test_novel(db, log):
    """Only the first of like questions is new; what the version before has is not."""
    done = curate(db, log, "g", Rules(novel=0.5))
    assert ids(db, done.edition) == ["good", "bad", "judged", "split", "none"]
    assert editions.entries_of(db, done.edition)[0].why == ("chosen", "novel")
    with pytest.raises(UsageError, match="nothing new"):
        curate(db, log, "g", Rules(novel=0.5))


def test_limit_and_where(db, log):
    """Conditions and a cap are kept."""
    done = curate(db, log, "g", Rules(where=(Condition("question", "~", "When"),), limit=1))
    assert ids(db, done.edition) == ["judged"]


def test_redaction(db, log):
    """Redacted records say so in the counts, and the source stays as it was."""
    mail = replace(datasets.fetch(db, list(failing(db, log, ["polite"])))[2], id="mail", response="Ask a@b.example.")
    datasets.add(db, log, [mail])
    done = curate(db, log, "g", Rules(redact=True, where=(Condition("response", "~", "@"),)))
    assert (done.redacted, datasets_record(db, done.edition, "mail").response) == (1, "Ask [e-mail].")


def test_names(db, log):
    """Versions are counted by themselves, names that are taken are refused, and nothing makes no version."""
    with pytest.raises(UsageError, match="is no name"):
        curate(db, log, "golden@3", Rules())
    datasets.ensure(db, "taken@1")
    with pytest.raises(UsageError, match="no edition"):
        curate(db, log, "taken", Rules())
    with pytest.raises(UsageError, match="no record is left"):
        curate(db, log, "g", Rules(where=(Condition("segment", "=", "x"),)))
    with pytest.raises(NotFoundError, match="none yet"):
        editions.find(db, "g")


def test_another_version_answers(db, log):
    """New responses stand on the same questions under the same ids; gaps, strangers and second thoughts are told."""
    edition = curate(db, log, "g", Rules(failing=("polite",))).edition
    new = {"bad": "This way.", "judged": "From nine to five."}
    dataset = answer(db, edition, new, "v2")
    made = {record.id: record for chunk in datasets.chunks(db, dataset) for _, record in chunk}
    assert dataset.name == "g@1/v2"
    assert {name: record.response for name, record in made.items()} == new
    assert made["bad"].question == "Where do I find help?"
    assert made["bad"].model_version == "v2"
    assert answer(db, edition, new, "v2") == dataset
    with pytest.raises(UsageError, match="no record 'x'"):
        answer(db, edition, new | {"x": "?"}, "v3")
    with pytest.raises(UsageError, match="1 records have no response"):
        answer(db, edition, {"bad": "This way."}, "v3")
    with pytest.raises(UsageError, match="other responses already"):
        answer(db, edition, new | {"bad": "That way."}, "v2")
