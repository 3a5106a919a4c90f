import pytest

from judge.store import datasets, judges, ledger, runs, workers
from judge.store.tables import now


@pytest.fixture
def run(db, records, rubric):
    dataset = datasets.ensure(db, "log")
    datasets.add(db, dataset, records)
    judge = judges.Judge("m", rubric, {})
    kept, _ = runs.start(db, dataset, identity="i", kind=runs.JUDGED, model="m", settings={}, judges_=[judge])
    return kept


def send(db, run, key, *, attempts=1, reserved=0.5, worker="w", cost=0.0):
    row = {"key": key, "fingerprint": run.fingerprints[0], "record_id": 1, "run_id": run.id, "state": ledger.SENT}
    row |= {"attempts": attempts, "reserved": reserved, "cost": cost, "sent": now(), "worker": worker}
    with db.write() as connection:
        return ledger.write_sent(connection, [row])[0]


def settle(db, key, worker="w", **values):
    with db.write() as connection:
        ledger.write_settled(connection, [ledger.settlement(key, worker, **values)])


def answer(db, key, **values):
    settle(db, key, state=ledger.ANSWERED, attempts=1, reserved=0.0, reply={"text": "{}"}, **values)


def test_key_is_content_and_nothing_else():
    """Equal content has one key however it is ordered; any difference has another."""
    assert ledger.call_key({"a": 1, "b": [1, 2]}) == ledger.call_key({"b": [1, 2], "a": 1})
    assert ledger.call_key({"a": 1, "b": [1, 2]}) != ledger.call_key({"a": 1, "b": [2, 1]})


def test_only_answers_are_found_again(db, run):
    """A call that was sent or has failed is not an answer."""
    for key in ("sent", "failed", "answered"):
        send(db, run, key)
    settle(db, "failed", state=ledger.FAILED, attempts=4, problem="unreachable")
    answer(db, "answered", cost=0.1, prompt_tokens=10, completion_tokens=2)
    found = ledger.answered(db, ["sent", "failed", "answered", "unknown"])
    assert set(found) == {"answered"}
    assert found["answered"].reply == {"text": "{}"}
    assert found["answered"].cost == 0.1


def test_an_answer_is_never_overwritten_by_a_new_attempt(db, run):
    """When two runs ask the same at once, the answer that is there stays."""
    send(db, run, "key")
    answer(db, "key", cost=0.1)
    assert not send(db, run, "key", attempts=2)
    assert not send(db, run, "key", worker="other")
    assert set(ledger.answered(db, ["key"])) == {"key"}


def test_totals_tell_orphans_and_unknown_costs_apart(db, run):
    """Two settled calls, one of unknown cost, and one orphan: 0.1 is known, 0.2 + 0.5 may come on top."""
    send(db, run, "orphan", reserved=0.5)
    send(db, run, "unknown", reserved=0.2)
    settle(db, "unknown", state=ledger.ANSWERED, attempts=2, reserved=0.2, reply={}, latency=3.0)
    send(db, run, "known")
    answer(db, "known", cost=0.1, prompt_tokens=10, completion_tokens=2, latency=1.0)
    totals = ledger.totals(db, run.id)
    assert (totals.calls, totals.attempts, totals.unknown, totals.orphans) == (2, 4, 1, 1)
    assert totals.cost == pytest.approx(0.1)
    assert totals.reserved == pytest.approx(0.7)
    assert (totals.prompt_tokens, totals.completion_tokens) == (10, 2)
    assert totals.latency == pytest.approx(2.0)


def test_totals_of_nothing(db, run):
    """A run without calls has zeros, and no latency rather than 0."""
    totals = ledger.totals(db, run.id)
    assert (totals.calls, totals.cost, totals.orphans, totals.latency) == (0, 0, 0, None)


def test_a_call_that_a_living_worker_asks_is_not_asked_again(db, run):
    """Nobody else may send it, nor settle it; its own worker goes on."""
    mine = workers.enter(db, run)
    assert send(db, run, "key", worker=mine)
    assert not send(db, run, "key", worker="other")
    settle(db, "key", worker="other", state=ledger.ANSWERED, attempts=1, reserved=0.0, reply={})
    assert ledger.answered(db, ["key"]) == {}
    assert send(db, run, "key", worker=mine, attempts=2)
    workers.leave(db, mine)


def test_what_was_asked_before_keeps_its_cost(db, run):
    """An orphan and a failure are asked anew by another worker; what each may have cost still stands, and once."""
    send(db, run, "orphan", reserved=0.5, worker="dead")
    send(db, run, "failed", worker="dead")
    settle(db, "failed", worker="dead", state=ledger.FAILED, attempts=3, reserved=0.25, problem="unreachable")
    for key in ("orphan", "failed"):
        assert send(db, run, key, worker="w", reserved=1.0)
        answer(db, key, cost=0.125)
    totals = ledger.totals(db, run.id)
    assert (totals.calls, totals.attempts, totals.orphans, totals.unknown) == (3, 6, 1, 1)
    assert (totals.cost, totals.reserved) == (0.25, 0.75)


def test_a_worker_that_seemed_dead_cannot_settle_what_was_taken_over(db, run):
    """The answer of the worker that holds the call stands; the other's cost stays as an orphan's upper bound."""
    send(db, run, "key", reserved=0.5, worker="slow")
    assert send(db, run, "key", worker="w")
    settle(db, "key", worker="slow", state=ledger.ANSWERED, attempts=1, reserved=0.0, reply={"text": "late"})
    assert not send(db, run, "key", worker="slow", attempts=2)
    answer(db, "key", cost=0.1)
    assert ledger.answered(db, ["key"])["key"].reply == {"text": "{}"}
    totals = ledger.totals(db, run.id)
    assert (totals.orphans, totals.reserved) == (1, 0.5)


def test_many_claims_in_one_commit_are_told_apart(db, run):
    """Of three rows of one commit, only the one that somebody else has asked is refused."""
    other = workers.enter(db, run)
    send(db, run, "b", worker=other)
    row = {"fingerprint": run.fingerprints[0], "record_id": 1, "run_id": run.id, "state": ledger.SENT, "attempts": 1}
    row |= {"reserved": 0.0, "cost": 0.0, "sent": now(), "worker": "w"}
    with db.write() as connection:
        assert ledger.write_sent(connection, [row | {"key": key} for key in "cba"]) == [True, False, True]
    workers.leave(db, other)


def test_two_rows_of_one_call_in_one_commit_are_sent_once(db, run):
    """Two tasks of one worker that come to the same question at the same moment pay for it once."""
    mine = workers.enter(db, run)
    row = {"fingerprint": run.fingerprints[0], "record_id": 1, "run_id": run.id, "state": ledger.SENT, "attempts": 1}
    row |= {"key": "key", "reserved": 0.0, "cost": 0.0, "sent": now(), "worker": mine}
    with db.write() as connection:
        assert ledger.write_sent(connection, [row, row]) == [True, False]
    workers.leave(db, mine)


def test_an_orphan_is_no_retry():
    """Of twelve attempts for five settled calls and four that a crash left, three were second ones."""
    assert ledger.Totals(5, 12, 0.0, 0, 4, 0.0, 0, 0, None).retries == 3
