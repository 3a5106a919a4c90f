import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.logs.entry import Unreadable
from judge.logs.strict import MAX_DEPTH, decode, parse

SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
VALUES = st.recursive(
    SCALARS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES, st.booleans())
@settings(deadline=None, max_examples=150)
def test_what_json_writes_is_read_back(value, escaped):
    """Every JSON value without NUL or half characters survives, escaped or not."""
    assert parse(json.dumps(value, ensure_ascii=escaped)) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1, "b": 2, "a": 3}', r"the key 'a' stands twice in one object"),
        ('{"x": {"a": 1, "a": 1}}', r"the key 'a' stands twice"),
        ('{"a": NaN}', r"NaN is no JSON number"),
        ('{"a": -Infinity}', r"-Infinity is no JSON number"),
        ('{"a": 1e999}', r"the number 1e999 is too large"),
        ('{"a": 1', r"not JSON: Expecting ',' delimiter at character 8"),
        ("{'a': 1}", r"not JSON: Expecting property name enclosed in double quotes at character 2"),
        ('{"a": 1} {"b": 2}', r"not JSON: Extra data at character 10"),
        ('{"a": "x\ty"}', r"not JSON: Invalid control character at"),
        ('{"a": "x\\u0000y"}', r"a NUL character \(\\u0000\) at character 2 of 'x\\x00y'"),
        ('{"a": ["cut \\ud83d"]}', r"half of a surrogate pair \(\\ud83d\) at character 5 of 'cut \\ud83d'"),
        ('{"\\uDE00": 1}', r"half of a surrogate pair \(\\ude00\)"),
        ("[" * 70 + "]" * 70, rf"nested deeper than {MAX_DEPTH} levels"),
        ("[" * 100_000, rf"nested deeper than {MAX_DEPTH} levels"),
    ],
)
def test_what_means_different_things_to_different_readers_is_refused(text, reason):
    """Each way in which JSON can mislead has a reason in plain words."""
    with pytest.raises(Unreadable, match=reason):
        parse(text)


def test_escaped_pairs_and_backslashes_are_no_half_characters():
    """A whole escaped pair, and a backslash before the letters ud, are characters."""
    assert parse('"\\ud83d\\ude00 \\\\ud83d \\\\u0000"') == "😀 \\ud83d \\u0000"


def test_wide_but_shallow_json_is_read():
    """Many lists side by side are not deep."""
    assert parse("[" + ",".join(["[]"] * 500) + "]") == [[]] * 500
    assert parse("[" * MAX_DEPTH + "]" * MAX_DEPTH)


@pytest.mark.parametrize("digits", [str(2**64), str(-(2**63) - 1), "1" + "0" * 30, "9" * 5000], ids=len)
def test_numbers_that_no_database_holds_keep_their_digits(digits):
    """A whole number beyond 64 bits is read as its digits, never as another number."""
    assert parse(f'{{"id": {digits}}}') == {"id": digits}


def test_bytes_that_are_not_utf8_are_named_by_their_place():
    """The reason tells which byte is wrong and what it is; encodings are not guessed."""
    with pytest.raises(Unreadable, match=r"not UTF-8: byte 10 is 0xe9 .*encodings are not guessed"):
        decode(b'{"caf": "\xe9"}')
    assert decode("é".encode()) == "é"
