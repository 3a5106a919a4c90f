import asyncio
import json
import math
from dataclasses import replace

import pytest
from sqlalchemy import event

from judge.errors import BudgetError, ModelError, UsageError
from judge.models.request import Permanent, Price, Reply, TokenLogprob, Transient
from judge.models.scripted import Scripted
from judge.run.execute import Execution, Order
from judge.run.reparse import reparse
from judge.run.selection import Selection
from judge.run.summary import summarise
from judge.scores import Reason
from judge.settings import Settings
from judge.store import datasets, judgements, judges, ledger, runs
from judge.store.writer import Writer
from making import make_rubric

SETTINGS = Settings.model_validate({"judge": {"concurrency": 4, "attempts": 2}})


def say(score, criterion="tone"):
    return json.dumps({criterion: {"rationale": "Because.", "score": score}})


@pytest.fixture
def dataset(db, records):
    kept = datasets.ensure(db, "log")
    datasets.add(db, kept, records)
    return kept


async def run(db, dataset, model, *, rubrics=None, **order):
    execution = Execution(db, Order(dataset, rubrics or [make_rubric()], **order), model, SETTINGS)
    ended = await execution.work()
    return ended, execution


def stored(db, ended):
    scales = {
        (fingerprint, criterion.name): criterion.scale
        for fingerprint in ended.fingerprints
        for criterion in judges.find(db, fingerprint).rubric.criteria
    }
    return sorted(judgements.stream(db, ended, scales), key=lambda each: each.judgement.record_id)


async def test_every_record_is_judged(db, dataset):
    """One judgement an item, with the reply's score and reason, and the run is finished."""
    model = Scripted({"r1": say("polite"), "r2": say("rude"), "r3": say("polite")})
    ended, execution = await run(db, dataset, model)
    found = {each.judgement.record_id: each.judgement for each in stored(db, ended)}
    assert {name: each.score for name, each in found.items()} == {"r1": "polite", "r2": "rude", "r3": "polite"}
    assert found["r1"].rationale == "Because."
    assert (ended.state, execution.progress.scored, execution.progress.items) == ("finished", 3, 3)


async def test_the_same_again_asks_nobody(db, dataset):
    """A second run of the same thing finds every answer on the ledger, costs nothing and says so."""
    model = Scripted(scores={"tone": "rude"}, price=Price(1, 1), tokens=(1000, 10))
    first, _ = await run(db, dataset, model)
    second, execution = await run(db, dataset, model)
    assert model.calls == 3
    assert second.id != first.id
    assert execution.progress.found == 3
    assert ledger.totals(db, second.id).calls == 0
    assert [each.fresh for each in stored(db, second)] == [False] * 3
    assert [each.judgement for each in stored(db, second)] == [each.judgement for each in stored(db, first)]


async def test_equal_records_are_asked_once(db):
    """Two records that read alike are one question, even within one run."""
    first = datasets.ensure(db, "log")
    from judge.records import Record

    datasets.add(db, first, [Record(id=str(n), question="Q?", response="Same.") for n in range(20)])
    model = Scripted(scores={"tone": "rude"})
    ended, _ = await run(db, first, model)
    assert model.calls == 1
    assert {each.judgement.record_id for each in stored(db, ended)} == {str(n) for n in range(20)}


async def test_unreadable_replies_are_asked_once_more(db, dataset):
    """One re-ask carries the format error; both replies stand on the ledger; the second decides."""
    model = Scripted({"r1": ["no json", say("rude")], "r2": ["no json", "still none"], "r3": say("polite")})
    ended, _ = await run(db, dataset, model)
    found = {each.judgement.record_id: each.judgement for each in stored(db, ended)}
    assert found["r1"].score == "rude"
    assert found["r2"].abstention.reason is Reason.UNREADABLE
    assert model.calls == 5
    assert ledger.totals(db, ended.id).calls == 5
    assert "could not be read" in model.requests[-1].messages[-1]["content"]
    again, _ = await run(db, dataset, model)
    assert model.calls == 5
    assert [each.judgement for each in stored(db, again)] == [each.judgement for each in stored(db, ended)]


