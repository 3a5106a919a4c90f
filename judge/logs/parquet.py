"""Parquet: the rows of a columnar file, batch by batch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from judge.errors import LogError
from judge.logs.cells import cell_value
from judge.logs.entry import Item, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from judge.logs.source import Source

BATCH_ROWS: Final = 512
"""Rows in memory at once."""


class ParquetTable:
    """A Parquet file; pyarrow is imported when one is opened.

    Args:
        source: The log.

    Raises:
        LogError: It is damaged, or two columns have the same name.
    """

    def __init__(self, source: Source) -> None:
        import pyarrow as pa  # noqa: PLC0415 - half a second that only Parquet needs
        import pyarrow.parquet as pq  # noqa: PLC0415 - as above

        self._source = source
        self._errors = (pa.ArrowException, OSError)
        stored = Path(source.name) if source.in_file else source.spool()
        try:
            self._file = pq.ParquetFile(stored, pre_buffer=False, buffer_size=1 << 20)
        except self._errors as error:
            raise LogError(f"the Parquet file cannot be read: {error}", where=source.name) from error
        self.columns: list[str] = list(self._file.schema_arrow.names)
        double = next((name for name in self.columns if self.columns.count(name) > 1), None)
        if double is not None:
            raise LogError(f"two columns are called {double!r}", where=source.name, hint="rename one of them")
        self._schema = pa.schema([(field.name, _in_microseconds(field.type)) for field in self._file.schema_arrow])

    def items(self) -> Iterator[Item]:
        """The rows, numbered from 1.

        Raises:
            LogError: The file is damaged further on.
        """
        number = 0
        try:
            for batch in self._file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
                for row in batch.cast(self._schema, safe=False).to_pylist(maps_as_pydicts="lossy"):
                    number += 1
                    yield _item(number, row)
        except self._errors as error:
            message = f"the Parquet file is damaged after row {number}: {error}"
            raise LogError(message, where=self._source.name) from error
        finally:
            self._file.close()


def _in_microseconds(kind: Any) -> Any:
    """The type that Python's own datetime can hold: nanoseconds are cut."""
    import pyarrow as pa  # noqa: PLC0415 - loaded already

    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", kind.tz)
    if pa.types.is_duration(kind) and kind.unit == "ns":
        return pa.duration("us")
    if pa.types.is_time64(kind) and kind.unit == "ns":
        return pa.time64("us")
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_in_microseconds(field.type)) for field in kind])
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_in_microseconds(kind.value_type)))
    return kind


def _item(number: int, row: dict[str, Any]) -> Item:
    try:
        return Item(number, {name: cell_value(value, name) for name, value in row.items()}, row)
    except Unreadable as problem:
        return Item(number, None, row, problem.reason)
