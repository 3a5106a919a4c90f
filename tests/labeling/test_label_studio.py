import json

import pytest

from judge.errors import LogError
from judge.labeling import incoming
from judge.labeling.label_studio import LabelStudioMap, is_label_studio, read_label_studio
from judge.scores import Reason


def task(record="r0001", results=(), **annotation):
    return {
        "id": 7,
        "data": {"record_id": record, "response": "Response 1 🙂 is here."},
        "annotations": [{"completed_by": 3, "result": list(results), "was_cancelled": False} | annotation],
        "predictions": [{"model_version": "m", "result": [choice("supported", "no")]}],
    }


def choice(control, value):
    return {"from_name": control, "to_name": "response", "type": "choices", "value": {"choices": [value]}}


def stars(control, value):
    return {"from_name": control, "to_name": "response", "type": "rating", "value": {"rating": value}}


def span(start, end, text, target="response"):
    value = {"start": start, "end": end, "text": text, "labels": ["claim"]}
    return {"from_name": "spans", "to_name": target, "type": "labels", "value": value}


def note(text):
    return {"from_name": "why", "to_name": "response", "type": "textarea", "value": {"text": [text]}}


@pytest.fixture
def read(house, tmp_path):
    """Reads tasks as an export."""

    def run(*tasks, **names):
        path = tmp_path / "export.json"
        path.write_text(json.dumps(tasks))
        assert is_label_studio(str(path))
        return read_label_studio(house.db, house.dataset, str(path), LabelStudioMap(house.rubric, **names))

    return run


def test_choices_and_stars_are_scores(house, read):
    """Choices and ratings become scores of the criteria of their name, with annotator, time spent and moment."""
    found = read(
        task(results=[choice("supported", "no"), stars("tone", 3), note("Look!")], lead_time=12.5,
             created_at="2026-03-09T22:16:08.728353Z")
    )  # fmt: skip
    supported, tone = (each.rating for each in found)
    assert (supported.score, tone.score) == ("no", "3")
    assert (supported.annotator, supported.note, supported.seconds) == ("user 3", "Look!", 12.5)
    assert supported.time.isoformat() == "2026-03-09T22:16:08.728353+00:00"
    assert incoming.store(house.db, house.dataset, found) == 2
    assert house.rows("SELECT DISTINCT annotator, source FROM rating") == [("user 3", "import")]


def test_spans_are_evidence_in_code_points(read):
    """Spans count in UTF-16 units there and in code points here; the words decide where they differ."""
    text = "Response 1 🙂 is here."
    results = [
        choice("supported", "no"),
        span(14, 21, "is here"),
        span(99, 106, "is here"),
        span(0, 6, "Text 1", "doc"),
    ]
    (found,) = read(task(results=results))
    assert [(q.source, q.start, q.end, q.role) for q in found.rating.evidence] == [
        ("response", text.index("is here"), text.index("is here") + 7, "claim"),
        ("response", text.index("is here"), text.index("is here") + 7, "claim"),
        ("documents[1]", 0, 6, "claim"),
    ]
    (lost,) = read(task(results=[choice("supported", "no"), span(0, 4, "nowhere")]))
    assert (lost.rating.evidence[0].text, lost.rating.evidence[0].found) == ("nowhere", False)


def test_names_can_be_mapped(read):
    """Controls and words of other names are told apart by what the user says of them."""
    found = read(
        task(results=[choice("verdict-1", "Faithful")]), criteria={"verdict-1": "supported"}, words={"Faithful": "yes"}
    )
    assert [(each.rating.criterion, each.rating.score) for each in found] == [("supported", "yes")]


def test_cancelled_is_skipped_and_truth_is_gold(read):
    """A cancelled annotation is a skip of every criterion; a ground truth is gold; predictions are left out."""
    found = read(task(was_cancelled=True), task(results=[choice("supported", "yes")], ground_truth=True,
                                                completed_by={"email": "ann@example.org"}))  # fmt: skip
    assert [each.rating.abstention and each.rating.abstention.reason for each in found] == [
        Reason.SKIPPED,
        Reason.SKIPPED,
        None,
    ]
    assert (found[2].rating.gold, found[2].rating.annotator) == (True, "ann@example.org")


def test_another_key_names_the_record(house, read):
    """Where a task names the record under another key, the user says which."""
    odd = task(results=[choice("supported", "yes")]) | {"data": {"uid": "r0002"}}
    with pytest.raises(LogError, match=r"task 7: its data do not name the record: say which of uid does"):
        read(odd)
    (found,) = read(odd, record_field="uid")
    assert found.rating.record_id == "r0002"
    assert house.rows("SELECT count(*) FROM rating") == [(0,)]


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        (task("nobody"), "data set log has no record 'nobody'"),
        (
            task(results=[choice("x", "yes")]),
            "the control 'x' is no criterion of support; say which with --map x=CRITERION",
        ),
        (task(results=[choice("supported", "Yes!")]), "say what it means with --label-map Yes!=VALUE"),
        (
            task(results=[{"from_name": "tone", "type": "choices", "value": {"choices": ["1", "2"]}}]),
            "2 choices for tone, which takes one",
        ),
    ],
)
def test_what_does_not_fit(read, odd, message):
    """The task is named with what is wrong and what to write, and nothing goes in."""
    with pytest.raises(LogError, match=r"export\.json: task 7: (.|\n)*nothing was imported") as told:
        read(task(results=[choice("supported", "yes")]), odd)
    assert message in str(told.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ('[{"annotations": []}]', "that is a list of tasks with `data` and `annotations`(.|\n)*not JSON_MIN"),
        (None, "it cannot be read: No such file"),
    ],
)
def test_files_of_another_kind(house, tmp_path, text, message):
    """What is no export says so."""
    path = tmp_path / "x.json"
    if text is not None:
        path.write_text(text)
    assert not is_label_studio(str(path))
    with pytest.raises(LogError, match=message):
        read_label_studio(house.db, house.dataset, str(path), LabelStudioMap(house.rubric))