async def test_missing_fields_are_abstentions_that_cost_nothing(db, records):
    """A record without a field that the rubric reads is never asked about."""
    kept = datasets.ensure(db, "log")
    datasets.add(db, kept, [replace(records[0], question=None)])
    model = Scripted(scores={"tone": "rude"})
    ended, execution = await run(db, kept, model)
    (only,) = stored(db, ended)
    assert only.judgement.abstention.reason is Reason.MISSING_FIELD
    assert "question" in only.judgement.abstention.detail
    assert (model.calls, execution.progress.abstained) == (0, 1)


async def test_problems_of_a_reply_are_abstentions_with_their_reason(db, dataset):
    """Refused, blocked, rejected: each is counted under its own reason, and the summary shows it."""
    model = Scripted(
        {
            "r1": Reply(text=None, model="m", problem=Reason.REFUSED, detail="I will not."),
            "r2": Permanent("content filter", reason=Reason.BLOCKED),
            "r3": say("rude"),
        }
    )
    ended, _ = await run(db, dataset, model)
    (criterion,) = summarise(db, ended).criteria
    assert criterion.abstained == {"refused": 1, "blocked": 1}
    assert (criterion.scored, criterion.distribution) == (1, {"polite": 0, "rude": 1})
    assert criterion.status == "uncalibrated"


async def test_unreachable_items_are_asked_again(db, dataset, monkeypatch):
    """What failed for want of an answer is an abstention now and a question again next time."""
    monkeypatch.setattr("judge.models.retries.Backoff.wait", lambda *_args: 0.0)
    model = Scripted(lambda _request: Transient("503", status=503))
    first, _ = await run(db, dataset, model)
    assert summarise(db, first).criteria[0].abstained == {"unreachable": 3}
    assert ledger.totals(db, first.id).attempts == 6
    second, _ = await run(db, dataset, Scripted(scores={"tone": "polite"}))
    assert summarise(db, second).criteria[0].scored == 3


async def test_fatal_errors_stop_the_run_and_keep_what_was_done(db, dataset):
    """A wrong key stops everything at once; the same command goes on with the rest."""
    model = Scripted([say("rude"), ModelError("the key is not accepted"), ModelError("the key is not accepted")])
    single = Settings.model_validate({"judge": {"concurrency": 1}})
    with pytest.raises(ModelError, match="key is not accepted"):
        await Execution(db, Order(dataset, [make_rubric()]), model, single).work()
    stopped = runs.find(db, "last")
    assert (stopped.state, len(stored(db, stopped))) == ("stopped", 1)
    ended, execution = await run(db, dataset, Scripted(scores={"tone": "polite"}))
    assert (ended.id, execution.resumed, execution.progress.found) == (stopped.id, True, 1)
    assert [each.judgement.score for each in stored(db, ended)] == ["rude", "polite", "polite"]


async def test_cap_is_kept_and_a_higher_one_goes_on(db, dataset):
    """The run stops before the call that could cross the cap, and goes on with more money."""
    price, tokens = Price(1000, 1000), (500, 10)
    model = Scripted(scores={"tone": "rude"}, price=price, tokens=tokens)
    probe = Execution(db, Order(dataset, [make_rubric()]), model, SETTINGS)
    from judge.models.prices import ceiling, most_prompt_tokens

    (key, record), *_ = next(iter(Selection().chunks(db, dataset)))
    request = next(iter(probe.planner.calls(key, record))).request
    bound = ceiling(price, most_prompt_tokens(request), request.sampling.max_tokens)
    with pytest.raises(BudgetError, match="could cross the cap"):
        await run(db, dataset, model, max_cost=bound * 1.1)
    stopped = runs.find(db, "last")
    spent = ledger.totals(db, stopped.id).cost
    assert 0 < spent <= bound * 1.1
    ended, _ = await run(db, dataset, model, max_cost=bound * 10)
    assert (ended.id, ended.state, model.calls) == (stopped.id, "finished", 3)


