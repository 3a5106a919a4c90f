import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import LogError
from judge.logs import json_stream
from judge.logs.json_stream import JsonStream
from judge.logs.source import Source

TEXTS = st.text(st.sampled_from('ab"\\{}[],: \n\té😀'), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.sampled_from([0.5, -1e30, 2.5e-7]) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)


def stream_of(text, chunk=1 << 18):
    data = text if isinstance(text, bytes) else text.encode()
    return JsonStream(Source("log.json", io.BytesIO(data)), chunk)


def read_list(stream):
    return [stream.value() for _ in stream.elements()]


@given(st.lists(VALUES, max_size=5), st.integers(1, 40), st.sampled_from([None, 2]), st.booleans())
@settings(deadline=None, max_examples=150)
def test_a_list_is_the_same_however_it_is_cut(values, chunk, indent, escaped):
    """Read element by element in chunks of any size, a list holds what it holds read whole."""
    text = json.dumps(values, indent=indent, ensure_ascii=escaped)
    found = read_list(stream_of(text, chunk))
    assert [value for value, _, _ in found] == values
    assert [problem for _, _, problem in found] == [""] * len(values)


@given(st.dictionaries(TEXTS, VALUES, max_size=5), st.integers(1, 40), st.data())
@settings(deadline=None, max_examples=100)
def test_skipping_a_member_leaves_the_others(members, chunk, data):
    """A member that is skipped is as long as one that is read."""
    kept = {key for key in members if data.draw(st.booleans())}
    stream = stream_of(json.dumps(members), chunk)
    found = {}
    for key in stream.members():
        if key in kept:
            found[key] = stream.value()[0]
        else:
            stream.skip()
    assert found == {key: members[key] for key in kept}
    assert stream.peek() == ""


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_a_bad_element_is_told_and_the_next_one_read(chunk):
    """Duplicate keys, NaN, half characters, bad bytes and bad syntax each spoil one element."""
    bad = [
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b"{'a': 1}",
        b'{"a" 1}',
        b"nul",
        b"",
    ]
    found = read_list(stream_of(b'[{"n": 0}, ' + b', {"n": 1}, '.join(bad) + b', {"n": 2}]', chunk))
    problems = [problem for _, _, problem in found]
    assert [value for value, _, problem in found if not problem] == [{"n": 0}, *[{"n": 1}] * (len(bad) - 1), {"n": 2}]
    assert [raw.encode("utf-8", "surrogateescape") for _, raw, problem in found if problem] == bad
    assert [problem.split(" at ")[0][:40] for problem in problems if problem] == [
        "the key 'a' stands twice in one object, ",
        "NaN is no JSON number; a missing value i",
        "half of a surrogate pair (\\ud800)",
        "not UTF-8: byte 8 is 0xff (write the log",
        "not JSON: Expecting property name enclos",
        "not JSON: Expecting ':' delimiter",
        "not JSON: Expecting value",
        "not JSON: Expecting value",
    ]


def test_an_element_beyond_the_limit_is_not_kept(monkeypatch):
    """An element too long for memory is told with its beginning, and the next one read."""
    monkeypatch.setattr(json_stream, "MAX_BYTES", 50)
    found = read_list(stream_of(json.dumps(["x" * 900, 1]), chunk=16))
    assert found[0][0] is None
    assert len(found[0][1]) == 50
    assert found[0][2] == "it is longer than 0 MiB"
    assert found[1][0] == 1


def test_a_number_at_the_end_of_what_was_read_may_go_on():
    """12 followed by 34 in the next chunk is 1234."""
    assert read_list(stream_of("[1234]", chunk=3))[0][0] == 1234
    assert stream_of("1234", chunk=2).value()[0] == 1234


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"a": 1} {"b": 2}]', r"not JSON from here on: , or \] should come where \{ stands"),
        ('[{"a": 1}', r"not JSON from here on: , or \] should come where it ends"),
        ('[{"a": "x', r"the JSON text ends inside a value"),
        ("{}", r"not JSON from here on: \[ should come where \{ stands"),
    ],
)
def test_a_list_that_breaks_names_the_file(text, message):
    """Where the list itself is broken nothing more can be told apart: the error says so."""
    with pytest.raises(LogError, match=rf"log\.json: {message}"):
        read_list(stream_of(text))


def test_an_object_that_breaks_names_the_file():
    """A key without quotes ends the reading with an error."""
    with pytest.raises(LogError, match=r'log\.json: not JSON from here on: " should come where a stands'):
        list(stream_of("{a: 1}").members())
