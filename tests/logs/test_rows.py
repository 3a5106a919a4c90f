import pytest

from judge.logs.draft import Found
from judge.logs.entry import Label, Output, Unreadable
from judge.logs.mapping import read_mapping
from judge.logs.rows import _PLANS, RowReader


def draft(row, **mapping):
    return RowReader(read_mapping({key.replace("__", "."): path for key, path in mapping.items()})).draft(row)


def values(row, **mapping):
    return {field: found.value for field, found in draft(row, **mapping).fields.items()}


def test_the_first_alias_wins_and_the_other_is_kept():
    """Two names of one field: the one named first in the table is read, the other stays metadata."""
    found = draft({"input": "second", "question": "first", "output": "r"})
    assert found.fields["question"].value == "first"
    assert found.metadata == {"input": "second"}


def test_an_empty_alias_leaves_its_place():
    """A name without a value does not hide another with one; nulls are not kept."""
    found = draft({"question": None, "input": "q", "output": "r", "note": None})
    assert found.fields["question"].value == "q"
    assert found.metadata == {}


def test_a_response_that_is_null_is_known_by_its_name():
    """The reason can then name the column that is empty."""
    assert draft({"answer": None}).fields["response"] == Found(None, "answer")


def test_what_the_user_says_goes_first():
    """A mapped column is read as its field, the usual name then stays metadata, and an empty path reads nothing."""
    found = draft(
        {"answer": "usual", "final": {"text": "mine", "n": 1}, "rating": 5}, response="final.text", feedback=""
    )
    assert found.fields["response"] == Found("mine", "final.text", mapped=True)
    assert found.metadata == {"final": {"n": 1}, "answer": "usual", "rating": 5}
    assert "feedback" not in found.fields


def test_units_of_mapped_durations():
    """The field's own unit goes before the column's name."""
    assert draft({"took": 5, "answer": "a"}, latency_ms="took").fields["latency"] == Found(
        5, "took", "latency_ms", mapped=True
    )


def test_fields_inside_usage_are_taken_out():
    """What is read of usage is not kept twice, the rest of it is; JSON in a cell is looked into."""
    found = draft({"answer": "a", "usage": {"promptTokens": 3, "total": 9}})
    assert found.fields["prompt_tokens"] == Found(3, "usage.promptTokens")
    assert found.metadata == {"usage": {"total": 9}}
    assert values({"answer": "a", "usage": '{"prompt_tokens": 3}'})["prompt_tokens"] == 3
    assert values({"answer": "a", "usage.prompt_tokens": "3"})["prompt_tokens"] == "3"


def test_a_conversation_is_messages_or_a_name():
    """A list is the chat itself, anything else the name of the conversation."""
    turns = [{"role": "user", "content": "x"}]
    assert values({"conversation": turns}) == {"messages": turns}
    assert values({"conversation": "c-1"}) == {"conversation": "c-1"}


def test_metadata_is_laid_open():
    """Objects called metadata or meta are metadata themselves; a name used twice is numbered."""
    found = draft({"answer": "a", "metadata": {"lang": "en"}, "meta": '{"lang": "de"}', "lang": "fr", "other": [1]})
    assert found.metadata == {"lang": "en", "lang_2": "de", "lang_3": "fr", "other": [1]}
    assert draft({"answer": "a", "metadata": "text"}).metadata == {"metadata": "text"}


def test_mapped_metadata_gets_its_new_name():
    """A column can be kept under another key."""
    assert draft({"answer": "a", "x": {"y": 1}}, metadata__lang="x.y").metadata == {"lang": 1}


def test_the_models_of_a_pair_are_metadata():
    """One name cannot stand for two models; unknown ones are left out."""
    found = draft({"output": {"a": "x", "b": "y"}, "model": {"a": "m1", "b": "m2"}})
    assert found.metadata == {"model": {"a": "m1", "b": "m2"}}
    assert "model" not in found.fields
    assert draft({"output": "x", "model": {"a": None, "b": None}}).metadata == {}


def test_labels_and_outputs_beside_a_record():
    """Lists of labels and outputs are read, in a cell too, with the row's criterion."""
    row = {
        "answer": "a",
        "human": [{"rater": "h", "label": 1}],
        "judge": '[{"judge": "j", "label": 2}]',
        "human_label": "x",
        "gold_label": None,
        "meta": {"criterion": "tone"},
    }
    found = draft(row)
    assert found.labels == [Label("h", 1, "tone"), Label("human", "x", "tone")]
    assert found.outputs == [Output("j", 2, "tone")]
    assert found.metadata == {"criterion": "tone"}
    assert draft(row, criterion="").labels[0].criterion is None
    assert draft({**row, "aspect": "style"}, criterion="aspect").labels[0].criterion == "style"


def test_columns_of_other_kinds_keep_their_names():
    """A column called human or judge that holds no such list is metadata."""
    assert draft({"answer": "a", "human": "Ann", "judge": "j"}).metadata == {"human": "Ann", "judge": "j"}


def test_mapped_labels_and_outputs():
    """Flat columns hold labels of raters and outputs of judges; an empty label is none, an empty output unread."""
    row = {"answer": "a", "ann": "good", "bob": "", "llm": None, "style": 3, "criterion": "tone"}
    found = draft(row, labels__ann="ann", labels__bob="bob", **{"outputs__gpt-4": "llm", "labels__gold:style": "style"})
    assert found.labels == [Label("ann", "good", "tone"), Label("gold", 3, "style", gold=True)]
    assert found.outputs == [Output("gpt-4", None, "tone")]
    assert found.metadata == {"criterion": "tone"}
    assert draft({"answer": "a"}, labels__ann="ann", **{"outputs__gpt-4": "llm"}).labels == []


def test_a_mapped_label_that_is_none_is_refused():
    """A column that the user names as a rater's must hold labels."""
    with pytest.raises(Unreadable, match="a label is a text"):
        draft({"answer": "a", "ann": ["x", "y"]}, labels__ann="ann")


def test_many_kinds_of_rows_do_not_fill_the_memory():
    """Only so many plans are kept, and rows are read right beyond that."""
    reader = RowReader(read_mapping(None))
    for number in range(_PLANS + 5):
        assert reader.draft({"answer": "a", f"x{number}": 1}).metadata == {f"x{number}": 1}
    assert len(reader._plans) <= _PLANS
