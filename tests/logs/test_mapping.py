import pytest

from judge.errors import LogError
from judge.logs.mapping import FIELDS, MISSING, Column, find, read_mapping, without

ROW = {
    "answer": "a",
    "usage.total": 9,
    "choices": [{"message": {"content": "one"}}, {"message": {"content": "two"}}],
    "scores": [{"name": "tone", "value": 1}, {"key": "style", "value": 2}, 5],
    "cell": '{"inner": [10, 20]}',
    "broken": "{no",
    "none": None,
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("answer", "a"),
        ("usage.total", 9),
        ("choices.0.message.content", "one"),
        ("choices.-1.message.content", "two"),
        ("choices.5", MISSING),
        ("scores.tone.value", 1),
        ("scores.style.value", 2),
        ("scores.other", MISSING),
        ("cell.inner.1", 20),
        ("broken.x", MISSING),
        ("answer.x", MISSING),
        ("none", None),
        ("none.x", MISSING),
        ("nothing", MISSING),
    ],
)
def test_paths_lead_into_nested_values(path, value):
    """Dots go into objects, lists, named elements and JSON in a text; a column's own dots go first."""
    assert find(ROW, path) is value or find(ROW, path) == value


def test_what_was_read_is_taken_out():
    """What a path took is not kept twice; what stood beside it is, and lists stay whole."""
    row = {"a": {"b": {"c": 1}, "d": 2}, "e": {"f": 3}, "g": [{"h": 4}], "i.j": 5}
    assert without(row, "a.b.c") == {"a": {"d": 2}, "e": {"f": 3}, "g": [{"h": 4}], "i.j": 5}
    assert without(row, "e.f") == {"a": {"b": {"c": 1}, "d": 2}, "g": [{"h": 4}], "i.j": 5}
    assert without(row, "g.0.h") == row
    assert without(row, "i.j") == {key: row[key] for key in ("a", "e", "g")}
    assert without(row, "no.thing") == row
    assert "b" in row["a"]


def test_an_unknown_field_lists_those_allowed():
    """A misspelt field is refused with everything that may be mapped."""
    with pytest.raises(LogError) as caught:
        read_mapping({"respones": "answer"})
    message = str(caught.value)
    assert message.startswith("--map names 'respones', which is no field of a record\n  → allowed: id, ")
    for name in (*FIELDS, "labels.RATER", "outputs.JUDGE", "metadata.KEY"):
        assert name in message


def test_raters_and_judges_may_have_dots_and_colons():
    """Only a colon before the name of a criterion names a criterion."""
    found = read_mapping(
        {
            "labels.alice": "a",
            "labels.bob@x.org:grammar": "b",
            "outputs.gpt-3.5-turbo": "c",
            "outputs.llama3:8b": "d",
            "metadata.lang": "e",
        }
    )
    assert found.labels == [Column("alice", None, "a"), Column("bob@x.org", "grammar", "b")]
    assert found.outputs == [Column("gpt-3.5-turbo", None, "c"), Column("llama3:8b", None, "d")]
    assert found.metadata == {"lang": "e"}


@pytest.mark.parametrize("key", ["labels", "labels.", "metadata", "metadata."])
def test_a_prefix_alone_is_no_field(key):
    """It must be said whose labels they are."""
    with pytest.raises(LogError, match="which is no field of a record"):
        read_mapping({key: "x"})


def test_a_path_that_no_row_has_is_told_with_the_columns():
    """The error names the path and the columns that there are, shortened where they are many."""
    mapping = read_mapping({"response": "anwser"})
    for number in range(30):
        mapping.find({f"c{number:02}": 1}, "anwser")
    with pytest.raises(LogError) as caught:
        mapping.refuse_unseen("log.jsonl")
    message = "log.jsonl: --map names 'anwser', which is in no row\n  → the columns are: c00, c01"
    assert str(caught.value).startswith(message)
    with pytest.raises(LogError, match=r"the columns are: c00, .*c19, \.\.\.$"):
        mapping.refuse_unseen("log.csv", [f"c{number:02}" for number in range(30)])


def test_a_path_that_one_row_has_is_fine():
    """One row is enough, and in a table the column's name is."""
    mapping = read_mapping({"response": "answer", "feedback": "user.thumb", "segment": ""})
    mapping.refuse_unseen("log.csv", ["answer", "user"])
    mapping.find({"answer": None}, "answer")
    mapping.find({"user": {"thumb": 1}}, "user.thumb")
    mapping.refuse_unseen("log.jsonl")
