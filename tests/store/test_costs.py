import pytest

from judge.store import costs, datasets, judges, ledger, runs
from judge.store.tables import now


@pytest.fixture
def run(db, records, rubric):
    dataset = datasets.ensure(db, "log")
    datasets.add(db, dataset, records)
    judge = judges.Judge("m", rubric, {})
    return runs.start(
        db, dataset, identity="i", kind=runs.JUDGED, model="m", settings={"price_table": "2026-11-23"}, judges_=[judge]
    )[0]


def ask(db, run, key, **settled):
    row = {"key": key, "fingerprint": run.fingerprints[0], "record_id": 1, "run_id": run.id, "state": ledger.SENT}
    row |= {"attempts": 1, "reserved": 0.5, "cost": 0.0, "sent": now(), "worker": "w"}
    with db.write() as connection:
        ledger.write_sent(connection, [row])
        if settled:
            ledger.write_settled(connection, [ledger.settlement(key, "w", attempts=1, **settled)])


@pytest.mark.parametrize("by", costs.BY)
def test_what_is_known_and_what_is_not(db, run, by):
    """One call of known cost, one of unknown usage and one orphan are told apart under every heading."""
    ask(
        db, run, "known", state=ledger.ANSWERED, reserved=0.0, cost=0.25, reply={}, prompt_tokens=3, completion_tokens=2
    )
    ask(db, run, "unknown", state=ledger.ANSWERED, reserved=0.5, reply={})
    ask(db, run, "orphan")
    (found,) = costs.costs(db, by)
    names = {"run": str(run.id), "judge": "m", "rubric": "polite", "day": f"{now():%Y-%m-%d}"}
    assert found.name == names[by]
    totals = found.totals
    assert (totals.calls, totals.unknown, totals.orphans, totals.cost, totals.reserved) == (2, 1, 1, 0.25, 1.0)
    assert found.prices == ("2026-11-23" if by == "run" else None)
