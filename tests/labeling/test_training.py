import pytest
from house import NOON, at, make_house, make_rubric, press

from judge.errors import UsageError
from judge.labeling.desk import Answer
from judge.labeling.training import Training, TrainingProgress
from judge.scores import Abstention, Rating, Reason
from judge.store import judges, ratings

EXAMPLE = {
    "question": "Is it?",
    "documents": ["It is."],
    "response": "It is.",
    "answers": {
        "supported": {
            "score": "yes",
            "rationale": "To the letter.",
            "evidence": [{"source": "response", "quote": "It is."}],
        },
        "tone": {"score": "not_applicable"},
    },
}


@pytest.fixture
def school(db):
    """A study whose training is one example of the rubric and two gold records."""
    house = make_house(db, rubric=make_rubric(examples=[EXAMPLE]))
    judges.keep_rubric(db, house.rubric)
    gold = [
        (key, Rating(f"r{key}", "support", name, "boss", score=score, gold=True, note="So."))
        for key in range(1, 31)
        for name, score in (("supported", "no"), ("tone", "2"))
    ]
    ratings.add(db, house.rubric, gold)
    house.study(n=10, gold=0.2)
    return house, Training(db, "first")


def test_training_is_one_item_after_the_other(school):
    """Examples of the rubric come first, then gold items; each once; the answers are told and counted."""
    _, training = school
    first = training.next("ann")
    assert (first.id, first.order, [p.text for p in first.passages]) == ("example-0", 1, ["Is it?", "It is.", "It is."])
    not_applicable = Answer("tone", abstention=Abstention(Reason.NOT_APPLICABLE))
    feedback = training.answer("ann", first.id, [Answer("supported", "no"), not_applicable], NOON)
    assert [(f.criterion, f.given, f.right, f.agrees, f.why) for f in feedback] == [
        ("supported", "no", "yes", False, "To the letter."),
        ("tone", "not_applicable", "not_applicable", True, ""),
    ]
    assert feedback[0].evidence[0].text == "It is."
    second = training.next("ann")
    feedback = training.answer("ann", second.id, press(second.id, "no", "2").answers, at(1))
    assert [(f.agrees, f.why) for f in feedback] == [(True, "So."), (True, "So.")]
    third = training.next("ann")
    training.answer("ann", third.id, press(third.id, "no", "3").answers, at(2))
    assert training.next("ann") is None
    assert training.progress("ann") == TrainingProgress(items=3, done=3, asked=6, right=4)


def test_only_the_first_answer_counts(school):
    """Answering again tells the right answer again and changes no count."""
    _, training = school
    first = training.next("ann")
    for value in ("no", "yes"):
        training.answer("ann", first.id, [Answer("supported", value)], NOON)
    assert training.progress("ann") == TrainingProgress(items=3, done=1, asked=1, right=0)


def test_training_leaves_no_rating(school):
    """Answers of the training are no ratings, and its items are never given out for rating."""
    house, training = school
    before = house.rows("SELECT count(*) FROM rating")
    while item := training.next("ann"):
        training.answer("ann", item.id, press(item.id).answers, NOON)
    assert house.rows("SELECT count(*) FROM rating") == before
    assert house.rows("SELECT count(*) FROM press") == [(0,)]


def test_training_is_for_the_study_s_annotators(school):
    """Strangers are refused, and so is an item that is not trained on."""
    house, training = school
    acts = (
        lambda: training.next("eve"),
        lambda: training.progress("eve"),
        lambda: training.answer("eve", "example-0", [], NOON),
    )
    for act in acts:
        with pytest.raises(UsageError, match="eve is no annotator of study first"):
            act()
    (code,) = house.rows("SELECT code FROM item WHERE NOT training LIMIT 1")[0]
    with pytest.raises(UsageError, match="study first trains on no item"):
        training.answer("ann", code, [], NOON)
