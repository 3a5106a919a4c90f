"""Cases: items that two annotators or more have rated, with what they said and what was decided."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from judge.errors import UsageError
from judge.labeling.passages import passages_of
from judge.store.datasets import to_record
from judge.store.judgements import quotes_from_json, score_from_text
from judge.store.labeling_tables import ADJUDICATION, ANNOTATOR, ITEM
from judge.store.tables import RATING, RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from judge.labeling.desk import Passage
    from judge.labeling.study import Study
    from judge.scales import Score
    from judge.scores import Quote


@dataclass(frozen=True, slots=True)
class Voice:
    """What one rater said on one criterion; who it was is not told.

    Attributes:
        rater: ``A``, ``B``, ...: in an order that is random for each item and stays.
        score: The value; None where there is none.
        reason: Why there is none, else empty.
        note: Their remark.
        evidence: What they highlighted.
    """

    rater: str
    score: Score | None
    reason: str
    note: str
    evidence: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The newest decision on a criterion of an item.

    Attributes:
        score: The gold value.
        by: Who decided.
        version: How often it was decided.
        note: Why.
        decided: When.
    """

    score: Score
    by: str
    version: int
    note: str
    decided: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """An item with what its raters said.

    Attributes:
        item: Its code.
        passages: The texts of the record.
        voices: Criterion -> what the raters said, A first.
        disputed: The criteria on which they differ.
        decisions: Criterion -> the decision, where there is one.
    """

    item: str
    passages: tuple[Passage, ...]
    voices: dict[str, tuple[Voice, ...]]
    disputed: tuple[str, ...]
    decisions: dict[str, Decision]

    @property
    def seen(self) -> str:
        """Changes whenever anything that was said or decided does."""
        return hashlib.blake2b(repr((self.voices, self.decisions)).encode(), digest_size=16).hexdigest()

    @property
    def open(self) -> tuple[str, ...]:
        """The disputed criteria that are not decided."""
        return tuple(name for name in self.disputed if name not in self.decisions)


def item_of(connection: Connection, study: Study, code: str) -> RowMapping:
    """The row of an item of a study.

    Raises:
        UsageError: There is none of that code.
    """
    query = select(ITEM).where(ITEM.c.study_id == study.id, ITEM.c.code == code, ITEM.c.training.is_(False))
    row = connection.execute(query).mappings().first()
    if row is None:
        raise UsageError(f"study {study.name} has no item {code!r}")
    return row


def case_of(connection: Connection, study: Study, code: str) -> Case:
    """An item with what its raters said.

    Raises:
        UsageError: Too few have rated it.
    """
    item_of(connection, study, code)
    case = next((case for case in cases_of(connection, study, code) if case.item == code), None)
    if case is None:
        raise UsageError("two annotators must have rated an item before it is adjudicated")
    return case


def cases_of(connection: Connection, study: Study, code: str | None = None) -> list[Case]:
    """Every item that two or more have rated, without its texts; or one alone with them."""
    query = (
        select(ITEM.c.id.label("item_key"), ITEM.c.code, RECORD)
        .join(RECORD, RECORD.c.id == ITEM.c.record_id)
        .where(ITEM.c.study_id == study.id, ITEM.c.training.is_(False))
        .order_by(ITEM.c.id)
    )
    rows = connection.execute(query if code is None else query.where(ITEM.c.code == code)).mappings().all()
    said = said_of(connection, study, [row["id"] for row in rows] if code else None)
    decisions = decisions_of(connection, study)
    found = []
    for row in rows:
        raters = said.get(row["id"], {})
        if len(raters) < 2:  # noqa: PLR2004 - to differ takes two
            continue
        order = letters(study, row["id"], list(raters))
        voices = {c.name: _voices(raters, order, c.name, c.scale) for c in study.rubric.criteria}
        disputed = tuple(name for name, some in voices.items() if len({(v.score, v.reason) for v in some}) > 1)
        shown = passages_of(to_record(row), study.rubric) if code else ()
        found.append(Case(row["code"], shown, voices, disputed, decisions.get(row["item_key"], {})))
    return found


def said_of(
    connection: Connection, study: Study, records: Sequence[int] | None
) -> dict[int, dict[str, dict[str, RowMapping]]]:
    """Record -> annotator -> criterion -> the rating in force."""
    query = select(RATING).where(
        RATING.c.source == study.name,
        RATING.c.rubric_hash == study.rubric.hash,
        RATING.c.repeat == 0,
        RATING.c.gold.is_(False),
    )
    query = query if records is None else query.where(RATING.c.record_id.in_(records))
    found: dict[int, dict[str, dict[str, RowMapping]]] = {}
    for row in connection.execute(query.order_by(RATING.c.version)).mappings():
        found.setdefault(row["record_id"], {}).setdefault(row["annotator"], {})[row["criterion"]] = row
    return found


def letters(study: Study, record: int, names: Sequence[str]) -> list[str]:
    """The raters in an order that says nothing of who they are, and is the same each time."""

    def place(name: str) -> bytes:
        return hashlib.blake2b(f"{study.seed}/{study.name}/{record}/{name}".encode(), digest_size=8).digest()

    return sorted(names, key=place)


def _voices(
    raters: dict[str, dict[str, RowMapping]], order: Sequence[str], criterion: str, scale: Any
) -> tuple[Voice, ...]:
    return tuple(
        Voice(
            rater=ascii_uppercase[number % 26],
            score=score_from_text(row["score"], scale),
            reason=row["reason"] or "",
            note=row["note"] or "",
            evidence=quotes_from_json(row["evidence"]),
        )
        for number, name in enumerate(order)
        if (row := raters[name].get(criterion)) is not None
    )


def decisions_of(connection: Connection, study: Study) -> dict[int, dict[str, Decision]]:
    """Item -> criterion -> the newest decision."""
    names = select(ANNOTATOR.c.name).where(ANNOTATOR.c.id == ADJUDICATION.c.annotator_id)
    query = (
        select(ADJUDICATION, RATING.c.score, names.scalar_subquery().label("who"))
        .join(RATING, RATING.c.id == ADJUDICATION.c.rating_id)
        .where(ADJUDICATION.c.study_id == study.id)
        .order_by(ADJUDICATION.c.version)
    )
    found: dict[int, dict[str, Decision]] = {}
    for row in connection.execute(query).mappings():
        score = score_from_text(row["score"], study.rubric.criterion(row["criterion"]).scale)
        if score is not None:
            made = Decision(score, row["who"], row["version"], row["note"] or "", row["decided"])
            found.setdefault(row["item_id"], {})[row["criterion"]] = made
    return found
