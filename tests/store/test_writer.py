import asyncio

import pytest
from sqlalchemy import text

from judge.errors import EvenhandError, StoreError
from judge.store.writer import Writer


def insert_meta(connection, rows):
    connection.execute(text("INSERT INTO meta VALUES (:key, :value)"), rows)


def stored(db):
    with db.read() as connection:
        return dict(connection.execute(text("SELECT key, value FROM meta")).all())


async def test_commit_waits_until_it_is_on_disk(db):
    """What was awaited can be read by anybody."""
    with Writer(db, {"meta": insert_meta}) as writer:
        await writer.commit("meta", {"key": "a", "value": "1"})
        assert stored(db) == {"a": "1"}


async def test_closing_writes_what_waits(db):
    """Leaving the block loses nothing that was put."""
    with Writer(db, {"meta": insert_meta}) as writer:
        for number in range(5000):
            writer.put("meta", {"key": str(number), "value": "x"})
    assert len(stored(db)) == 5000


async def test_many_waiters_share_commits(db):
    """Changes that wait together are committed together, and everybody is told."""
    commits = 0

    def counting(connection, rows):
        nonlocal commits
        commits += 1
        insert_meta(connection, rows)

    with Writer(db, {"meta": counting}) as writer:
        waiting = [writer.commit("meta", {"key": str(number), "value": "x"}) for number in range(200)]
        await asyncio.gather(*waiting)
    assert len(stored(db)) == 200
    assert commits < 100


async def test_barrier_waits_for_all_before_it(db):
    """After the barrier, everything put before it can be read."""
    with Writer(db, {"meta": insert_meta}) as writer:
        for number in range(50):
            writer.put("meta", {"key": str(number), "value": "x"})
        await writer.barrier()
        assert len(stored(db)) == 50


async def test_failed_commit_fails_everything_after_it(db):
    """When the ledger cannot be written, nothing more may be sent: every later change is refused."""
    with pytest.raises(StoreError, match=r"(?i)unique"), Writer(db, {"meta": insert_meta}) as writer:
        await writer.commit("meta", {"key": "a", "value": "1"})
        with pytest.raises(StoreError, match=r"(?i)unique"):
            await writer.commit("meta", {"key": "a", "value": "2"})
        with pytest.raises(StoreError, match=r"(?i)unique"):
            writer.put("meta", {"key": "b", "value": "1"})
        with pytest.raises(StoreError, match=r"(?i)unique"):
            await writer.commit("meta", {"key": "c", "value": "1"})
    assert stored(db) == {"a": "1"}


async def test_a_bug_in_a_statement_reaches_who_waits(db):
    """A bug does not kill the thread in silence and leave the run waiting for ever."""

    def broken(_connection, _rows):
        raise ZeroDivisionError("oops")

    with pytest.raises(EvenhandError, match="oops"), Writer(db, {"meta": broken}) as writer:
        await writer.commit("meta", {"key": "a", "value": "1"})