async def test_unknown_usage_is_not_zero(db, dataset):
    """A provider that does not say what it used leaves the cost unknown, counted apart, with its bound."""
    model = Scripted(scores={"tone": "rude"}, price=Price(1, 1), tokens=(None, None))
    ended, _ = await run(db, dataset, model)
    totals = ledger.totals(db, ended.id)
    assert (totals.unknown, totals.cost) == (3, 0.0)
    assert totals.reserved > 0


async def test_stopping_keeps_what_is_in_flight(db, dataset):
    """One stop sends nothing more, awaits what was sent, and leaves a run that goes on later."""
    release = asyncio.Event()

    async def answer(_request):
        execution.stop()
        release.set()
        return say("rude")

    model = Scripted(answer)
    single = Settings.model_validate({"judge": {"concurrency": 1}})
    execution = Execution(db, Order(dataset, [make_rubric()]), model, single)
    ended = await execution.work()
    assert release.is_set()
    assert ended.state == "stopped"
    assert 1 <= len(stored(db, ended)) < 3
    again, resumed = await run(db, dataset, Scripted(scores={"tone": "polite"}))
    assert (again.id, resumed.resumed, len(stored(db, again))) == (ended.id, True, 3)


async def test_cancelling_leaves_orphans_that_are_told(db, dataset):
    """A second stop gives up what is in flight; it stays on the ledger as an orphan with its bound."""

    async def never(_request):
        execution.stop()
        execution.stop()
        await asyncio.sleep(3600)

    model = Scripted(never, price=Price(1, 1))
    execution = Execution(db, Order(dataset, [make_rubric()]), model, SETTINGS)
    ended = await execution.work()
    totals = ledger.totals(db, ended.id)
    assert ended.state == "stopped"
    assert totals.orphans == model.calls > 0
    assert totals.reserved > 0


async def test_repeats_are_separate_questions(db, dataset):
    """Each repeat is asked on its own and kept under its number."""
    model = Scripted(lambda request: say("rude" if request.repeat else "polite"))
    ended, _ = await run(db, dataset, model, repeats=2)
    assert model.calls == 6
    found = {(each.judgement.record_id, each.judgement.repeat): each.judgement.score for each in stored(db, ended)}
    assert found["r1", 0] == "polite"
    assert found["r1", 1] == "rude"


async def test_criteria_apart_are_separate_calls(db, dataset):
    """A rubric that asks its criteria apart makes one call for each."""
    second = {
        "name": "length",
        "question": "How long?",
        "scale": {"kind": "interval", "min": 0, "max": 10, "good": "low"},
    }
    first = make_rubric().model_dump(by_alias=True)["criteria"][0]
    rubric = make_rubric(ask="apart", criteria=[first, second])
    model = Scripted(lambda request: say("rude") if request.criteria == ("tone",) else say(7, "length"))
    ended, _ = await run(db, dataset, model, rubrics=[rubric])
    assert model.calls == 6
    summary = {each.criterion: each for each in summarise(db, ended).criteria}
    assert summary["tone"].raw_rate == 1.0
    assert summary["length"].mean == 7.0
    assert summary["length"].raw_rate is None


async def test_reparse_reads_replies_again(db, dataset):
    """Reading the stored replies again gives the same judgements, and asks nobody."""
    model = Scripted({"r1": say("rude"), "r2": "no json", "r3": say("polite")})
    ended, _ = await run(db, dataset, model)
    before = [each.judgement for each in stored(db, ended)]
    with db.write() as connection:
        connection.exec_driver_sql("UPDATE judgement SET score = NULL, reason = 'unreadable' WHERE score = 'rude'")
    assert reparse(db, ended) == (3, 1)
    assert [each.judgement for each in stored(db, ended)] == before


async def test_reparse_reads_impossible_tokens_as_they_were_read_first(db, dataset):
    """JSON keeps no infinity: a log-probability of minus infinity is that again when it is read a second time."""
    top = (("rude", -0.1), ("polite", -math.inf))
    tokens = [TokenLogprob('{"tone": {"score": "', 0.0, ()), TokenLogprob("rude", -0.1, top), TokenLogprob('"}}', 0.0)]
    reply = Reply('{"tone": {"score": "rude"}}', "m", logprobs=tuple(tokens))
    ended, _ = await run(db, dataset, Scripted(lambda _: reply))
    before = [each.judgement for each in stored(db, ended)]
    assert before[0].probabilities == {"rude": 1.0, "polite": 0.0}
    assert reparse(db, ended) == (3, 0)
    assert [each.judgement for each in stored(db, ended)] == before


