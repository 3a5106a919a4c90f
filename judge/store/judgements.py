"""Judgements in the store: written by runs and imports, read by exports and calibration."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, tuple_, update

from judge.rubric.pairs import asked_both_ways
from judge.rubric.repeats import Asked
from judge.scales import Level, Scale, Score
from judge.scores import Abstention, Judgement, Quote, Reason
from judge.store import judges
from judge.store.database import upsert
from judge.store.orders import combined, repeats_of
from judge.store.tables import CALL, JUDGEMENT, RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from judge.store.database import Database
    from judge.store.judges import Judge
    from judge.store.runs import Run

_KEY = ("run_id", "record_id", "fingerprint", "criterion", "repeat")
_RENEWED = (
    *("score", "reason", "detail", "probabilities", "rationale", "evidence", "suspicious", "call_key", "fresh"),
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A judgement with what the ledger says of its call.

    Attributes:
        key: Row key of the record.
        judgement: The judgement.
        fingerprint: The judge's.
        answered_by: The model name the provider gave, else None.
        attempts: Attempts of the call; 0 without a call.
        prompt_tokens: Tokens of the call, shared by all criteria asked in it.
        completion_tokens: As `prompt_tokens`.
        cost: US dollars of the call, shared by all criteria asked in it; None where unknown.
        fresh: Whether this run made the call; else it found the answer on the ledger.
    """

    key: int
    judgement: Judgement
    fingerprint: str
    answered_by: str | None
    attempts: int
    prompt_tokens: int | None
    completion_tokens: int | None
    cost: float | None
    fresh: bool


def to_row(judgement: Judgement, *, run_id: int, key: int, fingerprint: str, call: str | None, fresh: bool) -> Any:
    """The row of a judgement."""
    abstention = judgement.abstention
    return {
        "run_id": run_id,
        "record_id": key,
        "fingerprint": fingerprint,
        "rubric": judgement.rubric,
        "criterion": judgement.criterion,
        "repeat": judgement.repeat,
        "score": None if judgement.score is None else str(judgement.score),
        "reason": abstention.reason if abstention else None,
        "detail": abstention.detail if abstention else None,
        "probabilities": dict(judgement.probabilities) or None,
        "rationale": judgement.rationale or None,
        "evidence": quotes_to_json(judgement.evidence),
        "suspicious": list(judgement.suspicious) or None,
        "call_key": call,
        "fresh": fresh,
    }


