import json

from judge.logs.entry import Label, Output
from judge.logs.promptfoo import is_promptfoo
from judge.records import Document


def test_results(data, read):
    """Variables with usual names are fields, the others metadata; a failed call is told."""
    entries, rejects = read(data / "promptfoo.json")
    first, second = [entry.record for entry in entries]
    assert (first.id, first.question, first.response) == ("r-1", "What is the return window?", "30 days, for a fee.")
    assert first.documents == (Document("Returns are accepted within 30 days."),)
    assert (first.model, first.latency, first.prompt_tokens, first.completion_tokens) == (
        "openai:gpt-4o-mini",
        0.812,
        25,
        8,
    )
    assert first.metadata["vars"] == {"tone": "kind"}
    assert first.metadata["test_metadata"] == {"suite": "returns"}
    assert second.id == "eval-k3/test-1/prompt-0"
    assert (second.question, second.response, second.metadata["system"]) == (
        "Say hi",
        '{"greeting": "hi"}',
        "Be brief.",
    )
    assert [reject.reason for reject in rejects] == [
        "no response: the provider gave no output (API error: 429 Too Many Requests)"
    ]


def test_assertions_are_judges_and_a_person_is_a_rater(data, read):
    """Each assertion is a judge of its own, named by its kind and metric; a manual result is a label."""
    entries, _ = read(data / "promptfoo.json")
    assert entries[0].labels == (Label("human", "pass", note="fine by me"),)
    assert entries[0].outputs == (
        Output("contains", "pass", reason="Assertion passed", raw='{"pass": true, "score": 1}'),
        Output(
            "llm-rubric/grounded",
            "fail",
            "grounded",
            reason="It adds a fee that the text does not name.",
            raw='{"pass": false, "score": 0}',
        ),
    )
    assert [output.judge for output in entries[1].outputs] == ["promptfoo"]


def test_results_line_by_line(write, read):
    """The JSONL output holds one result a line; two assertions of one kind are two judges; paths may be mapped."""
    row = {
        "promptIdx": 1,
        "testIdx": 2,
        "vars": {"text": "long"},
        "prompt": "Sum up: long",
        "provider": "echo",
        "response": {"output": "short", "latencyMs": 5},
        "gradingResult": {
            "componentResults": [
                {"pass": True, "assertion": {"type": "llm-rubric"}},
                {"pass": False, "assertion": {"type": "llm-rubric"}},
                "odd",
            ]
        },
    }
    entries, _ = read(write(json.dumps(row) + "\n" + json.dumps(row)), mapping={"documents": "vars.text"})
    record = entries[0].record
    assert (record.id, record.question, record.latency) == ("test-2/prompt-1", "Sum up: long", 0.005)
    assert record.documents == (Document("long"),)
    assert [(output.judge, output.value) for output in entries[0].outputs] == [
        ("llm-rubric", "pass"),
        ("llm-rubric 2", "fail"),
    ]


def test_other_rows_are_no_results():
    """A row with variables alone is not taken for a result."""
    assert not is_promptfoo({"vars": {}, "response": "a"})
