import io
import json

import pytest

from judge.logs import shape as module
from judge.logs.shape import Shape, shape_of
from judge.logs.source import HEAD_BYTES, Source

ROW = {"question": "q", "answer": "a" * 50}
LONG = json.dumps({"a": "x" * (HEAD_BYTES + 10)})


def shape(content, name="log"):
    return shape_of(Source(name, io.BytesIO(content if isinstance(content, bytes) else content.encode())))


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        ("PAR1....", "anything", Shape.PARQUET),
        ("a,b\n1,2\n", "log.csv", Shape.CSV),
        ('{"a"},b\n1,2\n', "log.csv.gz", Shape.CSV),
        ("a\tb\n", "log.tsv", Shape.CSV),
        ("question,answer\n", "-", Shape.CSV),
        ("", "log.jsonl", Shape.LINES),
        ("", "-", Shape.LINES),
        ("nonsense", "log.jsonl", Shape.LINES),
        ('{"a": 1}\n{"a": 2}\n', "-", Shape.LINES),
        ('\n\n{"a": 1}\n\n{"a": 2}\n', "-", Shape.LINES),
        ('{"a": 1}\n', "log.jsonl.gz", Shape.LINES),
        ('{"a": 1}\n', "log.json", Shape.DOCUMENT),
        ('{"a": 1}', "-", Shape.DOCUMENT),
        ("[1]\n[2]\n", "log.json", Shape.LINES),
        (json.dumps([ROW] * 3), "log.json", Shape.DOCUMENT),
        (json.dumps([ROW] * 3, indent=1), "log.json", Shape.DOCUMENT),
        (json.dumps({"data": [ROW] * 3}, indent=2), "-", Shape.DOCUMENT),
        (json.dumps({"data": [ROW] * 9000}, indent=2), "-", Shape.DOCUMENT),
        ("[" + ",\n".join([json.dumps(ROW)] * 3) + "]", "-", Shape.DOCUMENT),
        ('{"a": 1, \n{"a": 2}\n', "-", Shape.LINES),
        ('{"a": "cut\n{"a": 2}\n', "-", Shape.LINES),
        ('{\n"a" 1}', "-", Shape.DOCUMENT),
        ("{" * 3000 + "\n{}", "-", Shape.LINES),
        ("[" * 100_000 + "\n[", "-", Shape.LINES),
        (LONG + "\n" + LONG, "-", Shape.LINES),
        (LONG, "-", Shape.DOCUMENT),
        ('{"a": "' + "x" * (HEAD_BYTES - 10) + '"}\n{"a": 2}\n', "-", Shape.LINES),
    ],
    ids=range(27),
)
def test_the_shape_is_told_by_the_first_bytes(content, name, expected):
    """Bytes go before names; a JSON text that goes on after its first line is a document."""
    assert shape(content, name) is expected


def test_a_line_without_end_is_a_document(monkeypatch):
    """Where no line ends within the limit, the text is read as a document."""
    monkeypatch.setattr(module, "_FIRST_LINE", HEAD_BYTES)
    assert shape(LONG + "\n" + LONG) is Shape.DOCUMENT