def write(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Enter judgements; one that the run already has is replaced by its newer reading."""
    connection.execute(upsert(connection, JUDGEMENT, key=_KEY, renewed=_RENEWED), rows)


Place = tuple[int, str, str, int]
"""(record key, fingerprint, criterion, repeat): where in a run a judgement stands."""


_KEPT = JUDGEMENT.c.reason.is_distinct_from(str(Reason.UNREACHABLE))


def done(db: Database, run: Run, keys: Sequence[int]) -> set[Place]:
    """What the run has among these records; what could not be reached is not done."""
    columns = (JUDGEMENT.c.record_id, JUDGEMENT.c.fingerprint, JUDGEMENT.c.criterion, JUDGEMENT.c.repeat)
    query = select(*columns).where(JUDGEMENT.c.run_id == run.id, JUDGEMENT.c.record_id.in_(keys), _KEPT)
    with db.read() as connection:
        return {(row[0], row[1], row[2], row[3]) for row in connection.execute(query)}


def is_done(run: Run, items: int) -> ColumnElement[bool]:
    """A condition on a record of a query: that the run has this many judgements of it and need not ask again."""
    mine = (JUDGEMENT.c.run_id == run.id, JUDGEMENT.c.record_id == RECORD.c.id, _KEPT)
    return select(func.count()).select_from(JUDGEMENT).where(*mine).scalar_subquery() >= items


def count_done(db: Database, run: Run) -> tuple[int, int]:
    """How many judgements the run has already, those that could not be reached not counted: scored, abstained."""
    scored = func.count().filter(JUDGEMENT.c.score.is_not(None))
    query = select(scored, func.count()).where(JUDGEMENT.c.run_id == run.id, _KEPT)
    with db.read() as connection:
        with_score, count = connection.execute(query).one()
    return int(with_score), int(count - with_score)


def suspicious_keys(db: Database, run: Run, fingerprint: str) -> list[int]:
    """Row keys of the records of a run whose text raised a sign for a judge, ascending."""
    query = select(JUDGEMENT.c.record_id, JUDGEMENT.c.suspicious).where(
        JUDGEMENT.c.run_id == run.id, JUDGEMENT.c.fingerprint == fingerprint, JUDGEMENT.c.suspicious.is_not(None)
    )
    with db.read() as connection:
        # A sign of the record's text names its field after a colon; one of the reply names none.
        return sorted(
            {int(key) for key, signs in connection.execute(query) if any(":" in each for each in signs or ())}
        )


_TOLD = tuple(
    JUDGEMENT.c[name]
    for name in ("record_id", "score", "reason", "rationale", "evidence", "probabilities", "contested")
)
_AT_ONCE = 500


def rows(
    db: Database, run: Run, fingerprint: str, criterion: str, *, keys: Sequence[int] | None = None, turn: int = 0
) -> Iterator[Mapping[str, Any]]:
    """What a run's judge says on a criterion, one row a record: of a pair, what both orders come to.

    Args:
        db: The database.
        run: The run.
        fingerprint: The judge's.
        criterion: The criterion's name.
        keys: Only these records; all where left out.
        turn: Which repeat.
    """
    content = judges.find(db, fingerprint).content
    query = (
        select(*_TOLD)
        .where(
            JUDGEMENT.c.run_id == run.id,
            JUDGEMENT.c.fingerprint == fingerprint,
            JUDGEMENT.c.criterion == criterion,
            JUDGEMENT.c.repeat.in_(repeats_of(content, turn)),
        )
        .order_by(JUDGEMENT.c.record_id, JUDGEMENT.c.repeat)
    )
    parts = [keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE)] if keys is not None else [None]
    for part in parts:
        chosen = query if part is None else query.where(JUDGEMENT.c.record_id.in_(part))
        with db.read() as connection:
            found = connection.execution_options(yield_per=20_000).execute(chosen).mappings()
            yield from combined(found, both=asked_both_ways(content), place=itemgetter("record_id"))


def repeats(db: Database, run: Run, fingerprint: str, criterion: str) -> dict[int, list[str | None]]:
    """Row key of each record -> the score of every repeat as text, None where abstained."""
    query = select(JUDGEMENT.c.record_id, JUDGEMENT.c.score).where(
        JUDGEMENT.c.run_id == run.id, JUDGEMENT.c.fingerprint == fingerprint, JUDGEMENT.c.criterion == criterion
    )
    found: dict[int, list[str | None]] = {}
    with db.read() as connection:
        for key, score in connection.execution_options(yield_per=20_000).execute(query):
            found.setdefault(key, []).append(score)
    return found


def outcomes(db: Database, run: Run, judge: Judge) -> dict[tuple[int, str], str | None]:
    """(record key, criterion) -> the score as text, None where abstained; of the first repeat."""
    return {
        (row["record_id"], each.name): row["score"]
        for each in judge.rubric.criteria
        for row in rows(db, run, judge.fingerprint, each.name)
    }


def contest(db: Database, run: Run, fingerprint: str, differing: Mapping[tuple[int, str], str]) -> None:
    """Mark the judgements of a run that a second look contests, and no others."""
    mine = update(JUDGEMENT).where(JUDGEMENT.c.run_id == run.id, JUDGEMENT.c.fingerprint == fingerprint)
    one = mine.where(JUDGEMENT.c.record_id == bindparam("key"), JUDGEMENT.c.criterion == bindparam("named"))
    rows = [{"key": key, "named": criterion, "said": said} for (key, criterion), said in differing.items()]
    with db.write() as connection:
        connection.execute(mine.values(contested=None))
        if rows:
            connection.execute(one.values(contested=bindparam("said")), rows)


def contested(db: Database, run: Run) -> dict[tuple[str, str], int]:
    """(fingerprint, criterion) -> how many of its records are contested."""
    columns = (JUDGEMENT.c.fingerprint, JUDGEMENT.c.criterion)
    query = select(*columns, func.count(JUDGEMENT.c.record_id.distinct())).where(
        JUDGEMENT.c.run_id == run.id, JUDGEMENT.c.contested.is_not(None)
    )
    with db.read() as connection:
        return {(fingerprint, name): count for fingerprint, name, count in connection.execute(query.group_by(*columns))}


Counts = dict[tuple[str | None, str | None], int]
"""(score, reason) -> how many; score and reason exclude each other."""


def distribution(db: Database, run: Run) -> dict[tuple[str, str], Counts]:
    """(fingerprint, criterion) -> how its judgements came out; the two orders of a pair are one judgement."""
    both = {name for name in run.fingerprints if asked_both_ways(judges.find(db, name).content)}
    columns = (JUDGEMENT.c.fingerprint, JUDGEMENT.c.criterion, JUDGEMENT.c.score, JUDGEMENT.c.reason)
    mine = JUDGEMENT.c.run_id == run.id
    query = select(*columns, func.count()).where(mine, JUDGEMENT.c.fingerprint.not_in(both)).group_by(*columns)
    counts: dict[tuple[str, str], Counts] = {}
    with db.read() as connection:
        for fingerprint, criterion, score, reason, count in connection.execute(query):
            counts.setdefault((fingerprint, criterion), {})[score, reason] = count
        for row in _orders(connection, mine & JUDGEMENT.c.fingerprint.in_(both)) if both else ():
            count_of = counts.setdefault((row["fingerprint"], row["criterion"]), {})
            outcome = row["score"], row["reason"]
            count_of[outcome] = count_of.get(outcome, 0) + 1
    return counts


def _orders(connection: Connection, mine: ColumnElement[bool]) -> Iterator[Mapping[str, Any]]:
    """One row for the two orders of each pair, all turns of asking among them."""
    place = tuple(JUDGEMENT.c[name] for name in ("fingerprint", "criterion", "record_id", "repeat"))
    query = select(*place, JUDGEMENT.c.score, JUDGEMENT.c.reason).where(mine).order_by(*place)
    found = connection.execution_options(yield_per=20_000).execute(query).mappings()
    return combined(found, both=True, place=lambda row: (*(row[each.name] for each in place[:3]), row["repeat"] // 2))


def asked(db: Database, run: Run, *, after: int, records: int = 500) -> list[dict[str, Any]]:
    """The rows of a run that came from calls, for the next few records after a row key."""
    mine = (JUDGEMENT.c.run_id == run.id, JUDGEMENT.c.call_key.is_not(None), JUDGEMENT.c.record_id > after)
    keys = select(JUDGEMENT.c.record_id).where(*mine).distinct().order_by(JUDGEMENT.c.record_id).limit(records)
    query = select(JUDGEMENT).where(*mine, JUDGEMENT.c.record_id.in_(keys))
    with db.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def stream(db: Database, run: Run, scales: dict[tuple[str, str], Scale], *, size: int = 2000) -> Iterator[Stored]:
    """Every judgement of a run, by record and then in the order they were made.

    Args:
        db: The database.
        run: The run.
        scales: (fingerprint, criterion) -> its scale, which tells how scores are read.
        size: How many are held at once.
    """
    asked = Asked.by(run.settings)
    for _, group in groupby(_rows(db, run, size), key=itemgetter("record_id")):
        rows = list(group)
        said: dict[tuple[str, str], list[str | None]] = {}
        for row in rows:
            said.setdefault((row["fingerprint"], row["criterion"]), []).append(row["score"])
        for row in rows:
            place = row["fingerprint"], row["criterion"]
            yield _to_stored(row, scales[place], asked, said[place])


def _rows(db: Database, run: Run, size: int) -> Iterator[RowMapping]:
    call = (CALL.c.answered_by, CALL.c.attempts, CALL.c.prompt_tokens, CALL.c.completion_tokens, CALL.c.cost)
    base = (
        select(JUDGEMENT, RECORD.c.record_id.label("name"), *call)
        .join(RECORD, JUDGEMENT.c.record_id == RECORD.c.id)
        .outerjoin(CALL, JUDGEMENT.c.call_key == CALL.c.key)
        .where(JUDGEMENT.c.run_id == run.id)
        .order_by(JUDGEMENT.c.record_id, JUDGEMENT.c.id)
        .limit(size)
    )
    place = tuple_(JUDGEMENT.c.record_id, JUDGEMENT.c.id)
    after: tuple[int, int] = (0, 0)
    while True:
        with db.read() as connection:
            rows = connection.execute(base.where(place > after)).mappings().all()
        if not rows:
            return
        yield from rows
        after = (rows[-1]["record_id"], rows[-1]["id"])


def _to_stored(row: RowMapping, scale: Scale, asked: Asked, said: Sequence[str | None]) -> Stored:
    score = score_from_text(row["score"], scale)
    certain = asked.certainty(scale, score, row["probabilities"] or {}, said)
    judgement = Judgement(
        record_id=row["name"],
        rubric=row["rubric"],
        criterion=row["criterion"],
        score=score,
        abstention=Abstention(Reason(row["reason"]), row["detail"] or "") if row["reason"] else None,
        probabilities=certain.values,
        rationale=row["rationale"] or "",
        evidence=quotes_from_json(row["evidence"]),
        suspicious=tuple(row["suspicious"] or ()),
        repeat=row["repeat"],
        contested=row["contested"],
        repeats=certain.repeats,
        no_probability=str(certain.absent or ""),
    )
    same = ("fingerprint", "answered_by", "prompt_tokens", "completion_tokens", "cost", "fresh")
    values = {name: row[name] for name in same}
    return Stored(key=row["record_id"], judgement=judgement, attempts=row["attempts"] or 0, **values)


def score_from_text(text: str | None, scale: Scale) -> Score | None:
    """A score as it was before it was stored."""
    return float(text) if text is not None and scale.level is Level.INTERVAL else text


def quotes_to_json(quotes: Sequence[Quote]) -> list[list[Any]] | None:
    """Quotes as short rows."""
    return [[q.source, q.text, q.start, q.end, q.role] for q in quotes] or None


def quotes_from_json(rows: list[list[Any]] | None) -> tuple[Quote, ...]:
    """Quotes from their rows."""
    return tuple(Quote(*row) for row in rows or ())
