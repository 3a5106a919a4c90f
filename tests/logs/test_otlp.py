import pytest

from judge.logs.otlp import attributes_of, nested, plain, spans_of


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"stringValue": "x"}, "x"),
        ({"string_value": "x"}, "x"),
        ({"boolValue": False}, False),
        ({"intValue": "52"}, 52),
        ({"intValue": "-9223372036854775808"}, -(2**63)),
        ({"intValue": 7}, 7),
        ({"doubleValue": 0.5}, 0.5),
        ({"bytesValue": "aGk="}, "aGk="),
        ({"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "a"}]}}, [1, "a"]),
        ({"arrayValue": {}}, []),
        ({"kvlistValue": {"values": [{"key": "k", "value": {"intValue": "1"}}]}}, {"k": 1}),
        ({"other": 1}, {"other": 1}),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}),
        ("plain", "plain"),
        (None, None),
    ],
)
def test_any_value_becomes_a_plain_one(value, expected):
    """Every kind of OTLP value becomes the JSON value it stands for."""
    assert plain(value) == expected


def test_attributes_as_pairs_or_as_an_object():
    """Both spellings give the same attributes; anything else has none."""
    assert attributes_of({"attributes": [{"key": "a", "value": {"intValue": "1"}}, "odd"]}) == {"a": 1}
    assert attributes_of({"attributes": {"a": 1}}) == {"a": 1}
    assert attributes_of({"attributes": "x"}) == attributes_of(None) == {}


def test_dotted_names_become_objects():
    """Names with a common start share an object; a name that is also a start keeps its dots."""
    assert nested({"a.b": 1, "a.c.d": 2, "e": 3}) == {"a": {"b": 1, "c": {"d": 2}}, "e": 3}
    assert nested({"a": 1, "a.b": 2}) == {"a": 1, "a.b": 2}
    assert nested({"a.b": 2, "a": 1}) == {"a": {"b": 2}, "a_2": 1}
    assert nested({"a": 1, "a.b": 2, "a.b.c": 3}) == {"a": 1, "a.b": 2, "a.b.c": 3}


def test_spans_of_an_export():
    """Spans come with their resource; both spellings of the keys are known."""
    export = {"resource_spans": [{"resource": {"r": 1}, "scope_spans": [{"spans": [{"n": 1}, "odd"]}]}]}
    assert list(spans_of(export)) == [{"n": 1, "resource": {"r": 1}}, {"name": "odd"}]
    assert list(spans_of({"resourceSpans": [{}, {"scopeSpans": [{}]}]})) == []
    assert list(spans_of({"n": 1})) == [{"n": 1}]
