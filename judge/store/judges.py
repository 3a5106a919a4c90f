"""Judges and the rubrics they use, as they were when they were used."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from judge.errors import NotFoundError
from judge.rubric.schema import Rubric
from judge.store.database import insert_new
from judge.store.tables import JUDGE, RATING, RECORD, RUBRIC

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.store.database import Database

FINGERPRINT_LENGTH = 32


@dataclass(frozen=True)
class Judge:
    """A judge model with the rubric version and the settings it judges by.

    Attributes:
        model: The model's spelling.
        rubric: The rubric.
        content: Everything else that can change a judgement: model identity, sampling, prompt version.
    """

    model: str
    rubric: Rubric
    content: Mapping[str, Any]

    @cached_property
    def fingerprint(self) -> str:
        """Hash of rubric content, model, parameters and prompt version: a calibration belongs to exactly one."""
        canonical = orjson.dumps(dict(self.content) | {"rubric": self.rubric.hash}, option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(canonical).hexdigest()[:FINGERPRINT_LENGTH]


def keep_rubric(db: Database, rubric: Rubric) -> None:
    """Keep a rubric's content under its hash."""
    content = rubric.model_dump(mode="json", by_alias=True)
    row = {"hash": rubric.hash, "name": rubric.name, "version": rubric.version, "content": content}
    with db.write() as connection:
        connection.execute(insert_new(connection, RUBRIC), row)


def keep(db: Database, judge: Judge) -> None:
    """Keep a judge under its fingerprint."""
    keep_rubric(db, judge.rubric)
    row = {
        "fingerprint": judge.fingerprint,
        "rubric_hash": judge.rubric.hash,
        "model": judge.model,
        "content": dict(judge.content),
    }
    with db.write() as connection:
        connection.execute(insert_new(connection, JUDGE), row)


def rubric(db: Database, hash_: str) -> Rubric:
    """A rubric by its content hash.

    Raises:
        NotFoundError: This database has never seen it.
    """
    with db.read() as connection:
        content = connection.scalar(select(RUBRIC.c.content).where(RUBRIC.c.hash == hash_))
    if content is None:
        raise NotFoundError(f"no rubric with hash {hash_[:12]} was ever used with this database")
    return Rubric.model_validate(content)


def find(db: Database, fingerprint: str) -> Judge:
    """A judge by its fingerprint.

    Raises:
        NotFoundError: This database has never seen it.
    """
    with db.read() as connection:
        row = connection.execute(select(JUDGE).where(JUDGE.c.fingerprint == fingerprint)).mappings().first()
    if row is None:
        raise NotFoundError(f"no judge with fingerprint {fingerprint[:12]} was ever used with this database")
    return Judge(model=row["model"], rubric=rubric(db, row["rubric_hash"]), content=row["content"])


def rated_rubrics(db: Database, dataset_id: int) -> dict[str, Rubric]:
    """Content hash -> rubric, of every rubric that a data set has ratings for."""
    query = (
        select(RUBRIC.c.hash, RUBRIC.c.content)
        .where(RUBRIC.c.hash.in_(select(RATING.c.rubric_hash).join(RECORD).where(RECORD.c.dataset_id == dataset_id)))
        .order_by(RUBRIC.c.name, RUBRIC.c.version)
    )
    with db.read() as connection:
        return {hash_: Rubric.model_validate(content) for hash_, content in connection.execute(query)}
