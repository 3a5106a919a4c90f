"""Tables: the rows of a CSV file."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

from judge.errors import LogError
from judge.logs.entry import Item
from judge.logs.lines import MAX_BYTES
from judge.logs.strict import bad_byte

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from judge.logs.source import Source

DELIMITERS: Final = ",;\t|"
"""What may stand between two cells; the one that cuts the header into most names is taken."""

_ESCAPED: Final = re.compile(r"[\udc80-\udcff]")


def read_header(source: Source) -> tuple[list[str], str]:
    """The columns of a CSV table and what stands between them; columns without a name are numbered.

    Raises:
        LogError: Two columns have the same name, or the header cannot be read.
    """
    text = source.head().decode("utf-8", "replace")
    names: list[str] = []
    chosen = ","
    for delimiter in DELIMITERS:
        try:
            found = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        except csv.Error as error:
            raise LogError(f"the first line is no header of a CSV table: {error}", where=source.name) from error
        if len(found) > len(names):
            names, chosen = found, delimiter
    names = [name.strip() or f"column_{place}" for place, name in enumerate(names, start=1)]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise LogError(f"two columns are called {double!r}", where=source.name, hint="rename one of them")
    return names, chosen


def read_table(source: Source) -> Iterator[Item]:
    """The rows of a CSV table (RFC 4180; also with ``;``, ``|`` or tabs), empty cells left out as null.

    Raises:
        LogError: The header cannot be read, or the file is damaged.
    """
    names, delimiter = read_header(source)
    csv.field_size_limit(max(csv.field_size_limit(), MAX_BYTES))
    with source.guard():
        taken: list[str] = []
        text = io.TextIOWrapper(source.stream(), "utf-8", "surrogateescape", newline="")
        reader = csv.reader(_noted(text, taken), delimiter=delimiter, strict=True)
        next(reader, None)
        while True:
            line = reader.line_num + 1
            taken.clear()
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield Item(line, None, "".join(taken), f"not a CSV row: {error}")
                continue
            if cells is None:
                return
            if cells:
                problem = _problem(names, cells)
                row = None if problem else {name: cell or None for name, cell in zip(names, cells, strict=True)}
                yield Item(line, row, "".join(taken), problem)


def _noted(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    """The lines, each noted as part of the row that is being read."""
    for line in lines:
        taken.append(line)
        yield line


def _problem(names: list[str], cells: list[str]) -> str:
    if len(cells) != len(names):
        few = "few" if len(cells) < len(names) else "many"
        return f"too {few} cells: {len(cells)} instead of {len(names)}"
    for name, cell in zip(names, cells, strict=True):
        if not cell.isascii() and _ESCAPED.search(cell):
            return f"in column {name!r}: {_not_utf8(cell)}"
        if "\0" in cell:
            return f"in column {name!r}: a NUL character"
    return ""


def _not_utf8(cell: str) -> str:
    data = cell.encode("utf-8", "surrogateescape")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return bad_byte(data, error.start)
    return "not UTF-8"
