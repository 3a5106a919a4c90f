"""Kill -9 at random points of a run; `benchmarks/kills.py` kills one through litellm as often, which takes minutes."""

import pytest

from chaos.killing import survive

RECORDS = 500


@pytest.mark.slow
@pytest.mark.parametrize(("backend", "kills"), [("openai", 20), ("litellm", 6)])
def test_kills_lose_nothing_and_repeat_only_what_was_in_flight(tmp_path, backend, kills):
    """After every kill the same command goes on; each item has one score, and each repeated call is an orphan's.

    An orphan that the server never saw was killed between the ledger and the wire: there may be more orphans than
    repeated calls, never fewer.
    """
    survived = survive(tmp_path, backend, records=RECORDS, kills=kills, seed=5)
    assert (survived.judgements, survived.items) == (RECORDS, RECORDS)
    assert survived.requests == RECORDS + survived.repeated
    assert survived.unexplained == 0
    assert 0 < survived.repeated <= survived.orphans <= kills * 16
    assert survived.reserved > 0
