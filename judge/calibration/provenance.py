"""Provenance: which judge, records, ratings, draws, prices and versions a calibration rests on."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from judge.store import datasets, ledger, tunings
from judge.store.labeling_tables import STUDY
from judge.store.ratings import IMPORT
from judge.store.tables import RATING, RECORD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.calibration.calibrate import Calibration
    from judge.store.database import Database
    from judge.store.datasets import Dataset

PACKAGES: Final = ("evenhand", "numpy", "scipy", "krippendorff")


@dataclass(frozen=True, slots=True)
class Design:
    """How ratings of one source came about.

    Attributes:
        source: ``import`` or a study's name.
        ratings: How many it gave, all versions counted.
        method: How items were drawn, in a few words.
        seed: Seed of the draw, where there was one.
    """

    source: str
    ratings: int
    method: str
    seed: int | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a calibration rests on.

    Attributes:
        records: Records in the data set.
        dataset_hash: Hex sha256 over the ids and content hashes of the data set's records, in their order.
        designs: Where the ratings come from.
        seed: Seed of the run's draw; None where it drew nothing.
        price: US dollars per million tokens, as the run noted them; None where unknown.
        totals: What the run's calls came to.
        versions: Package -> version.
    """

    records: int
    dataset_hash: str
    designs: tuple[Design, ...]
    seed: int | None
    price: Mapping[str, Any] | None
    totals: ledger.Totals
    versions: Mapping[str, str]


def trace(db: Database, calibration: Calibration) -> Provenance:
    """Where a calibration's figures come from."""
    run = calibration.run
    dataset = datasets.find(db, run.dataset)
    selection = run.settings.get("selection") or {}
    records, digest = dataset_hash(db, dataset)
    hashes = {hash_ for each in calibration.criteria for hash_ in tunings.wordings(db, each.rubric.hash)}
    return Provenance(
        records=records,
        dataset_hash=digest,
        designs=tuple(_told(each, calibration) for each in _designs(db, dataset, hashes, calibration.study)),
        seed=selection.get("seed") if selection.get("sample") else None,
        price=run.settings.get("price"),
        totals=ledger.totals(db, run.id),
        versions={"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
    )


def _told(design: Design, calibration: Calibration) -> Design:
    if not calibration.unseen:
        return design
    return replace(design, method=f"{design.method}; without what tuned the rubric or stands in it as an example")


def dataset_hash(db: Database, dataset: Dataset) -> tuple[int, str]:
    """How many records a data set has, and the hash of them all."""
    query = select(RECORD.c.record_id, RECORD.c.digest).where(RECORD.c.dataset_id == dataset.id).order_by(RECORD.c.id)
    whole, count = hashlib.sha256(), 0
    with db.read() as connection:
        for part in connection.execution_options(yield_per=20_000).execute(query).partitions():
            count += len(part)
            whole.update("".join(f"{name}\0{digest}\n" for name, digest in part).encode())
    return count, whole.hexdigest()


def _designs(db: Database, dataset: Dataset, hashes: set[str], study: str | None) -> list[Design]:
    stored = func.count(RATING.c.inclusion_probability)
    query = (
        select(RATING.c.source, func.count(), stored)
        .join(RECORD, RATING.c.record_id == RECORD.c.id)
        .where(RECORD.c.dataset_id == dataset.id, RATING.c.rubric_hash.in_(hashes))
        .group_by(RATING.c.source)
        .order_by(RATING.c.source)
    )
    with db.read() as connection:
        rows = [tuple(row) for row in connection.execute(query) if study is None or row[0] == study]
        studies = {row.name: row for row in connection.execute(select(STUDY).where(STUDY.c.dataset_id == dataset.id))}
    return [_design(source, count, known, studies.get(source)) for source, count, known in rows]


def _design(source: str, count: int, known: int, study: Any) -> Design:
    if study is not None:
        return Design(source, count, _drawn(study.design), study.seed)
    if known == count:
        return Design(source, count, "weighted by the inclusion probabilities that came with the ratings", None)
    where = "imported with their log" if source == IMPORT else "from elsewhere"
    return Design(
        source, count, f"{where}; taken as drawn at random among the items to which the judge gave one score", None
    )


def _drawn(design: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in design.items() if isinstance(value, str | int | float))
