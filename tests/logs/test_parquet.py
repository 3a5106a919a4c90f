import gzip
import io
import sys
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from judge.errors import LogError
from judge.logs import parquet
from judge.logs.parquet import ParquetTable
from judge.logs.source import open_source

ROWS = [
    {"id": "1", "question": "q", "answer": "a", "documents": ["d", "e"], "usage": {"prompt_tokens": 3}, "score": 0.5},
    {"id": "2", "question": None, "answer": "b", "documents": [], "usage": None, "score": None},
]


@pytest.fixture
def table(tmp_path):
    def table(content, name="log.parquet", **options):
        path = tmp_path / name
        pq.write_table(content if isinstance(content, pa.Table) else pa.Table.from_pylist(content), path, **options)
        return path

    return table


def items(path):
    with open_source(path) as source:
        return list(ParquetTable(source).items())


@pytest.mark.parametrize("compression", ["snappy", "gzip", "zstd", "none"])
def test_rows_are_read_whatever_packs_them(table, compression):
    """Nested values come as JSON values, missing ones as null."""
    found = items(table(ROWS, compression=compression))
    assert [(item.line, item.value) for item in found] == [(1, ROWS[0]), (2, ROWS[1])]


def test_more_rows_than_a_batch_are_numbered_on(table, monkeypatch):
    """Row numbers go on over batches and row groups."""
    monkeypatch.setattr(parquet, "BATCH_ROWS", 3)
    found = items(table([{"n": n} for n in range(10)], row_group_size=4))
    assert [(item.line, item.value["n"]) for item in found] == [(n + 1, n) for n in range(10)]


def test_nanoseconds_need_no_pandas(table):
    """Times finer than Python's are cut to microseconds, also inside structs and lists."""
    kind = pa.timestamp("ns", "UTC")
    one = 1_772_442_847_123_456_789
    content = pa.table(
        {
            "time": pa.array([one], kind),
            "inner": pa.array([[{"t": one}]], pa.list_(pa.struct([("t", kind)]))),
            "took": pa.array([1_500_000_001], pa.duration("ns")),
            "clock": pa.array([1_500_000_001], pa.time64("ns")),
            "map": pa.array([[("k", "v")]], pa.map_(pa.string(), pa.string())),
        }
    )
    written = datetime(2026, 3, 2, 9, 14, 7, 123456, tzinfo=UTC).isoformat()
    assert items(table(content))[0].value == {
        "time": written,
        "inner": [{"t": written}],
        "took": "1.5s",
        "clock": "00:00:01.500000",
        "map": {"k": "v"},
    }


def test_a_bad_row_stands_alone(table):
    """A cell that no database stores spoils its row only."""
    found = items(table([{"a": "x"}, {"a": "\0"}, {"a": "y"}]))
    assert [item.value for item in found] == [{"a": "x"}, None, {"a": "y"}]
    assert found[1].problem == "in column 'a': a NUL character"


def test_parquet_from_standard_input_and_packed_again(table, tmp_path, monkeypatch):
    """What cannot be read from its end is put aside first."""
    path = table(ROWS)
    packed = tmp_path / "log.parquet.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert [item.value for item in items(packed)] == ROWS
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    assert [item.value for item in items("-")] == ROWS


def test_a_damaged_file_names_itself(table, tmp_path):
    """A file without its end is refused; one that is damaged inside tells after which row."""
    path = table([{"a": "x" * 100} for _ in range(1000)], compression="none", use_dictionary=False)
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(LogError, match=r"cut\.parquet: the Parquet file cannot be read"):
        items(cut)
    broken = bytearray(path.read_bytes())
    broken[4:40] = b"\xff" * 36
    cut.write_bytes(broken)
    with pytest.raises(LogError, match=r"cut\.parquet: the Parquet file is damaged after row 0"):
        items(cut)


def test_two_columns_with_one_name_are_refused(table):
    """It would not be clear which cell is meant."""
    content = pa.Table.from_arrays([pa.array(["x"]), pa.array(["y"])], names=["a", "a"])
    with pytest.raises(LogError, match=r"two columns are called 'a'\n  → rename one of them"):
        items(table(content))
