"""The ledger: every call is on it before it is sent, and its raw reply before it is read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson
from sqlalchemy import bindparam, func, insert, null, select, union_all, update

from judge.store import workers
from judge.store.database import insert_new
from judge.store.tables import CALL, PAST_CALL, now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Subquery

    from judge.store.database import Database

SENT: Final = "sent"
ANSWERED: Final = "answered"
FAILED: Final = "failed"


@dataclass(frozen=True, slots=True)
class Call:
    """A settled call as the ledger holds it; `reply` is a JSON object whose form is the caller's."""

    key: str
    reply: Mapping[str, Any]
    attempts: int
    prompt_tokens: int | None
    completion_tokens: int | None
    cost: float | None


@dataclass(frozen=True, slots=True)
class Totals:
    """What a run's own calls came to.

    Attributes:
        calls: Calls that were settled; one that failed and was asked anew counts again.
        attempts: Attempts that were sent for them.
        cost: US dollars, as far as known.
        unknown: Calls whose usage or price is unknown; their cost is not in `cost`.
        orphans: Calls that were sent and never settled: a crash came between.
        reserved: The most that orphans and calls of unknown cost can have cost, beyond `cost`.
        prompt_tokens: Tokens read, as far as known.
        completion_tokens: Tokens written, as far as known.
        latency: Mean seconds of a settled call; None without any.
    """

    calls: int
    attempts: int
    cost: float
    unknown: int
    orphans: int
    reserved: float
    prompt_tokens: int
    completion_tokens: int
    latency: float | None

    @property
    def retries(self) -> int:
        """Attempts beyond the first of each call, settled or not."""
        return max(0, self.attempts - self.calls - self.orphans)


def call_key(content: Mapping[str, Any]) -> str:
    """Hex sha256 of canonical JSON: equal content is the same call, whoever makes it and whenever."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def answered(db: Database, keys: Sequence[str]) -> dict[str, Call]:
    """The calls among these keys that have an answer already; ask for a few hundred at a time."""
    columns = (CALL.c.key, CALL.c.reply, CALL.c.attempts, CALL.c.prompt_tokens, CALL.c.completion_tokens, CALL.c.cost)
    query = select(*columns).where(CALL.c.key.in_(keys), CALL.c.state == ANSWERED)
    with db.read() as connection:
        return {row["key"]: Call(**row) for row in connection.execute(query).mappings()}


def write_sent(connection: Connection, rows: list[dict[str, Any]]) -> list[bool]:
    """Enter attempts of one worker before they are sent; the first attempt of a call claims it.

    Returns:
        For each row, whether it may be sent. It may not where the call is answered, or a living worker is asking it,
        be it by another row.
    """
    first = {row["key"]: row for row in rows if row["attempts"] == 1}
    later = [row for row in rows if row["attempts"] > 1]
    mine = _claim(connection, first) if first else set()
    if later:
        connection.execute(_GO_ON, [_renamed(row, _ATTEMPT) for row in later])
        mine |= _held(connection, [row["key"] for row in later], later[0]["worker"])
    return [_take(mine, row["key"]) for row in rows]


def _take(keys: set[str], key: str) -> bool:
    """Whether a key is there, for the first who asks: of two rows of one call in one commit, one is sent."""
    there = key in keys
    keys.discard(key)
    return there


def _claim(connection: Connection, rows: dict[str, dict[str, Any]]) -> set[str]:
    columns = select(CALL.c.key, CALL.c.state, CALL.c.worker).where(CALL.c.key.in_(rows))
    if connection.dialect.name == "postgresql":
        # One claims at a time: workers that wait for each other's rows in different orders would wait for ever.
        connection.execute(select(func.pg_advisory_xact_lock(_CLAIMING)))
    known = {row.key: row for row in connection.execute(columns)}
    alive = workers.living(connection, {row.worker for row in known.values() if row.worker}) if known else set()
    free = [key for key, row in known.items() if row.state != ANSWERED and row.worker not in alive]
    fresh = list(set(rows) - set(known))
    if fresh:
        connection.execute(insert_new(connection, CALL), [rows[key] for key in fresh])
    if free:
        # An orphan or a failure: what it may have cost is kept where the new asking cannot touch it.
        past = select(*(CALL.c[name] for name in _PAST)).where(CALL.c.key.in_(free))
        connection.execute(insert(PAST_CALL).from_select(_PAST, past))
        connection.execute(_ASK_ANEW, [_renamed(rows[key], _FIRST) for key in free])
    return _held(connection, [*fresh, *free], next(iter(rows.values()))["worker"])


def _held(connection: Connection, keys: list[str], worker: str | None) -> set[str]:
    query = select(CALL.c.key).where(CALL.c.key.in_(keys), CALL.c.worker == worker, CALL.c.state == SENT)
    return set(connection.scalars(query))


def _renamed(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {"call": row["key"], "holder": row["worker"]} | {f"new_{name}": row[name] for name in names}


def write_settled(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Enter what came back, save where another worker has taken the call over from one that seemed dead."""
    connection.execute(_SETTLE, rows)


