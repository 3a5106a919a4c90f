import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import LogError
from judge.logs import document
from judge.logs.document import LISTS, read_document
from judge.logs.source import Source


def items(content):
    text = content if isinstance(content, str) else json.dumps(content)
    return list(read_document(Source("log.json", io.BytesIO(text.encode()))))


@pytest.mark.parametrize("name", LISTS)
def test_each_usual_list_holds_the_rows(name):
    """The rows of an export are found under each of the usual keys, whatever stands around them."""
    found = items({"meta": {"page": 1, name: "no"}, name: [{"n": 1}, {"n": 2}], "more": [3]})
    assert [(item.line, item.value) for item in found] == [(1, {"n": 1}), (2, {"n": 2})]


def test_a_list_is_its_elements():
    """A list of objects is one row an object; anything else in it is told."""
    found = items('[{"n": 1}, 5, {"n": 2}]')
    assert [item.value for item in found] == [{"n": 1}, None, {"n": 2}]
    assert found[1].problem == "not a JSON object but a number"
    assert found[1].raw == "5"


def test_an_object_alone_is_one_row():
    """An object without such a list is a row itself, and so are several one after the other."""
    assert [item.value for item in items('{"a": {"b": [1]}}\n{"c": 2} 7')] == [{"a": {"b": [1]}}, {"c": 2}, None]


def test_the_lists_of_a_row_are_no_rows():
    """A row that has a response already keeps its list of results as a field."""
    row = {"question": "q", "answer": "a", "results": [{"text": "d"}]}
    assert [item.value for item in items(row)] == [row]


def test_an_object_alone_is_refused_where_it_misleads():
    """Duplicate keys and bad values at the top of a single object are told."""
    assert items('{"a": 1, "a": 2}')[0].problem == "the key 'a' stands twice in one object"
    assert items('{"a": NaN}')[0].problem == "NaN is no JSON number; a missing value is null"


def test_results_of_promptfoo_carry_their_run():
    """The results inside the results are the rows, each with the id of the run around it."""
    found = items({"evalId": "e-1", "results": {"version": 3, "results": [{"n": 1}], "stats": {}}, "config": {}})
    assert [item.value for item in found] == [{"n": 1, "evalId": "e-1"}]


def test_spans_carry_their_resource():
    """The spans of all scopes and resources are the rows, each with its own resource."""
    export = {
        "resourceSpans": [
            {"resource": {"r": 1}, "scopeSpans": [{"scope": {}, "spans": [{"n": 1}, {"n": 2}]}, {"spans": []}]},
            {"resource": {"r": 2}, "scopeSpans": [{"spans": [{"n": 3}]}], "schemaUrl": ""},
        ]
    }
    assert [item.value for item in items(export)] == [
        {"n": 1, "resource": {"r": 1}},
        {"n": 2, "resource": {"r": 1}},
        {"n": 3, "resource": {"r": 2}},
    ]
    assert items({"resourceSpans": [7]})[0].problem == "not a JSON object but a number"


def test_an_object_too_large_for_one_row_is_told(monkeypatch):
    """An object that is no row and holds no list of rows is not kept in memory."""
    monkeypatch.setattr(document, "MAX_BYTES", 10)
    found = items({"a": "x" * 20, "b": 1})
    assert [(item.value, item.problem) for item in found] == [(None, "it is longer than 0 MiB")]


def test_a_cut_export_gives_what_it_holds():
    """The rows before the cut are read, then the error names the file."""
    reading = read_document(Source("log.json", io.BytesIO(b'{"data": [{"n": 1}, {"n": 2}, {"n"')))
    assert [next(reading).value, next(reading).value] == [{"n": 1}, {"n": 2}]
    with pytest.raises(LogError, match=r"log\.json: the JSON text ends inside a value"):
        next(reading)


@given(
    st.lists(st.dictionaries(st.text("ab", max_size=3), st.integers() | st.text(max_size=4), max_size=3), max_size=4)
)
@settings(deadline=None, max_examples=60)
def test_rows_come_in_their_order(rows):
    """The elements are numbered from 1 in the order of the file."""
    rows = [{key: str(value).replace("\0", "") for key, value in row.items()} for row in rows]
    found = items({"records": rows})
    assert [(item.line, item.value) for item in found] == list(enumerate(rows, start=1))


def test_long_lines_are_documents_one_after_the_other():
    """A JSONL log whose lines are too long to look ahead is read as well, the bad line told."""
    rows = [{"answer": "x" * 50, "n": n} for n in range(3)]
    found = items("\n".join([json.dumps(rows[0]), '{"answer": NaN}', json.dumps(rows[1]), json.dumps(rows[2])]))
    assert [item.value for item in found] == [rows[0], None, rows[1], rows[2]]
