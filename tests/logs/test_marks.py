from datetime import UTC, datetime

import pytest

from judge.logs.entry import Label, Output, Unreadable
from judge.logs.marks import label_of, output_of, raw_of, read_labels, read_outputs
from judge.scores import Quote


def test_a_list_of_labels():
    """Rater and label are enough; criterion, note, time and gold are read where they are."""
    found = read_labels(
        [
            {"rater": "h1", "label": "good"},
            {"annotator": 7, "score": 4.0, "criterion": "tone", "comment": "fine", "created_at": "2026-01-02"},
            {"rater": "Adjudicated", "label": True},
            {"rater": "h2", "label": "bad", "gold": True},
            {"rater": "h3", "label": None},
        ],
        "overall",
        "response",
    )
    assert found == [
        Label("h1", "good", "overall"),
        Label("7", 4.0, "tone", note="fine", time=datetime(2026, 1, 2, tzinfo=UTC)),
        Label("Adjudicated", value=True, criterion="overall", gold=True),
        Label("h2", "bad", "overall", gold=True),
        Label("h3", None, "overall"),
    ]


def test_highlighted_spans_are_quotes():
    """Offsets are kept only where the words stand there; a span without words is no quote."""
    spans = [
        {"start": 4, "end": 8, "text": "shop", "label": "baseless"},
        {"start": 0, "end": 4, "text": "shop"},
        {"start": 0, "end": 3},
    ]
    labels = read_labels([{"rater": "gold", "label": "bad", "spans": spans}], None, "The shop is open.")
    assert labels is not None
    assert labels[0].evidence == (Quote("response", "shop", 4, 8, "baseless"), Quote("response", "shop"))


def test_a_list_of_outputs():
    """Judge and label are enough; what could not be read there is None."""
    found = read_outputs(
        [
            {"judge": "GPT-4/Vanilla", "order": "ab", "label": "a", "reason": "better", "raw": "A", "probability": 0.8},
            {"judge": "GPT-4/Vanilla", "order": "ba", "label": "unparsed", "probability": 7},
            {"judge": "match", "label": None},
        ],
        None,
    )
    assert found == [
        Output("GPT-4/Vanilla", "a", order="ab", reason="better", raw="A", probability=0.8),
        Output("GPT-4/Vanilla", None, order="ba"),
        Output("match", None),
    ]
    assert [output.name for output in found] == ["GPT-4/Vanilla ab", "GPT-4/Vanilla ba", "match"]


@pytest.mark.parametrize(
    "value", [None, "good", 5, {"alice": "good"}, ["good", "bad"], [{"label": "x"}], [{"rater": "x"}]]
)
def test_what_is_no_list_of_labels_is_left_alone(value):
    """A column that only shares its name stays metadata."""
    assert read_labels(value, None, "") is None
    assert read_outputs(value, None) is None


def test_no_labels_are_labels():
    """An empty list is a list of labels with none in it."""
    assert read_labels([], None, "") == []
    assert read_outputs([], None) == []


def test_raw_labels_in_their_wrappings():
    """A label may be alone in a list or under a usual key, its words before its number."""
    assert raw_of([" good "]) == "good"
    assert raw_of({"value": 1, "stringValue": "True"}) == "True"
    assert raw_of({"value": 1}) == 1
    assert label_of("Gold", "x", None) == Label("Gold", "x", gold=True)
    assert output_of("j", "Unparsed", "c") == Output("j", None, "c")
    assert output_of("j", {"score": 3, "reason": "why"}, None) == Output("j", 3, reason="why")


@pytest.mark.parametrize("value", [["a", "b"], {"other": 1}, []])
def test_what_is_no_label_is_refused(value):
    """A label is one word, number or truth value."""
    with pytest.raises(Unreadable, match=r"a label is a text, a number, or true or false; found (an object|a list)"):
        raw_of(value)
