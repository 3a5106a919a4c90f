"""Own work: what an annotator has rated, and how far they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from judge.labeling.claims import candidates, held, is_repeated
from judge.labeling.desk import Answer, DeskItem, Entry, Mark, PastRating, Progress
from judge.labeling.passages import opening_of, passages_of
from judge.labeling.study import State
from judge.scores import Abstention, Reason
from judge.store.datasets import to_record
from judge.store.judgements import quotes_from_json, score_from_text
from judge.store.labeling_tables import ASSIGNMENT, CLAIM, ITEM, PRESS
from judge.store.tables import RATING, RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from judge.labeling.people import Seat
    from judge.labeling.study import Study

DONE = "every item has its ratings, or is in somebody's hands"
ENOUGH = "you have rated all that was meant for you"


def progress(connection: Connection, study: Study, seat: Seat, now: datetime) -> Progress:
    """How far an annotator is."""
    mine = (CLAIM.c.study_id == study.id, CLAIM.c.annotator_id == seat.annotator)
    done = connection.scalar(select(func.count()).select_from(CLAIM).where(*mine, CLAIM.c.done.is_not(None)))
    closed = f"the study is {study.state}" if study.state is not State.OPEN else ""
    if not closed and not held(connection, study, seat):
        firsts = connection.scalar(select(func.count()).select_from(CLAIM).where(*mine, CLAIM.c.repeat == 0)) or 0
        if seat.most is not None and firsts >= seat.most:
            closed = ENOUGH
        elif not candidates(connection, study, seat, now):
            closed = DONE
    return Progress(done=int(done or 0), assigned=_assigned(connection, study, seat), closed=closed)


def _assigned(connection: Connection, study: Study, seat: Seat) -> int | None:
    """Items there are for the annotator: fixed where they are limited, or where everybody rates everything."""
    if seat.most is not None:
        return seat.most
    people = (
        select(func.count())
        .select_from(ASSIGNMENT)
        .where(ASSIGNMENT.c.study_id == study.id, ASSIGNMENT.c.active.is_(True))
    )
    query = select(ITEM.c.record_id, ITEM.c.raters).where(ITEM.c.study_id == study.id, ITEM.c.training.is_(False))
    items = connection.execute(query).all()
    if int(connection.scalar(people) or 0) > min((row.raters for row in items), default=0):
        return None
    return len(items) + sum(is_repeated(study, seat, row.record_id) for row in items)


def history(connection: Connection, study: Study, seat: Seat, *, limit: int, offset: int) -> list[PastRating]:
    """An annotator's ratings, those saved last first."""
    last = (
        select(PRESS.c.claim_id, func.max(PRESS.c.id).label("last"), func.min(PRESS.c.id).label("first"))
        .where(PRESS.c.study_id == study.id, PRESS.c.annotator_id == seat.annotator)
        .group_by(PRESS.c.claim_id)
        .subquery()
    )
    newest, oldest = PRESS.alias("newest"), PRESS.alias("oldest")
    columns = (CLAIM.c.repeat, CLAIM.c.shown, ITEM.c.code, ITEM.c.again)
    saved = (newest.c.flagged, newest.c.saved, newest.c.version, oldest.c.seconds, oldest.c.rushed)
    query = (
        select(*columns, *saved, RECORD)
        .select_from(last)
        .join(CLAIM, CLAIM.c.id == last.c.claim_id)
        .join(ITEM, ITEM.c.id == CLAIM.c.item_id)
        .join(RECORD, RECORD.c.id == ITEM.c.record_id)
        .join(newest, newest.c.id == last.c.last)
        .join(oldest, oldest.c.id == last.c.first)
        .order_by(newest.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    rows = connection.execute(query).mappings().all()
    given = _given(connection, study, seat, [row["id"] for row in rows])
    return [_past(row, study, given.get((row["id"], row["repeat"], row["version"]), [])) for row in rows]


def reopen(connection: Connection, study: Study, seat: Seat, code: str) -> DeskItem | None:
    """An item the annotator has rated, with their newest answers; None where there is none."""
    query = (
        select(CLAIM.c.repeat, CLAIM.c.shown, PRESS.c.key, PRESS.c.flagged, PRESS.c.seconds, PRESS.c.pressed)
        .add_columns(PRESS.c.version, RECORD)
        .join(ITEM, ITEM.c.id == CLAIM.c.item_id)
        .join(RECORD, RECORD.c.id == ITEM.c.record_id)
        .join(PRESS, PRESS.c.claim_id == CLAIM.c.id)
        .where(
            CLAIM.c.study_id == study.id,
            CLAIM.c.annotator_id == seat.annotator,
            ((ITEM.c.code == code) & (CLAIM.c.repeat == 0)) | ((ITEM.c.again == code) & (CLAIM.c.repeat == 1)),
        )
        .order_by(PRESS.c.version.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    ratings = _given(connection, study, seat, [row["id"]])[row["id"], row["repeat"], row["version"]]
    entry = Entry(
        key=row["key"],
        item=code,
        answers=_answers(ratings, study),
        note=ratings[0]["note"] or "",
        flagged=row["flagged"],
        seconds=row["seconds"],
        pressed=row["pressed"],
    )
    shown = passages_of(to_record(row), study.rubric)
    return DeskItem(id=code, passages=shown, order=row["shown"], given=entry)


def _given(
    connection: Connection, study: Study, seat: Seat, records: Sequence[int]
) -> dict[tuple[int, int, int], list[RowMapping]]:
    """(record, repeat, version) -> the annotator's rating rows."""
    query = select(RATING).where(
        RATING.c.record_id.in_(records),
        RATING.c.source == study.name,
        RATING.c.annotator == seat.name,
        RATING.c.rubric_hash == study.rubric.hash,
    )
    found: dict[tuple[int, int, int], list[RowMapping]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault((row["record_id"], row["repeat"], row["version"]), []).append(row)
    return found


def _past(row: RowMapping, study: Study, ratings: Sequence[RowMapping]) -> PastRating:
    return PastRating(
        item=row["again"] if row["repeat"] else row["code"],
        order=row["shown"],
        answers=_answers(ratings, study),
        version=row["version"],
        saved=row["saved"],
        note=(ratings[0]["note"] or "") if ratings else "",
        flagged=row["flagged"],
        seconds=row["seconds"],
        rushed=row["rushed"],
        opening=opening_of(to_record(row)),
    )


def _answers(rows: Sequence[RowMapping], study: Study) -> tuple[Answer, ...]:
    by_criterion = {row["criterion"]: row for row in rows}
    return tuple(_answer(by_criterion[c.name], c) for c in study.rubric.criteria if c.name in by_criterion)


def _answer(row: RowMapping, criterion: Any) -> Answer:
    quotes = quotes_from_json(row["evidence"])
    return Answer(
        criterion=criterion.name,
        score=score_from_text(row["score"], criterion.scale),
        abstention=Abstention(Reason(row["reason"]), row["detail"] or "") if row["reason"] else None,
        marks=tuple(Mark(q.source, q.start, q.end) for q in quotes if q.start is not None and q.end is not None),
    )
