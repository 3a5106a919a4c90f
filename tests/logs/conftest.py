from pathlib import Path

import pytest

from judge.logs import Entry, Reject, read_log

DATA = Path(__file__).parent / "data"


@pytest.fixture
def data():
    """The folder of hand-made logs of other tools."""
    return DATA


@pytest.fixture
def write(tmp_path):
    """Writes a log and gives its path."""

    def write(content, name="log.jsonl"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def read():
    """Reads a log whole: its entries and its rejects."""

    def read(path, **options):
        read_all = list(read_log(path, **options))
        entries = [each for each in read_all if isinstance(each, Entry)]
        rejects = [each for each in read_all if isinstance(each, Reject)]
        return entries, rejects

    return read


@pytest.fixture
def one(read):
    """Reads a log of one entry: its record."""

    def one(path, **options):
        entries, rejects = read(path, **options)
        assert rejects == []
        assert len(entries) == 1
        return entries[0].record

    return one
