from dataclasses import replace
from datetime import UTC, datetime

import pytest

from judge.records import Document, Record, field_of

RECORD = Record(
    id="1",
    response="Yes.",
    question=" ",
    documents=(Document("Text"), Document("  ")),
    metadata={"a": {"b": 1}, "c": ""},
)


def test_blank_fields_are_missing():
    """What holds nothing but blanks is not there: an empty prompt is never asked."""
    assert RECORD.read("question") is None
    assert RECORD.read("reference") is None
    assert RECORD.read("response") == "Yes."
    assert RECORD.read("documents") == (Document("Text"),)
    assert replace(RECORD, documents=(Document(" "),)).read("documents") is None
    assert RECORD.read("metadata.c") is None
    assert RECORD.read("metadata.a.b") == "1"
    assert RECORD.read("metadata.x.y") is None


def test_unknown_field():
    """A field that no record has is a mistake, not a missing value."""
    with pytest.raises(KeyError, match="answer"):
        RECORD.read("answer")


def test_digest_is_of_what_a_judge_may_read():
    """Latency and feedback do not change what is judged; words, documents and metadata do."""
    assert replace(RECORD, id="2", latency=3.0, feedback=1.0).digest() == RECORD.digest()
    for changes in ({"response": "No."}, {"documents": ()}, {"metadata": {}}, {"rival": "No."}):
        assert replace(RECORD, **changes).digest() != RECORD.digest()


def test_digest_keeps_documents_apart():
    """Moving text from one document to the next is another content."""
    one = replace(RECORD, documents=(Document("ab"), Document("c")))
    other = replace(RECORD, documents=(Document("a"), Document("bc")))
    assert one.digest() != other.digest()


def test_field_of():
    """Own fields and dotted metadata are found by name; times are ISO text."""
    timed = replace(RECORD, time=datetime(2026, 9, 1, tzinfo=UTC), segment="de")
    assert field_of(timed, "segment") == "de"
    assert field_of(timed, "time") == "2026-09-01T00:00:00+00:00"
    assert field_of(timed, "a.b") == field_of(timed, "metadata.a.b") == 1
    assert field_of(timed, "a.b.c") is None
