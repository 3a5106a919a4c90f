from judge.labeling import wire
from judge.labeling.desk import Ack, Answer, DeskItem, Entry, Mark, Passage, Progress
from judge.rubric.schema import Rubric
from judge.scores import Abstention, Reason

RUBRIC = Rubric.model_validate(
    {
        "name": "wired",
        "version": 1,
        "title": "A title",
        "reads": ["response"],
        "guidance": "Some words.",
        "sources": ["a paper that annotators are not shown"],
        "criteria": [
            {
                "name": "good",
                "question": "Good?",
                "scale": {"kind": "interval", "min": 1, "max": 5, "step": 1, "good": "high"},
                "not_applicable": "Nothing is said.",
                "evidence": {"quote": ["response"]},
            }
        ],
    }
)


def test_the_form_gets_the_rubric_and_not_its_sources():
    """Everything an annotator reads of the rubric is sent, and what raters are never shown is not."""
    data = wire.rubric_data(RUBRIC)
    criterion = data["criteria"][0]
    assert (data["title"], data["guidance"], data["rubric"]) == ("A title", "Some words.", RUBRIC.hash)
    assert (criterion["low"], criterion["high"], criterion["step"]) == (1, 5, 1)
    assert criterion["evidence"] == {"quote": ["response"], "when": [], "roles": {}}
    assert "paper" not in str(data)


def test_texts_are_sent_once():
    """An item that the browser has already is named in the queue, and its texts are not sent again."""
    items = [DeskItem("a", (Passage("response", "A"),), 1), DeskItem("b", (Passage("response", "B"),), 2)]
    data = wire.queue_data(items, {"a"})
    assert data["queue"] == ["a", "b"]
    assert [item["id"] for item in data["items"]] == ["b"]


def test_earlier_answers_are_sent_with_an_item_that_is_opened_again():
    """Scores, not-applicable answers, marks, remark and flag come back to the form."""
    answers = (Answer("good", abstention=Abstention(Reason.NOT_APPLICABLE)),)
    marked = (Answer("good", score=4.0, marks=(Mark("response", 0, 1),)),)
    item = DeskItem("a", (Passage("response", "A"),), 1, given=Entry("k" * 8, "a", answers, note="hm", flagged=True))
    again = DeskItem("a", (Passage("response", "A"),), 1, given=Entry("k" * 8, "a", marked))
    assert wire.item_data(item)["given"] == {
        "scores": {"good": "not_applicable"},
        "marks": {},
        "note": "hm",
        "flagged": True,
    }
    assert wire.item_data(again)["given"]["marks"] == {"good": [{"source": "response", "start": 0, "end": 1}]}


def test_a_skipped_item_comes_back_without_scores():
    """A skip is no score: the form is empty when the item is opened again."""
    skipped = (Answer("good", abstention=Abstention(Reason.SKIPPED, "broken")),)
    item = DeskItem("a", (), 1, given=Entry("k" * 8, "a", skipped))
    assert wire.item_data(item)["given"]["scores"] == {}


def test_acks_and_progress_are_plain():
    """What became of entries, and how far the annotator is."""
    acks = [Ack("k" * 8, saved=True, version=2), Ack("r" * 8, saved=False, reason="late")]
    assert wire.ack_data(acks) == [
        {"key": "k" * 8, "saved": True, "reason": ""},
        {"key": "r" * 8, "saved": False, "reason": "late"},
    ]
    assert wire.progress_data(Progress(3, None, "paused")) == {"done": 3, "assigned": None, "closed": "paused"}
