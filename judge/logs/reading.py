"""Readings: a log as a lazy stream of entries, feedback and rejects."""

from __future__ import annotations

import json
from collections import Counter
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

from judge.errors import LogError
from judge.logs.aliases import ALIASES, RESPONSE_NAMES, plain_name
from judge.logs.cells import cell_value
from judge.logs.dialect import DIALECTS, FORMATS, Dialect, dialect_of
from judge.logs.document import read_document
from judge.logs.draft import entry_of
from judge.logs.entry import REJECT_CHARS, Entry, Feedback, Item, Passed, Reject, Unreadable
from judge.logs.lines import Place, read_lines
from judge.logs.mapping import read_mapping
from judge.logs.parquet import ParquetTable
from judge.logs.rows import RowReader
from judge.logs.shape import Shape, shape_of
from judge.logs.source import open_source
from judge.logs.tables import read_header, read_table
from judge.logs.values import feedback_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from pathlib import Path

    from judge.logs.mapping import FieldMap
    from judge.logs.source import Source

SNIFFED_ROWS: Final = 20
"""Rows that are looked at to tell which tool wrote a log."""

_EARLY: Final = 100
_FEEDBACK_FOR: Final = "feedback_for"
_ANSWERING: Final = RESPONSE_NAMES | {plain_name(name) for name in ALIASES["messages"]}
_UNITS: Final = {Shape.PARQUET: "row", Shape.DOCUMENT: "element"}


class Reading:
    """The entries of a log, one after the other; nothing is opened before the first is asked for.

    Attributes:
        file: The file, or ``-``.
        format: What wrote it, known from the first entry on.
        passed: What was passed over because it is about no response -> how often.
        notes: What was kept as metadata because it could not be read as a field -> how often.
        place: How far the lines of a plain JSONL file were read; at 0 for any other log.
    """

    def __init__(self, file: str, format_: str, mapping: FieldMap, after: Place | None = None) -> None:
        self.file = file
        self.format = format_
        self.passed: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        self._mapping = mapping
        self._after = after or Place()
        self.place = Place()
        self._unit = "line"
        self._stream = self._read()

    def __iter__(self) -> Iterator[Entry | Feedback | Reject]:
        return self._stream

    def __next__(self) -> Entry | Feedback | Reject:
        return next(self._stream)

    def close(self) -> None:
        """Give back the file before its end."""
        self._stream.close()

    def _read(self) -> Generator[Entry | Feedback | Reject, None, None]:
        with open_source(self.file) as source:
            items = self._items(source)
            first = list(islice(items, SNIFFED_ROWS))
            dialect = self._dialect(first)
            self.format = dialect.name
            reader = RowReader(self._mapping)
            if self._after.size and self._shape is Shape.LINES and source.in_file:
                # The head has told what wrote the log; what it says was read before.
                self.place = self._after
                for item in read_lines(source, self.place):
                    yield from self._entries(item, dialect, reader)
                return
            number = 0
            for number, item in enumerate(chain(first, items), start=1):
                yield from self._entries(item, dialect, reader)
                if number == _EARLY:
                    self._refuse_missing_response()
            if number:
                self._mapping.refuse_unseen(self.file)

    def _items(self, source: Source) -> Iterator[Item]:
        shape = self._shape = shape_of(source)
        self._unit = _UNITS.get(shape, "line")
        if shape is Shape.PARQUET:
            table = ParquetTable(source)
            self._check_columns(table.columns)
            return table.items()
        if shape is Shape.CSV:
            names, _ = read_header(source)
            self._check_columns(names)
            return read_table(source)
        if shape is Shape.DOCUMENT:
            return read_document(source)
        return read_lines(source, self.place if source.in_file else None)

    def _dialect(self, first: list[Item]) -> Dialect:
        if self.format != "auto":
            return next(dialect for dialect in DIALECTS if dialect.name == self.format)
        return dialect_of(item.value for item in first if not item.problem)

    def _entries(self, item: Item, dialect: Dialect, reader: RowReader) -> Iterator[Entry | Feedback | Reject]:
        if item.problem:
            yield Reject(self.file, item.line, item.problem, shown_raw(item.raw), self._unit)
            return
        if _FEEDBACK_FOR in item.value:
            yield self._feedback(item)
            return
        for part in dialect.parts(item.value):
            try:
                for draft in dialect.drafts(part, reader):
                    yield entry_of(draft, item.line, self.notes)
            except Passed as passed:
                self.passed[passed.reason] += 1
            except Unreadable as problem:
                raw = shown_raw(item.raw if part is item.value else part)
                yield Reject(self.file, item.line, problem.reason, raw, self._unit)

    def _feedback(self, item: Item) -> Feedback | Reject:
        value = feedback_of(item.value.get("feedback"))
        if value is None:
            return Reject(
                self.file, item.line, "feedback that is no thumb and no number", shown_raw(item.raw), self._unit
            )
        return Feedback(str(item.value[_FEEDBACK_FOR]), value, item.line)

    def _check_columns(self, columns: list[str]) -> None:
        self._mapping.refuse_unseen(self.file, columns)
        if "response" not in self._mapping.fields and not any(plain_name(name) in _ANSWERING for name in columns):
            shown = ", ".join(columns[:SNIFFED_ROWS])
            hint = f"name it: --map response=COLUMN; the columns are: {shown}"
            raise LogError("no column holds a response", where=self.file, hint=hint)

    def _refuse_missing_response(self) -> None:
        """Stop early where the response is mapped to nothing, instead of rejecting every row."""
        if self._mapping.fields.get("response") in self._mapping.unseen:
            self._mapping.refuse_unseen(self.file)


