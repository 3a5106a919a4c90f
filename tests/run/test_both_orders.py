"""A pair is asked both ways round."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update

from judge.calibration.calibrate import calibrate
from judge.calibration.disagreements import find
from judge.calibration.pool import read_pool
from judge.labeling.frame import read_opinion
from judge.models.scripted import Scripted
from judge.monitoring.anchors import Anchors
from judge.monitoring.form import AnchorsForm
from judge.monitoring.rated import read_rated
from judge.records import Record
from judge.rubric.load import load_rubric
from judge.rubric.pairs import is_pairwise, is_turned, turned, turned_back
from judge.run.execute import Execution, Order, plan
from judge.run.reparse import reparse
from judge.run.summary import summarise
from judge.scores import Judgement, Quote, Rating, Reason
from judge.settings import Settings
from judge.store import datasets, judgements, judges, ratings, runs, watches
from judge.store.tables import JUDGEMENT, RUN
from making import make_rubric

PREFERENCE = load_rubric("preference")


def say(score):
    return json.dumps({"preference": {"rationale": "Because.", "score": score}})


@pytest.fixture
def pairs(db):
    """Five pairs: the longer response wins, whichever comes first; `first` always wins by its place alone."""
    kept = datasets.ensure(db, "pairs")
    records = [
        Record("longer", "a long and good answer", "Q?", rival="short"),
        Record("shorter", "short", "Q?", rival="a long and good answer"),
        Record("first", "one", "Q?", rival="two"),
        Record("tie", "same!", "Q?", rival="same?"),
        Record("cut", "nine", "Q?", rival="five"),
    ]
    datasets.add(db, kept, records)
    return kept


def by_length(request):
    """The longer response, and the one called A where both are as long."""
    a, b = len(request.record.response), len(request.record.rival)
    if request.record.id == "tie":
        return say("tie")
    if request.record.id == "cut" and request.repeat == 1:
        return "no JSON at all"
    return say("a" if a >= b else "b")


async def run(db, dataset, model, **order):
    execution = Execution(db, Order(dataset, [PREFERENCE], **order), model, Settings())
    return await execution.work(), execution


def said(db, ended):
    (fingerprint,) = ended.fingerprints
    scales = {(fingerprint, "preference"): PREFERENCE.criteria[0].scale}
    found = judgements.stream(db, ended, scales)
    return {(each.judgement.record_id, each.judgement.repeat): each.judgement.score for each in found}


async def test_both_orders_are_asked_and_kept(db, pairs):
    """Each pair is asked as logged and turned round; what is kept names the response as logged, whichever way."""
    model = Scripted(by_length)
    ended, execution = await run(db, pairs, model)
    assert {(request.record.response, request.record.rival) for request in model.requests} >= {
        ("one", "two"),
        ("two", "one"),
    }
    found = said(db, ended)
    assert (found["longer", 0], found["longer", 1]) == ("a", "a")
    assert (found["shorter", 0], found["shorter", 1]) == ("b", "b")
    assert (found["first", 0], found["first", 1]) == ("a", "b")
    assert (found["tie", 0], found["tie", 1]) == ("tie", "tie")
    assert execution.progress.items == 10
    assert judges.find(db, ended.fingerprints[0]).content["orders"] == ["ab", "ba"]


async def test_what_changes_with_the_order_is_no_score(db, pairs):
    """Calibration sees what both orders agree on; a changed mind and a failed order are abstentions with reasons."""
    ended, _ = await run(db, pairs, Scripted(by_length))
    pool = read_pool(db, ended, ended.fingerprints[0], PREFERENCE.criteria[0])
    assert pool.scores.tolist() == ["a", "b", "abstained", "tie", "abstained"]
    assert pool.reasons.tolist() == [None, None, Reason.ORDERS_DIFFER, None, Reason.UNREADABLE]
    assert pool.abstained == {"orders_differ": 1, "unreadable": 1}


async def test_every_view_goes_by_both_orders(db, pairs):
    """Summary, draw, disagreements, a second look and the watch see one outcome a pair, a changed mind among them."""
    ended, _ = await run(db, pairs, Scripted(by_length))
    criterion, judge = PREFERENCE.criteria[0], judges.find(db, ended.fingerprints[0])
    (told,) = summarise(db, ended).criteria
    assert (told.scored, told.abstained) == (3, {"orders_differ": 1, "unreadable": 1})
    assert {name: n for name, n in told.distribution.items() if n} == {"a": 1, "b": 1, "tie": 1}
    opinion = read_opinion(db, ended, PREFERENCE, criterion)
    assert opinion.outcomes.tolist() == ["a", "b", "orders differ", "tie", "abstained"]
    assert list(judgements.outcomes(db, ended, judge).values()) == ["a", "b", None, "tie", None]
    keys = opinion.keys.tolist()
    given = [Rating(each, "preference", "preference", "ann", "b") for each in ("longer", "first", "tie")]
    ratings.add(db, PREFERENCE, list(zip([keys[0], keys[2], keys[3]], given, strict=True)), source="import")
    (found,) = calibrate(db, ended, Settings().calibration).criteria
    assert found.agreement.confusion["b"] == {"a": 1, "tie": 1, "b": 0, "orders differ": 1, "abstained": 0}
    differing = find(db, ended, found)
    assert {each.record.id: each.judge for each in differing.items} == {"longer": "a", "tie": "tie"}
    with db.read() as connection:
        seen = read_rated(connection, judge.fingerprint, "preference", criterion.scale)
    assert sorted(each.score for each in seen) == ["a", "tie"]


async def test_an_interrupted_pair_gets_its_other_order(db, pairs):
    """A run that ended between the two orders of a pair asks for the missing one when it goes on."""
    ended, _ = await run(db, pairs, Scripted(by_length))
    with db.write() as connection:
        connection.execute(delete(JUDGEMENT).where(JUDGEMENT.c.repeat == 1))
        connection.execute(update(RUN).values(state=runs.STOPPED, finished=None))
    again, _ = await run(db, pairs, Scripted(by_length))
    assert again.id == ended.id
    assert said(db, again)["first", 1] == "b"


async def test_anchors_in_both_orders(db):
    """A judge that begins to go by the order of a pair is seen to have moved, though its first order says the same."""
    kept = datasets.ensure(db, "anchors")
    made = [Record(f"r{i}", "a long and good answer", f"Q{i}?", rival="short") for i in range(30)]
    _, keys = datasets.add(db, kept, made)
    given = [(key, Rating(name, "preference", "preference", "ann", "a")) for name, key in keys.items()]
    judges.keep_rubric(db, PREFERENCE)
    ratings.add(db, PREFERENCE, given, source="import")
    watch = watches.ensure(db, "w", kept, shape="", config={})
    anchors = Anchors(db, AnchorsForm(every="1d"), kept, [PREFERENCE], watch, settings=Settings())
    steady = Scripted(by_length)
    fingerprint = plan(db, [PREFERENCE], steady, Settings()).judges[0].fingerprint
    today = datetime(2026, 11, 24, tzinfo=UTC)
    assert await anchors.look(steady, {"preference": fingerprint}, today, print) is None
    turning = Scripted(lambda _: say("a"))
    shift = await anchors.look(turning, {"preference": fingerprint}, today + timedelta(days=2), print)
    assert (shift.items, shift.flips, shift.lost, shift.moved) == (30, 30, 30, True)


async def test_again_is_free_and_reparsing_turns_back(db, pairs):
    """The same run again asks nobody, and stored replies of turned pairs are read the right way round."""
    ended, _ = await run(db, pairs, Scripted(by_length))
    model = Scripted(by_length)
    again, _ = await run(db, pairs, model)
    assert model.calls == 0
    assert said(db, again) == said(db, ended)
    assert reparse(db, ended)[1] == 0


async def test_repeats_go_both_ways_too(db, pairs):
    """Asking twice is four calls a pair, two in each order."""
    model = Scripted(by_length)
    ended, _ = await run(db, pairs, model, repeats=2)
    found = said(db, ended)
    assert [found["first", repeat] for repeat in range(4)] == ["a", "b", "a", "b"]
    assert [is_turned(repeat) for repeat in range(4)] == [False, True, False, True]


def test_turning():
    """Turning twice changes nothing; scores, probabilities and quotes change sides together."""
    record = Record("r", "x", rival="y")
    assert turned(turned(record)) == record
    judgement = Judgement(
        "r", "preference", "preference", "a", probabilities={"a": 0.7, "b": 0.2}, evidence=(Quote("response", "x"),)
    )
    back = turned_back(judgement)
    assert (back.score, back.probabilities, back.evidence[0].source) == ("b", {"b": 0.7, "a": 0.2}, "rival")
    assert turned_back(back) == judgement


def test_which_rubrics_are_pairwise():
    """A rubric is, where it reads both responses and can prefer either."""
    assert is_pairwise(PREFERENCE)
    assert not is_pairwise(make_rubric())
    assert not is_pairwise(make_rubric(reads=["question", "response", "rival"]))
