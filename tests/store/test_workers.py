import os
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import update

from judge.errors import StoreError
from judge.store import datasets, judges, runs, workers
from judge.store.tables import WORKER


@pytest.fixture
def run(db, rubric):
    dataset = datasets.ensure(db, "log")
    judge = judges.Judge("m", rubric, {})
    return runs.start(db, dataset, identity="i", kind=runs.JUDGED, model="m", settings={}, judges_=[judge])[0]


def change(db, **values):
    """What another process would have written."""
    workers._OWN.clear()
    with db.write() as connection:
        connection.execute(update(WORKER).values(values))


def gone():
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_one_worker_a_run(db, run):
    """A second is told who is at work, and comes in when the first has left."""
    first = workers.enter(db, run)
    with pytest.raises(StoreError, match=rf"process {os.getpid()} on this machine is at work on run {run.id}"):
        workers.enter(db, run)
    workers.leave(db, first)
    workers.leave(db, workers.enter(db, run))


def test_a_process_that_is_gone_is_dead_at_once(db, run):
    """After a kill nobody has to wait for the lease."""
    token = workers.enter(db, run)
    change(db, process=gone())
    with db.read() as connection:
        assert workers.living(connection, [token]) == set()
    workers.leave(db, workers.enter(db, run))


def test_a_number_that_was_given_to_this_process_again_is_dead(db, run):
    """In a container every start has the same process number: a worker of it that is not ours has ended."""
    workers.enter(db, run)
    change(db, process=os.getpid())
    workers.leave(db, workers.enter(db, run))


def test_another_machine_is_believed_for_the_lease(db, run):
    """Its processes cannot be seen, so only its silence tells."""
    token = workers.enter(db, run)
    change(db, machine="elsewhere", process=gone())
    with pytest.raises(StoreError, match="on elsewhere is at work"):
        workers.enter(db, run)
    with db.read() as connection:
        late = workers._clock(connection) - timedelta(seconds=workers.LEASE + 1)
    change(db, beat=late)
    with db.read() as connection:
        assert workers.living(connection, [token]) == set()
    with db.write() as connection:
        workers.write_beats(connection, [{"worker": token}])
    with db.read() as connection:
        assert workers.living(connection, [token]) == {token}


def test_a_silent_process_of_this_machine_is_dead_after_the_lease(db, run):
    """A process number may belong to somebody else by then."""
    workers.enter(db, run)
    with db.read() as connection:
        late = workers._clock(connection) - timedelta(seconds=workers.LEASE + 1)
    change(db, process=1, beat=late)
    workers.leave(db, workers.enter(db, run))
