"""Rows: flat data out to JSONL, CSV or Parquet, without ever holding it all."""

from __future__ import annotations

import csv
import os
import sys
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, Final

import orjson

from judge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    Row = dict[str, Any]

NUMBERS: Final = frozenset(("probability", "cost", "seconds", "inclusion_probability", "latency", "feedback"))
WHOLE_NUMBERS: Final = frozenset(("repeat", "probability_repeats", "attempts", "prompt_tokens", "completion_tokens"))
TRUTHS: Final = frozenset(("gold", "from_ledger"))

_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠")
_CHUNK: Final = 2000


def write_rows(rows: Iterable[Row], columns: Sequence[str], *, format_: str, output: Path | None) -> int:
    """Write rows to a file or to standard output.

    A file appears whole or not at all. In CSV, text that a spreadsheet would run as a formula gets an apostrophe
    before it, and lists and objects are JSON; in Parquet, scores are text, and lists and objects are JSON text.

    Returns:
        How many rows.

    Raises:
        UsageError: There is no such format, or the output cannot be written.
    """
    writers: dict[str, Callable[[Iterable[Row], Sequence[str], BinaryIO], int]] = {
        "jsonl": _write_jsonl,
        "csv": _write_csv,
        "parquet": _write_parquet,
    }
    if format_ not in writers:
        raise UsageError(f"there is no format {format_!r}", where="--format", hint=f"one of {', '.join(writers)}")
    if output is None and format_ == "parquet" and sys.stdout.isatty():
        raise UsageError("Parquet is not for terminals", where="--format", hint="add -o FILE")
    with _opened(output) as stream:
        return writers[format_](rows, columns, stream)


@contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    unfinished = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        with unfinished.open("wb") as stream:
            yield stream
        unfinished.replace(output)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", where=str(output)) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _write_jsonl(rows: Iterable[Row], _columns: Sequence[str], stream: BinaryIO) -> int:
    count = 0
    for row in rows:
        stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS, default=str))
        count += 1
    return count


def _write_csv(rows: Iterable[Row], columns: Sequence[str], stream: BinaryIO) -> int:
    text = TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([_cell(row[name]) for name in columns])
        count += 1
    # The stream is not ours to close.
    text.detach()
    return count


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        value = _json(value) if value else ""
    if isinstance(value, str) and value.startswith(_FORMULA_SIGNS):
        return f"'{value}"
    return value


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS, default=str).decode()


def _write_parquet(rows: Iterable[Row], columns: Sequence[str], stream: BinaryIO) -> int:
    # PyArrow takes long to import, and only this format needs it.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    schema = pa.schema([(name, _arrow_type(pa, name)) for name in columns])
    count = 0
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        for chunk in _chunks(rows):
            arrays = [pa.array([_flat(row[name], name) for row in chunk], schema.field(name).type) for name in columns]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(chunk)
    return count


def _arrow_type(pa: Any, name: str) -> Any:
    if name in NUMBERS:
        return pa.float64()
    if name in WHOLE_NUMBERS:
        return pa.int64()
    return pa.bool_() if name in TRUTHS else pa.string()


def _flat(value: Any, name: str) -> Any:
    if isinstance(value, list | dict):
        return _json(value) if value else None
    if value is None or name in NUMBERS | WHOLE_NUMBERS | TRUTHS:
        return value
    return str(value)


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) >= _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
