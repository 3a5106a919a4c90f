"""Rating rows: exported ratings read back from JSONL, CSV or Parquet."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

from judge.errors import LogError, NotFoundError, UsageError
from judge.labeling.incoming import Incoming, Unfit, refuse
from judge.logs.lines import read_lines
from judge.logs.parquet import ParquetTable
from judge.logs.source import open_source
from judge.logs.tables import read_table
from judge.rubric.schema import allowed_scores
from judge.scales import Level
from judge.scores import Abstention, Quote, Rating, Reason
from judge.store import judges
from judge.store.ratings import IMPORT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from judge.logs.entry import Item
    from judge.logs.source import Source
    from judge.rubric.schema import Criterion, Rubric
    from judge.store.database import Database

NEEDED: Final = ("record_id", "criterion", "annotator")
_TEXTS: Final = ("record_id", "rubric", "criterion", "annotator", "note", "detail", "source")
_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠")


def read_rating_file(db: Database, path: str, rubric: Rubric | None) -> list[Incoming]:
    """Every rating of a file, or none where a row is no rating.

    Args:
        db: The database, which knows rubrics by the hash a row names.
        path: The file; its first bytes and its ending tell the format.
        rubric: The rubric of rows that name none, or one this database has never seen.

    Raises:
        LogError: The file cannot be read, or a row is no rating; the message tells which and why.
        UsageError: A row names no rubric, and none is given.
    """
    found: list[Incoming] = []
    problems: list[Unfit] = []
    rubrics: dict[str, Rubric] = {} if rubric is None else {rubric.hash: rubric}
    with open_source(path) as source:
        unit = "row " if source.is_parquet else ""
        for item in _items(source, path):
            where = f"{path}:{item.line}" if not unit else f"{path}: {unit}{item.line}"
            if not isinstance(item.value, dict):
                problems.append(Unfit(where, item.problem or "not an object"))
                continue
            try:
                found.append(_incoming(db, item.value, where, rubrics, rubric))
            except Unfit as problem:
                problems.append(problem)
    refuse(problems)
    return found


def _items(source: Source, path: str) -> Iterator[Item]:
    if source.is_parquet:
        return ParquetTable(source).items()
    if path.removesuffix(".gz").endswith((".csv", ".tsv")):
        return read_table(source)
    return read_lines(source)


def _incoming(
    db: Database, row: dict[str, Any], where: str, rubrics: dict[str, Rubric], rubric: Rubric | None
) -> Incoming:
    row = {name: _plain(name, value) for name, value in row.items()}
    missing = [name for name in NEEDED if not row.get(name)]
    if missing:
        raise Unfit(where, f"a rating needs {', '.join(NEEDED)}; this row has no {missing[0]}")
    mine = _rubric(db, row, where, rubrics, rubric)
    names = [criterion.name for criterion in mine.criteria]
    if row["criterion"] not in names:
        raise Unfit(where, f"{mine.name} has no criterion {row['criterion']!r}, only {', '.join(names)}")
    score, abstention = _said(row, mine.criterion(row["criterion"]), where)
    rating = Rating(
        record_id=row["record_id"],
        rubric=mine.name,
        criterion=row["criterion"],
        annotator=row["annotator"],
        score=score,
        abstention=abstention,
        evidence=_evidence(row.get("evidence"), where),
        note=row.get("note") or "",
        seconds=_number(row, "seconds", where),
        inclusion_probability=_chance(row, where),
        gold=str(row.get("gold") or "").lower() in {"true", "1"},
        time=_time(row.get("time"), where),
        repeat=int(_number(row, "repeat", where) or 0),
    )
    return Incoming(rating, mine, row.get("source") or IMPORT, where)


def _plain(name: str, value: Any) -> Any:
    """A cell as it was before it was written: a CSV file has an apostrophe before what could be a formula."""
    if isinstance(value, str) and value[:1] == "'" and value[1:].startswith(_FORMULA_SIGNS):
        value = value[1:]
    return str(value) if name in _TEXTS and value is not None else value


def _rubric(db: Database, row: dict[str, Any], where: str, rubrics: dict[str, Rubric], rubric: Rubric | None) -> Rubric:
    hash_ = row.get("rubric_hash")
    if not hash_:
        if rubric is None:
            raise UsageError("the rows do not say which rubric they answer", where=where, hint="add --rubric R")
        return rubric
    if hash_ not in rubrics:
        try:
            rubrics[hash_] = judges.rubric(db, hash_)
        except NotFoundError as error:
            raise LogError(
                f"the ratings were given under wording {hash_[:12]} of {row.get('rubric') or 'a rubric'}, "
                "which this database has never seen",
                where=where,
                hint="give the file of exactly that wording with --rubric",
            ) from error
    return rubrics[hash_]


def _said(row: dict[str, Any], criterion: Criterion, where: str) -> tuple[str | float | None, Abstention | None]:
    raw, reason = row.get("score"), row.get("reason")
    if (raw is None or raw == "") == (not reason):
        raise Unfit(where, "a rating has a score or a reason why there is none, exactly one")
    if reason:
        if reason not in list(Reason):
            raise Unfit(where, f"{reason!r} is no reason; allowed: {', '.join(Reason)}")
        return None, Abstention(Reason(reason), row.get("detail") or "")
    if criterion.scale.level is Level.INTERVAL and isinstance(raw, str):
        try:
            raw = float(raw)
        except ValueError as error:
            raise Unfit(where, f"{raw!r} is no number; {allowed_scores(criterion.scale)}") from error
    score = criterion.scale.read(raw)
    if score is None:
        raise Unfit(where, f"{raw!r} is not on the scale of {criterion.name}; {allowed_scores(criterion.scale)}")
    return score, None


def _evidence(value: Any, where: str) -> tuple[Quote, ...]:
    try:
        rows = orjson.loads(value) if isinstance(value, str) and value else value or []
        return tuple(Quote(r["source"], r["text"], r.get("start"), r.get("end"), r.get("role") or "") for r in rows)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unfit(where, "evidence is a list of objects with source, text, start, end and role") from error


def _number(row: dict[str, Any], name: str, where: str) -> float | None:
    value = row.get(name)
    if value is None or value == "":
        return None
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise Unfit(where, f"{name} is a number, found {value!r}") from error


def _chance(row: dict[str, Any], where: str) -> float | None:
    value = _number(row, "inclusion_probability", where)
    if value is not None and not 0 < value <= 1:
        raise Unfit(where, f"an inclusion probability is above 0 and at most 1, found {value:g}")
    return value


def _time(value: Any, where: str) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Unfit(where, f"{value!r} is no time; write it as 2026-09-01T12:00:00+00:00") from error
    if time.tzinfo is None:
        raise Unfit(where, f"{value!r} has no timezone; write it as 2026-09-01T12:00:00+00:00")
    return time
