"""Taking: new lines of files into the data set, and new records of the data set in the order they came."""

from __future__ import annotations

import glob
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from judge.importing import Importer
from judge.logs.lines import Place
from judge.store.datasets import to_record
from judge.store.tables import JUDGEMENT, RECORD

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from judge.monitoring.form import Watch
    from judge.records import Record
    from judge.settings import Settings
    from judge.store.database import Database
    from judge.store.datasets import Dataset
    from judge.store.watches import Kept

LOT: Final = 2000
"""Records that are taken at once."""

SEAM: Final = 1 << 16
"""Bytes at the beginning and at the end of a file by which it is known again."""

ENDINGS: Final = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".gz")
"""What a log in a folder is called."""


def take_files(
    db: Database, watch: Watch, kept: Kept, settings: Settings, *, more: Sequence[str], tell: Callable[[str], None]
) -> int:
    """Import every file that is new or has changed since it was last looked at.

    A plain JSONL file that has only grown is read from where it ended. A record that is known already is left alone, so
    a file that was written anew, or is imported again after a crash, adds only what is new in it. Bad lines are kept in
    ``DATASET.rejects.jsonl``.

    Args:
        db: The database.
        watch: What is watched.
        kept: The watch in the store, whose state learns what was taken.
        settings: The operator's settings.
        more: Further files of this once, such as ``-`` for standard input.
        tell: Called with what a person should see.

    Returns:
        How many records were new.
    """
    marks: dict[str, Any] = kept.state.setdefault("files", {})
    changed = {name: mark for name in found_files(watch.files) if (mark := _mark(name)) != marks.get(name, [])[:2]}
    if not changed and not more:
        return 0
    importer = Importer(db, watch.dataset, settings=settings, rejects=Path(f"{watch.dataset}.rejects.jsonl"))
    for name, mark in changed.items():
        place = importer.read(name, after=_grown(name, marks.get(name, [])))
        changed[name] = [*mark, place.size, place.lines, _seam(name, place.size)]
    for name in more:
        importer.read(name)
    report = importer.finish()
    if report.new or report.rejected:
        tell(str(report))
    marks.update(changed)
    return report.new


def found_files(patterns: Sequence[str]) -> list[str]:
    """The files that patterns mean, by name: files, globs, or folders with logs in them."""
    found: set[str] = set()
    for pattern in patterns:
        if Path(pattern).is_dir():
            inside = (path for path in Path(pattern).iterdir() if path.suffix in ENDINGS and path.is_file())
            found |= {str(path.resolve()) for path in inside}
        else:
            found |= {str(Path(name).resolve()) for name in glob.glob(pattern, recursive=True) if Path(name).is_file()}  # noqa: PTH207 - a pattern may be absolute
    return sorted(found)


def _mark(name: str) -> list[Any]:
    stat = Path(name).stat()
    return [stat.st_size, stat.st_mtime_ns]


def _grown(name: str, mark: Sequence[Any]) -> Place | None:
    """Where a file ended that has only grown since; None where it was not read before, or was written anew."""
    if len(mark) < 5 or not mark[2]:  # noqa: PLR2004 - marks of older versions have two parts
        return None
    size, lines, seam = mark[2:]
    return Place(size, lines) if seam == _seam(name, size) else None


def _seam(name: str, size: int) -> str:
    """A hash of a file's first bytes and of those before a place: they stay as they are while it only grows."""
    if not size:
        return ""
    with Path(name).open("rb") as file:
        head = file.read(min(size, SEAM))
        file.seek(max(0, size - SEAM))
        before = file.read(min(size, SEAM))
    return hashlib.blake2b(head + before, digest_size=16).hexdigest()


def next_disliked(db: Database, kept: Kept, fingerprints: Collection[str], since: datetime) -> list[tuple[int, Record]]:
    """Records that were folded and unjudged when their negative feedback came, a lot at most.

    Args:
        db: The database.
        kept: The watch in the store: what lies behind its cursor is folded.
        fingerprints: The judges in force; a record is unjudged where one of them has not looked at it.
        since: Only records answered since then.
    """
    seen = select(func.count(JUDGEMENT.c.fingerprint.distinct())).where(
        JUDGEMENT.c.record_id == RECORD.c.id, JUDGEMENT.c.fingerprint.in_(fingerprints)
    )
    query = select(RECORD).where(
        RECORD.c.dataset_id == kept.dataset_id,
        RECORD.c.id <= int(kept.state.get("after", 0)),
        RECORD.c.time >= since,
        RECORD.c.feedback <= 0,
        seen.scalar_subquery() < len(set(fingerprints)),
    )
    with db.read() as connection:
        rows = connection.execute(query.order_by(RECORD.c.id).limit(LOT)).mappings().all()
    return [(int(row["id"]), to_record(row)) for row in rows]


def next_lot(db: Database, dataset: Dataset, after: int) -> list[tuple[int, Record]]:
    """The next records after a row key, in the order they came, with their row keys."""
    query = select(RECORD).where(RECORD.c.dataset_id == dataset.id, RECORD.c.id > after).order_by(RECORD.c.id)
    with db.read() as connection:
        if connection.dialect.name == "postgresql":
            # Keys are given out before they are committed: waiting for writers in flight keeps the cursor from
            # passing by a record that shows up under a smaller key a moment later.
            connection.exec_driver_sql("LOCK TABLE record IN SHARE MODE")
        rows = connection.execute(query.limit(LOT)).mappings().all()
    return [(int(row["id"]), to_record(row)) for row in rows]
