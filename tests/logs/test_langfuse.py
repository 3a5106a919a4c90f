import json

from judge.logs import read_log
from judge.logs.entry import Label, Output
from judge.logs.langfuse import is_langfuse
from judge.records import Document

TRACE = {"id": "t", "timestamp": "2026-01-01T00:00:00Z", "sessionId": "s", "release": "r", "public": False}


def test_traces_with_observations_and_scores(data, read):
    """A trace gives question, response, documents of its retriever, and model and tokens of its generation."""
    entries, rejects = read(data / "langfuse_traces.json")
    first, second = entries
    record = first.record
    assert (record.id, record.question, record.response) == ("trace-1", "What is the return window?", "30 days.")
    assert record.documents == (Document("Returns are accepted within 30 days.", title="returns.md"),)
    assert (record.model, record.prompt_tokens, record.completion_tokens) == ("gpt-4o-mini", 94, 11)
    assert (record.conversation, record.model_version, record.latency, record.feedback) == ("sess-9", "v41", 1.364, 1.0)
    assert record.metadata["userId"] == "u-1"
    assert record.metadata["observations"] == [
        {"id": "o-1", "type": "RETRIEVER", "name": "search"},
        {"id": "o-2", "type": "GENERATION", "name": "answer"},
    ]
    assert (second.record.question, second.record.response) == ("Do you repair boots?", "Yes, we do.")
    assert second.record.documents == (Document("We repair boots and shoes."),)
    assert second.record.metadata["input"] == {"locale": "en"}
    assert [reject.reason for reject in rejects] == ["no response: `output` is empty"]


def test_scores_of_people_and_of_judges(data, read):
    """Annotations are labels; evaluators' scores are outputs; what came through the API unsigned is no person's."""
    entries, _ = read(data / "langfuse_traces.json")
    (label,) = entries[0].labels
    assert (label.rater, label.value, label.criterion, label.note) == (
        "ann@shop",
        "True",
        "correctness",
        "matches the page",
    )
    assert entries[0].outputs == (
        Output("hallucination", 0.1, "hallucination", reason="no unsupported claim"),
        Output("tone (api)", "kind", "tone"),
    )


def trace(**more):
    return json.dumps({**TRACE, "input": "q", "output": "a", **more})


def test_a_score_with_an_author_is_a_person_s(write, read):
    """A score that names its author counts as a person's also where it came through the API."""
    scores = [{"name": "tone", "value": 2, "source": "API", "authorUserId": "u"}]
    entries, _ = read(write(trace(scores=scores)))
    assert entries[0].labels == (Label("u", 2, "tone"),)


def test_flattened_scores_may_be_mapped(write, read):
    """An export with one column a score does not say who gave it: the user does."""
    path = write(trace(helpfulness=[4], scores={"tone": [1]}))
    entries, _ = read(path, mapping={"labels.team": "helpfulness", "labels.team:tone": "scores.tone"})
    assert entries[0].labels == (Label("team", 4), Label("team", 1, "tone"))


def test_observations_in_a_table(data, read):
    """Generations are read from CSV, JSON in cells included; other observations are passed over and counted."""
    entries, rejects = read(data / "langfuse_observations.csv")
    assert rejects == []
    (record,) = [entry.record for entry in entries]
    assert (record.id, record.question, record.response) == ("o-8", "Open on Sunday?", "No, closed on Sundays.")
    assert (record.model, record.model_version, record.prompt_tokens, record.latency) == ("gpt-4o", "12", 18, 0.8)
    assert record.metadata["system"] == "Be brief."
    assert record.metadata["shop"] == "no"
    reading = read_log(data / "langfuse_observations.csv")
    assert len(list(reading)) == 1
    assert reading.passed == {"a Langfuse observation of type SPAN, no generation": 1}


def test_documents_in_the_input(write, one):
    """Documents that the prompt was filled with are the record's documents; a generation stands in for the trace."""
    generation = {
        "type": "GENERATION",
        "startTime": "1",
        "input": {"question": "q", "context": ["d"]},
        "output": "late",
    }
    earlier = {"type": "GENERATION", "startTime": "0", "output": "early"}
    record = one(write(trace(input=None, output=None, observations=[generation, earlier])))
    assert (record.question, record.response, record.documents) == ("q", "late", (Document("d"),))
    retriever = {"type": "RETRIEVER", "output": {"documents": [{"text": "e"}]}}
    assert one(write(trace(observations=[retriever]))).documents == (Document("e"),)


def test_scores_alone_are_no_log(write, read):
    """A table of scores holds no responses; the reason says what to export instead."""
    _, rejects = read(write('{"trace_id": "t", "name": "tone", "value": 1, "source": "API", "data_type": "NUMERIC"}'))
    assert rejects[0].reason == "a score without its trace: export the traces with their scores instead"


def test_other_rows_are_no_traces():
    """An ordinary row with a time and an input is not taken for a trace."""
    assert not is_langfuse({"id": 1, "timestamp": 2, "input": "q", "output": "a", "session_id": "s"})
    assert is_langfuse({"trace_id": "t", "type": "SPAN", "start_time": "x"})
