"""Kill -9 at random points of a run through either backend."""

import pytest

from chaos.killing import survive

RECORDS, KILLS = 500, 20


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["openai", "litellm"])
def test_kills_lose_nothing_and_repeat_only_what_was_in_flight(tmp_path, backend):
    """After every kill the same command goes on; each item has one score, and each repeated call is an orphan's.

    An orphan that the server never saw was killed between the ledger and the wire: there may be more orphans than
    repeated calls, never fewer.
    """
    survived = survive(tmp_path, backend, records=RECORDS, kills=KILLS, seed=5)
    assert (survived.judgements, survived.items) == (RECORDS, RECORDS)
    assert survived.requests == RECORDS + survived.repeated
    assert survived.unexplained == 0
    assert 0 < survived.repeated <= survived.orphans <= KILLS * 16
    assert survived.reserved > 0
