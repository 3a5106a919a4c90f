import asyncio

import pandas as pd
import pytest

import judge
from making import make_rubric

RECORDS = [judge.Record(id=str(n), question="Q?", response=f"Answer {n}.") for n in range(3)]


def test_sync():
    """Records in, judgements out, in order, with the run in figures."""
    model = judge.Scripted(scores={"tone": "rude"})
    judged = judge.judge_records(RECORDS, make_rubric(), model=model)
    assert [(each.record_id, each.score) for each in judged.judgements] == [("0", "rude"), ("1", "rude"), ("2", "rude")]
    assert judged.summary.criteria[0].raw_rate == 1.0
    assert judged.summary.criteria[0].status == "uncalibrated"


async def test_async_and_inside_a_running_loop():
    """Both forms work where an event loop runs already, as in a notebook."""
    model = judge.Scripted(scores={"tone": "rude"})
    awaited = await judge.ajudge_records(RECORDS, make_rubric(), model=model)
    called = judge.judge_records(RECORDS, make_rubric(), model=model)
    assert awaited.judgements == called.judgements
    assert asyncio.get_running_loop().is_running()


def test_frames_and_mappings():
    """A DataFrame's rows and plain mappings are records; a frame comes back."""
    rows = [
        {"id": "a", "question": "Q?", "response": "Yes.", "documents": ["Text"], "latency": 1.0},
        {"id": "b", "question": None, "response": "No.", "documents": ["Text"], "latency": None},
    ]
    model = judge.Scripted(scores={"tone": "polite"})
    from_rows = judge.judge_records(rows, make_rubric(), model=model)
    from_frame = judge.judge_records(pd.DataFrame(rows), make_rubric(), model=model)
    assert from_frame.judgements == from_rows.judgements
    frame = from_frame.to_frame()
    assert list(frame["outcome"]) == ["scored", "abstained"]
    assert list(frame["reason"].fillna("")) == ["", "missing_field"]


def test_a_database_remembers(tmp_path):
    """With a database, the same question is not asked twice, in this program or the next."""
    model = judge.Scripted(scores={"tone": "rude"})
    for _ in range(2):
        judge.judge_records(RECORDS, make_rubric(), model=model, db=str(tmp_path / "own.db"))
    assert model.calls == 3


def test_only_the_given_records_are_judged(tmp_path):
    """What else stands in the data set is left alone."""
    model = judge.Scripted(scores={"tone": "rude"})
    db = str(tmp_path / "own.db")
    judge.judge_records(RECORDS[:2], make_rubric(), model=model, db=db)
    judged = judge.judge_records(RECORDS[2:], make_rubric(), model=model, db=db)
    assert [each.record_id for each in judged.judgements] == ["2"]


def test_shipped_rubrics_by_name():
    """A rubric's name is enough, and several may be given."""
    record = {"question": "How long?", "response": "30 days.", "documents": ["Returns within 30 days."]}
    judged = judge.judge_records([record], ["hallucination", "relevance"], model="baseline")
    assert [each.rubric for each in judged.judgements] == ["hallucination", "relevance"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"question": "x"}, "row 0: no response among question"),
        ({"response": 5}, r"row 0: the response \(`response`\) is a number; a response is text"),
    ],
)
def test_rows_that_are_no_records(row, message):
    """A row that is no record is told with its place and what is allowed."""
    with pytest.raises(judge.LogError, match=message):
        judge.judge_records([row], make_rubric(), model=judge.Scripted([]))


def test_other_content_under_a_known_id(tmp_path):
    """Two contents under one id are refused, not mixed."""
    db = str(tmp_path / "own.db")
    model = judge.Scripted(scores={"tone": "rude"})
    judge.judge_records(RECORDS, make_rubric(), model=model, db=db)
    other = judge.Record(id="0", question="Q?", response="Something else.")
    with pytest.raises(judge.UsageError, match=r"'0' is in data set 'python' already(.|\n)*other ids"):
        judge.judge_records([other], make_rubric(), model=model, db=db)