def _new(names: Sequence[str]) -> dict[str, Any]:
    return {name: bindparam(f"new_{name}", type_=CALL.c[name].type) for name in names}


_CLAIMING: Final = 0x6576656E  # "even": any number that is ours
_PAST = tuple(column.name for column in PAST_CALL.c if column.name != "id")
_ATTEMPT = ("attempts", "reserved", "cost", "sent")
_FIRST = (*_ATTEMPT, "run_id", "fingerprint", "record_id", "state", "worker")
_SETTLED = ("state", "attempts", "reserved", "cost", "prompt_tokens", "completion_tokens", "latency")
_SETTLED_TEXT = ("answered_by", "problem", "detail", "reply", "settled")
_CALL = CALL.c.key == bindparam("call")
_MINE = _CALL & (CALL.c.worker == bindparam("holder"))
_GO_ON = update(CALL).where(_MINE).values(_new(_ATTEMPT))
_ASK_ANEW = (
    update(CALL)
    .where(_CALL, CALL.c.state != ANSWERED)
    .values(_new(_FIRST) | {"problem": None, "detail": None, "settled": None})
)
_SETTLE = update(CALL).where(_MINE).values(_new((*_SETTLED, *_SETTLED_TEXT)) | {"worker": None})


def settlement(key: str, worker: str, **values: Any) -> dict[str, Any]:
    """A row for `write_settled`; what is not given is empty."""
    row = dict.fromkeys((*_SETTLED, *_SETTLED_TEXT)) | {"settled": now()} | values
    return _renamed({"key": key, "worker": worker} | row, list(row))


def keeps_reply(row: Mapping[str, Any]) -> bool:
    """Whether a row for `write_settled` has a reply in it."""
    return bool(row["new_state"] == ANSWERED)


def askings() -> Subquery:
    """Every asking of every call, the present one and those before it, as one table."""
    names = ("fingerprint", "record_id", "run_id", "state", "attempts", "reserved", "cost", "sent")
    known = ("prompt_tokens", "completion_tokens", "latency")
    present = select(*(CALL.c[name] for name in (*names, *known)))
    past = select(*(PAST_CALL.c[name] for name in names), *(null().label(name) for name in known))
    return union_all(present, past).subquery("asking")


def sums(asking: Subquery) -> tuple[ColumnElement[Any], ...]:
    """The figures of `Totals`, in its order, over a table of askings."""
    settled = asking.c.state != SENT
    return (
        func.count().filter(settled),
        func.coalesce(func.sum(asking.c.attempts), 0),
        func.coalesce(func.sum(asking.c.cost), 0.0),
        func.count().filter(settled & asking.c.cost.is_(None)),
        func.count().filter(~settled),
        func.coalesce(func.sum(asking.c.reserved), 0.0),
        func.coalesce(func.sum(asking.c.prompt_tokens), 0),
        func.coalesce(func.sum(asking.c.completion_tokens), 0),
        func.avg(asking.c.latency),
    )


def totals(db: Database, run_id: int) -> Totals:
    """What the calls made by a run came to; answers it found on the ledger cost it nothing and are not in it."""
    asking = askings()
    with db.read() as connection:
        return Totals(*connection.execute(select(*sums(asking)).where(asking.c.run_id == run_id)).one())


def last_trouble(db: Database, run_id: int) -> str | None:
    """What the last call of a run met that ended without a reply; None where there is none such."""
    failed = (CALL.c.run_id == run_id, CALL.c.state == FAILED)
    query = select(CALL.c.problem, CALL.c.detail).where(*failed).order_by(CALL.c.settled.desc()).limit(1)
    with db.read() as connection:
        row = connection.execute(query).first()
    return None if row is None else row.detail or row.problem
