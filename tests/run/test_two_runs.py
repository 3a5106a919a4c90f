"""Two runs on one database at once."""

import asyncio

import pytest
from sqlalchemy import delete

from judge.errors import StoreError
from judge.models.request import Price
from judge.models.scripted import Scripted
from judge.records import Record
from judge.run.execute import Execution, Order
from judge.run.selection import Selection
from judge.settings import Settings
from judge.store import datasets, ledger
from judge.store.tables import WORKER
from making import make_rubric

SETTINGS = Settings.model_validate({"judge": {"concurrency": 16}})
BOTH = pytest.mark.parametrize("db", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def dataset(db):
    kept = datasets.ensure(db, "log")
    datasets.add(db, kept, [Record(id=str(n), question="Q?", response=f"Answer {n}.") for n in range(120)])
    return kept


def slow(reply='{"tone": {"score": "rude"}}'):
    """A judge that takes its time, so that two runs meet the same questions."""

    async def answer(_request):
        await asyncio.sleep(0.01)
        return reply

    return Scripted(answer, price=Price(1, 1), tokens=(10, 10))


def execution(db, dataset, model, limit):
    return Execution(db, Order(dataset, [make_rubric()], selection=Selection(limit=limit)), model, SETTINGS)


@BOTH
async def test_two_runs_at_once_pay_once(db, dataset, monkeypatch):
    """Two runs that overlap ask each question once between them, and each has all its scores."""
    monkeypatch.setattr("judge.run.pipeline.LOOK_AGAIN", 0.02)
    model = slow()
    first, second = (execution(db, dataset, model, limit) for limit in (100, 120))
    ended = await asyncio.gather(first.work(), second.work())
    assert model.calls == 120
    assert [run.state for run in ended] == ["finished", "finished"]
    assert [each.progress.scored for each in (first, second)] == [100, 120]
    totals = [ledger.totals(db, run.id) for run in ended]
    assert sum(each.calls for each in totals) == 120
    assert [each.orphans for each in totals] == [0, 0]


@BOTH
async def test_a_question_is_taken_over_where_the_other_run_fails(db, dataset, monkeypatch):
    """A question that the other run gave up is asked by the one that waited for it."""
    monkeypatch.setattr("judge.run.pipeline.LOOK_AGAIN", 0.02)
    model = slow()
    first, second = (execution(db, dataset, model, limit) for limit in (100, 120))

    async def stop_first():
        await asyncio.sleep(0.03)
        first.stop()
        first.stop()

    ended = await asyncio.gather(first.work(), second.work(), stop_first())
    assert (ended[0].state, ended[1].state) == ("stopped", "finished")
    assert second.progress.scored == 120
    orphans = ledger.totals(db, ended[0].id).orphans
    assert model.calls <= 120 + orphans


async def test_twice_the_same_run_is_refused(db, dataset):
    """Two budgets on one run could spend its cap twice: the second is told to wait, and the first is not disturbed."""
    model = slow()
    first, second = (execution(db, dataset, model, 50) for _ in range(2))
    assert first.run.id == second.run.id
    outcomes = await asyncio.gather(first.work(), second.work(), return_exceptions=True)
    assert isinstance(outcomes[1], StoreError)
    assert "is at work on run" in str(outcomes[1])
    assert (outcomes[0].state, first.progress.scored, model.calls) == ("finished", 50, 50)


@BOTH
async def test_a_run_that_was_taken_for_dead_sends_nothing_more(db, dataset):
    """One that was suspended for longer than its lease, and whose run another took over, ends as soon as it wakes."""
    under_way = asyncio.Event()

    async def answer(_request):
        if model.calls == 20:
            under_way.set()
        await asyncio.sleep(0.01)
        return '{"tone": {"score": "rude"}}'

    model = Scripted(answer)
    first = execution(db, dataset, model, 100)
    working = asyncio.create_task(first.work())
    await under_way.wait()
    with db.write() as connection:  # as a second worker does when it enters
        connection.execute(delete(WORKER))
    with pytest.raises(StoreError, match="another has taken its run over"):
        await working
    assert model.calls < 100
    totals = ledger.totals(db, first.run.id)
    assert (totals.attempts, totals.orphans) == (model.calls, totals.attempts - totals.calls)


async def test_twins_whose_first_reply_was_unreadable_are_asked_once_more_together(db, dataset, monkeypatch):
    """Two records that read alike, with an unreadable reply on the ledger: the re-ask is paid once."""
    monkeypatch.setattr("judge.run.pipeline.LOOK_AGAIN", 0.02)
    datasets.add(db, dataset, [Record(id=f"twin{n}", question="Q?", response="Alike.") for n in range(2)])
    model = slow("no json")
    await Execution(db, Order(dataset, [make_rubric()]), model, SETTINGS).work()
    assert model.calls == 2 * 121
    with db.write() as connection:
        connection.exec_driver_sql("UPDATE judgement SET call_key = NULL")
        connection.exec_driver_sql("DELETE FROM call WHERE reply LIKE '%no json%' AND rowid % 2 = 0")
    before = model.calls
    again = Execution(db, Order(dataset, [make_rubric()], repeats=1), model, SETTINGS)
    await again.work()
    with db.read() as connection:
        gone = connection.exec_driver_sql("SELECT count(*) FROM call").scalar()
    assert gone == 2 * 121
    assert model.calls - before <= 121