def read_row(row: Mapping[str, Any], mapping: Mapping[str, str] | None = None, *, place: int = 0) -> Entry:
    """Read one row that is in memory already: a dict, or a row of a data frame.

    Args:
        row: The row, with the usual names of the fields or mapped ones.
        mapping: As for `read_log`.
        place: Where it stands, for the error.

    Raises:
        LogError: It cannot be read, or the mapping names no field of a record.
    """
    reader = RowReader(read_mapping(mapping))
    try:
        values = {str(name): cell_value(value, str(name)) for name, value in row.items()}
        return entry_of(reader.draft(values), place, Counter())
    except Unreadable as problem:
        raise LogError(problem.reason, where=f"row {place}") from problem


def shown_raw(raw: Any) -> str:
    """The raw text of a reject, cut to `REJECT_CHARS` characters with a note of how many there were."""
    if isinstance(raw, bytes):
        text = raw.decode("utf-8", "backslashreplace").rstrip("\r\n")
    else:
        text = raw.rstrip("\r\n") if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False, default=str)
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if len(text) <= REJECT_CHARS:
        return text
    note = f"… (cut: {len(text)} characters)"
    return text[: REJECT_CHARS - len(note)] + note


def read_log(
    path: str | Path,
    format: str = "auto",  # noqa: A002 - the option's name
    mapping: Mapping[str, str] | None = None,
    *,
    after: Place | None = None,
) -> Reading:
    """Read a log as a lazy stream; memory does not grow with the file.

    Args:
        path: A JSONL, JSON, CSV or Parquet file, packed with gzip or not; ``-`` for standard input.
        format: One of `FORMATS`; ``auto`` looks at the first rows.
        mapping: Record field -> column or dotted path; see `judge.logs.mapping.FIELDS`.
        after: Read only what stands after this place in a plain JSONL file, whose head still tells what wrote it.

    Raises:
        LogError: The format or a mapped field does not exist. While reading: the file cannot be opened, is damaged or
            not UTF-8, has no column for the response, or a mapped path is in no row.
    """
    if format not in FORMATS:
        raise LogError(f"there is no log format {format!r}", hint=f"allowed: {', '.join(FORMATS)}")
    return Reading(str(path), format, read_mapping(mapping), after)
