from collections import Counter
from datetime import UTC, datetime

import pytest

from judge.logs.draft import ID_HEX, Draft, Found, entry_of
from judge.logs.entry import Unreadable
from judge.logs.mapping import read_mapping
from judge.logs.rows import RowReader
from judge.records import Document, Record


def read(row, mapping=None):
    notes = Counter()
    entry = entry_of(RowReader(read_mapping(mapping)).draft(row), 3, notes)
    return entry.record, notes


def test_every_field_of_a_record():
    """A row with everything gives a record with everything."""
    record, notes = read(
        {
            "id": 7,
            "question": "q",
            "answer": "a",
            "rival": "b",
            "documents": ["d"],
            "ground_truth": ["r1", 2],
            "model": "m",
            "version": 3,
            "created_at": 1772442847,
            "latency_ms": 1500,
            "prompt_tokens": "3",
            "completion_tokens": 4.0,
            "feedback": "👎",
            "segment": ["en", "shop"],
            "session_id": 12,
            "group": "g",
            "extra": {"k": [1]},
        }
    )
    assert record == Record(
        id="7",
        response="a",
        question="q",
        documents=(Document("d"),),
        reference="r1\n2",
        rival="b",
        model="m",
        model_version="3",
        time=datetime(2026, 3, 2, 9, 14, 7, tzinfo=UTC),
        latency=1.5,
        prompt_tokens=3,
        completion_tokens=4,
        feedback=0.0,
        segment="en, shop",
        conversation="12",
        group="g",
        metadata={"extra": {"k": [1]}},
    )
    assert notes == {}


def test_an_unreadable_value_is_kept_and_counted():
    """What a usual name turns out not to mean stays metadata, and the count tells."""
    record, notes = read({"answer": "a", "date": "week 12", "rating": "great", "latency": "slow", "reference": [None]})
    assert (record.time, record.feedback, record.latency, record.reference) == (None, None, None, None)
    assert record.metadata == {"date": "week 12", "rating": "great", "latency": "slow", "reference": [None]}
    assert notes["`date` is kept as metadata where it is not a time (time)"] == 1
    assert len(notes) == 4


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("time", "week 12", "time: `x` is mapped to it, but 'week 12' is not a time"),
        ("latency", [1], "latency: `x` is mapped to it, but a list is not a duration"),
        ("feedback", "great", "feedback: `x` is mapped to it, but 'great' is not a thumb or a number"),
        ("prompt_tokens", 1.5, "prompt_tokens: `x` is mapped to it, but a number is not a count"),
        ("id", {"a": 1}, "id: `x` is mapped to it, but an object is not an id"),
        ("segment", [{}], "segment: `x` is mapped to it, but a list is not a name"),
        ("rival", 5, "rival: `x` is mapped to it, but a number is not a text"),
        ("messages", "hello", "messages: `x` is mapped to it, but 'hello' is not a list of chat messages"),
        ("history", "hello", "history: `x` is mapped to it, but 'hello' is not a list of earlier turns"),
    ],
)
def test_a_mapped_value_must_be_readable(field, value, reason):
    """Where the user says what a column means, a row that means something else is kept out."""
    with pytest.raises(Unreadable) as caught:
        read({"answer": "a", "x": value}, {field: "x"})
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"question": "q", "note": 1}, "no response among question, note: name it with --map response=COLUMN"),
        ({f"c{n}": n for n in range(12)}, "no response among c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, ...: name it"),
        ({"question": "q", "answer": None}, "no response: `answer` is empty"),
        ({"answer": 42}, "the response (`answer`) is a number; a response is text"),
        (
            {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}]},
            "no response: the last turn calls f({}) and says nothing",
        ),
        ({"answer": "a", "documents": [5]}, "document 1 is neither a text nor"),
    ],
)
def test_a_line_without_a_response_says_why(row, reason):
    """The reason tells what was found, and what to write."""
    with pytest.raises(Unreadable) as caught:
        read(row)
    assert caught.value.reason.startswith(reason)


def test_an_empty_answer_is_a_response():
    """A model that answered with nothing did answer."""
    assert read({"answer": ""})[0].response == ""


def test_a_chat_gives_question_response_and_system():
    """Messages are read, what tools returned are the documents, and the system prompt is metadata."""
    turns = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "q"},
        {"role": "tool", "content": "t"},
        {"role": "assistant", "content": "a"},
    ]
    record, _ = read({"messages": turns})
    assert (record.question, record.response, record.documents) == ("q", "a", (Document("t"),))
    assert record.metadata == {"system": "s"}
    record, _ = read({"messages": turns, "documents": ["d"], "answer": "b"})
    assert (record.response, record.documents) == ("b", (Document("d"),))
    assert record.metadata == {"system": "s", "assistant_turn": "a"}


def test_the_conversation_goes_before_the_bare_question():
    """A question that is the last turn of the messages is shown with the turns before it."""
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "q"}]
    whole = "User: a\n\nAssistant: b\n\nUser: q"
    assert read({"messages": turns, "question": "q", "answer": "x"})[0].question == whole
    assert read({"messages": turns, "question": "another", "answer": "x"})[0].question == "another"
    assert read({"history": turns[:2], "question": "q", "answer": "x"})[0].question == whole
    assert read({"input": turns, "answer": "x"})[0].question == whole


def test_what_stands_beside_question_and_response_is_kept():
    """Nothing that an object held beside its words is lost."""
    row = {
        "input": {"question": "q", "lang": "en"},
        "output": {"answer": "a", "score": 1},
        "documents": [{"text": "d", "rank": 2}],
    }
    assert read(row)[0].metadata == {"input": {"lang": "en"}, "output": {"score": 1}, "documents": [{"rank": 2}]}
    row = {"input": {"messages": [{"role": "user", "content": "q"}], "model": "m"}, "output": "a"}
    assert read(row)[0].metadata == {"input": {"model": "m"}}


def test_the_same_line_gets_the_same_id():
    """An id made from the content is stable, and anything that differs makes another one."""
    row = {"question": "q", "answer": "a", "model": "m", "created_at": "2026-01-01", "lang": "en"}
    made = read(row)[0].id
    assert len(made) == ID_HEX
    assert read(dict(reversed(row.items())))[0].id == made
    for key in row:
        assert read({**row, key: "2026-01-02"})[0].id != made
    assert read({**row, "human": [{"rater": "h", "label": 1}]})[0].id == made


@pytest.mark.parametrize(("value", "expected"), [({"$oid": "65f"}, "65f"), (12.0, "12"), ("  x ", "x")])
def test_ids_in_other_shapes(value, expected):
    """MongoDB's object ids and numbers of a table are ids."""
    assert read({"_id": value, "answer": "a"})[0].id == expected


def test_a_name_taken_twice_is_numbered():
    """Metadata never overwrites metadata."""
    draft = Draft(fields={"response": Found("a", "answer")})
    for value in (1, 2, 3):
        draft.put("k", value)
    assert draft.metadata == {"k": 1, "k_2": 2, "k_3": 3}