async def test_metrics_stand_beside_judgements(db, records):
    """A metric is computed in the same run; a record without a reference has none, and why."""
    kept = datasets.ensure(db, "log")
    datasets.add(db, kept, [replace(records[0], reference="Response 1."), records[1]])
    ended, _ = await run(db, kept, Scripted(scores={"tone": "rude"}), metrics=("rouge1",))
    (measured,) = summarise(db, ended).measures
    assert (measured.metric, measured.measured, measured.mean) == ("rouge1", 1, 1.0)
    assert measured.abstained == {"missing_field": 1}


def test_orders_that_make_no_sense(db, dataset):
    """Nothing to do, no judge, two rubrics of one name: each says what to write."""
    with pytest.raises(UsageError, match=r"nothing to do(.|\n)*--rubric and a --judge"):
        Execution(db, Order(dataset), None, SETTINGS)
    with pytest.raises(UsageError, match=r"there is no judge(.|\n)*--judge baseline"):
        Execution(db, Order(dataset, [make_rubric()]), None, SETTINGS)
    with pytest.raises(UsageError, match="two rubrics are named 'polite'"):
        Execution(db, Order(dataset, [make_rubric(), make_rubric(version=2)]), Scripted([]), SETTINGS)


async def test_nothing_selected(db, dataset):
    """A selection without records is told, not run."""
    from judge.run.selection import Condition

    nothing = Selection(where=(Condition.parse("segment=fr"),))
    with pytest.raises(UsageError, match=r"no record of 'log' is selected(.|\n)*--where"):
        await run(db, dataset, Scripted([]), selection=nothing)


async def test_a_run_keeps_prices_and_what_a_model_would_not_take(db, dataset):
    """The price in force, its table, and the parameters a model refused stand with the run's settings."""
    model = Scripted(scores={"tone": "rude"}, price=Price(1, 2))
    model.adaptations = ("without temperature",)
    ended, _ = await run(db, dataset, model)
    assert ended.settings["price"]["completion"] == 2
    assert ended.settings["price_table"]
    assert ended.settings["adaptations"] == ["without temperature"]


async def test_finding_what_is_left_looks_each_record_up(db, dataset):
    """Going on looks each record up in an index, and scans no table of judgements for it: it is not quadratic."""
    started, _ = await run(db, dataset, Scripted(scores={"tone": "polite"}))
    runs.end(db, started, runs.STOPPED)
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _u, text, values, *_: asked.append((text, values)))
    _, again = await run(db, dataset, Scripted([]))
    assert again.resumed
    about = [each for each in asked if each[0].startswith("SELECT") and "FROM judgement" in each[0]]
    assert about
    with db.read() as connection:
        for text, values in about:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
            assert any(step.startswith("SEARCH judgement USING") for step in plan), plan
            assert not any(step.startswith("SCAN") for step in plan), plan


async def test_what_a_commit_held_back_is_not_sent_after_a_stop(db, dataset, monkeypatch):
    """A stop that comes while a call is put on the ledger keeps it from being sent, and it costs nothing."""
    commit = Writer.commit

    async def slow(self, kind, row):
        taken = await commit(self, kind, row)
        if kind == "sent":
            execution.stop()
        return taken

    monkeypatch.setattr(Writer, "commit", slow)
    model = Scripted(scores={"tone": "polite"}, price=Price(1, 1))
    execution = Execution(db, Order(dataset, [make_rubric()]), model, SETTINGS)
    ended = await execution.work()
    totals = ledger.totals(db, ended.id)
    assert (ended.state, model.calls, totals.calls) == ("stopped", 0, 1)
    assert (totals.attempts, totals.orphans, totals.cost, totals.reserved) == (0, 0, 0, 0)
