"""A crash at each step of a small run and of a migration, none left out; `test_kill.py` kills a large run at random."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from judge.store import migrate

OUTCOMES = [
    ["plain", "rude", None],
    ["unreadable", "rude", None],
    ["refused", None, "rejected"],
    ["broken once", "rude", None],
    ["last", "rude", None],
]
IN_FLIGHT = 2


def crash(what, folder):
    """What each crash left; a process of its own, which may fork."""
    command = [sys.executable, str(Path(__file__).with_name("crashing.py")), what, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own command
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_a_run_may_crash_at_every_step(tmp_path):
    """Wherever it dies, going on ends with one outcome an item, asks nothing again that is stored, and tells all money.

    A request that the ledger does not know of would be one paid in silence; an attempt on it that was never made is
    among the orphans.
    """
    found = crash("runs", tmp_path)
    assert len(found) > 60
    for each in found:
        assert (each["code"], each["damage"], each["workers"], each["states"]) == (0, [], 0, [["finished"]]), each
        assert each["outcomes"] == OUTCOMES, each
        assert each["stored_asked_again"] == 0, each
        assert each["asked"] <= each["attempts"] <= each["asked"] + each["orphans"], each
        assert each["paid"] <= each["told"] + 1e-9, each
        assert each["orphans"] <= IN_FLIGHT * (1 + (each["step"] % 3 == 0)), each
    assert any(each["orphans"] for each in found)


@pytest.mark.slow
def test_a_migration_may_crash_at_every_step(tmp_path):
    """Wherever it dies, the database is as it was before, and the next start finishes it with nothing lost."""
    found = crash("migrations", tmp_path)
    assert len(found) > 100
    assert [each["untouched"] for each in found] == [each["crashed"] for each in found]
    assert not found[-1]["crashed"]
    for each in found:
        assert (each["code"], each["kept"]) == (0, [["log"]]), each
    finished = [each["revisions"] for each in found if not each["step"] % 10 or not each["crashed"]]
    assert finished == [[[migrate.HEAD]]] * len(finished)
