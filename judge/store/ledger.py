"""The ledger: every call is on it before it is sent, and its raw reply before it is read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson
from sqlalchemy import bindparam, func, select, update

from judge.store.database import upsert
from judge.store.tables import CALL, now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

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
        calls: Calls that were settled.
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


def call_key(content: Mapping[str, Any]) -> str:
    """Hex sha256 of canonical JSON: equal content is the same call, whoever makes it and whenever."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def answered(db: Database, keys: Sequence[str]) -> dict[str, Call]:
    """The calls among these keys that have an answer already; ask for a few hundred at a time."""
    columns = (CALL.c.key, CALL.c.reply, CALL.c.attempts, CALL.c.prompt_tokens, CALL.c.completion_tokens, CALL.c.cost)
    query = select(*columns).where(CALL.c.key.in_(keys), CALL.c.state == ANSWERED)
    with db.read() as connection:
        return {row["key"]: Call(**row) for row in connection.execute(query).mappings()}


def write_sent(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Enter attempts before they are sent; a call that was answered meanwhile keeps its answer."""
    renewed = ("run_id", "state", "attempts", "reserved", "sent", "settled")
    connection.execute(upsert(connection, CALL, key=("key",), renewed=renewed, unless=CALL.c.state == ANSWERED), rows)


def write_settled(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Enter what came back."""
    connection.execute(_SETTLE, rows)


_SETTLED = ("state", "attempts", "reserved", "cost", "prompt_tokens", "completion_tokens", "latency")
_SETTLED_TEXT = ("answered_by", "problem", "detail", "reply", "settled")
_SETTLE = (
    update(CALL)
    .where(CALL.c.key == bindparam("call"))
    .values({name: bindparam(f"new_{name}", type_=CALL.c[name].type) for name in (*_SETTLED, *_SETTLED_TEXT)})
)


def settlement(key: str, **values: Any) -> dict[str, Any]:
    """A row for `write_settled`; what is not given is empty."""
    row = dict.fromkeys((*_SETTLED, *_SETTLED_TEXT)) | {"settled": now()} | values
    return {"call": key} | {f"new_{name}": value for name, value in row.items()}


def totals(db: Database, run_id: int) -> Totals:
    """What the calls made by a run came to; answers it found on the ledger cost it nothing and are not in it."""
    settled = CALL.c.state != SENT
    query = select(
        func.count().filter(settled),
        func.coalesce(func.sum(CALL.c.attempts), 0),
        func.coalesce(func.sum(CALL.c.cost), 0.0),
        func.count().filter(settled & CALL.c.cost.is_(None)),
        func.count().filter(~settled),
        func.coalesce(func.sum(CALL.c.reserved), 0.0),
        func.coalesce(func.sum(CALL.c.prompt_tokens), 0),
        func.coalesce(func.sum(CALL.c.completion_tokens), 0),
        func.avg(CALL.c.latency),
    ).where(CALL.c.run_id == run_id)
    with db.read() as connection:
        return Totals(*connection.execute(query).one())
