import pytest

from judge.store import datasets, judges, ledger, runs
from judge.store.tables import now


@pytest.fixture
def run(db, records, rubric):
    dataset = datasets.ensure(db, "log")
    datasets.add(db, dataset, records)
    judge = judges.Judge("m", rubric, {})
    kept, _ = runs.start(db, dataset, identity="i", kind=runs.JUDGED, model="m", settings={}, judges_=[judge])
    return kept


def send(db, run, key, *, attempts=1, reserved=0.5):
    row = {"key": key, "fingerprint": run.fingerprints[0], "record_id": 1, "run_id": run.id, "state": ledger.SENT}
    row |= {"attempts": attempts, "reserved": reserved, "sent": now(), "settled": None}
    with db.write() as connection:
        ledger.write_sent(connection, [row])


def settle(db, key, **values):
    with db.write() as connection:
        ledger.write_settled(connection, [ledger.settlement(key, **values)])


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
    send(db, run, "key", attempts=2)
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
