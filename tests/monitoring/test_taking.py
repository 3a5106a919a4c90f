import json

import pytest

from judge.importing import importer
from judge.monitoring.form import Watch
from judge.monitoring.taking import take_files
from judge.settings import Settings
from judge.store import datasets, watches
from traffic import traffic

ROWS = [json.dumps(row).encode() + b"\n" for row in traffic(2, a_day=5)]


@pytest.fixture
def take(db, tmp_path, monkeypatch):
    """Take the file `a.jsonl`, and say how many records were new and how many lines were read for it."""
    monkeypatch.chdir(tmp_path)
    watch = Watch(name="w", dataset="d", files=("a.jsonl",))
    kept = watches.ensure(db, "w", datasets.ensure(db, "d"), shape="s", config={})
    read, told = [], []
    entries = importer.read_log

    def counted(*args, **options):
        log = entries(*args, **options)
        stream = log._stream
        log._stream = (read.append(entry.line) or entry for entry in stream)
        return log

    monkeypatch.setattr(importer, "read_log", counted)

    def work():
        read.clear()
        told.clear()
        new = take_files(db, watch, kept, Settings(), more=(), tell=told.append)
        kept.state = json.loads(json.dumps(kept.state))
        return new, list(read), "".join(told)

    work.kept = kept
    return work


def test_a_file_that_grows_is_read_from_where_it_ended(take, tmp_path):
    """Only new lines are read, with their own numbers, and a file that stays is not read at all."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + b"".join(ROWS[:4]))
    assert take()[:2] == (4, [1, 2, 3, 4])
    assert take()[:2] == (0, [])
    with file.open("ab") as more:
        more.write(ROWS[4] + b"no json\n")
    assert take()[:2] == (1, [5, 6])
    assert json.loads((tmp_path / "d.rejects.jsonl").read_bytes())["line"] == 6


def test_a_line_that_is_still_written_is_read_once_it_is_whole(take, tmp_path):
    """The half line at the end of a file is read again from its beginning."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"".join(ROWS[:2]) + ROWS[2][:30])
    assert take()[0] == 2
    file.write_bytes(b"".join(ROWS[:3]))
    assert take()[:2] == (1, [3])


def test_a_file_that_is_written_anew_is_read_anew(take, tmp_path):
    """Where another file stands under the name, or an old line has changed, everything is read."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"".join(ROWS[:3]))
    assert take()[0] == 3
    file.write_bytes(b"".join(ROWS[3:8]))
    assert take()[:2] == (5, [1, 2, 3, 4, 5])
    changed = json.loads(ROWS[3]) | {"feedback": 1 - json.loads(ROWS[3])["feedback"]}
    file.write_bytes(json.dumps(changed).encode() + b"\n" + b"".join(ROWS[4:9]))
    assert take()[:2] == (1, [1, 2, 3, 4, 5, 6])


def test_marks_of_an_older_version_are_understood(take, tmp_path):
    """A mark of two parts is no place to begin, and reads the whole file once."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(ROWS[0])
    assert take()[0] == 1
    (name,) = take.kept.state["files"]
    take.kept.state["files"][name] = [1, 1]
    file.write_bytes(b"".join(ROWS[:2]))
    assert take()[:2] == (1, [1, 2])
