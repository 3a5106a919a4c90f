import json

from judge.logs import read_log
from judge.logs.entry import Entry, Output
from judge.logs.otel import is_span
from judge.records import Document


def test_spans_with_messages(data, read):
    """A span by the present conventions gives the whole record; spans about other work are passed over."""
    entries, rejects = read(data / "otel_messages.json")
    assert len(entries) == 1
    record = entries[0].record
    assert record.id == "4bf92f3577b34da6a3ce929d0e0e4736/00f067aa0ba902b7"
    assert (record.question, record.response) == ("Weather in Paris?", "It rains in Paris, at 57°F.")
    assert record.documents == (Document("rainy, 57°F"),)
    assert (record.model, record.model_version, record.latency) == ("gpt-4-0613", "2.4.1", 1.5)
    assert (record.prompt_tokens, record.completion_tokens, record.conversation) == (52, 47, "conv_5j66")
    assert record.time.isoformat() == "2026-03-02T09:14:08.500000+00:00"
    assert record.metadata["system"] == "You are a helpful bot"
    assert record.metadata["app"] == {"tenant": "north"}
    assert record.metadata["resource"]["service"] == {"name": "shop-assistant", "version": "2.4.1"}
    assert record.read("metadata.gen_ai.request.model") == "gpt-4"
    assert entries[0].outputs == (Output("Relevance", "relevant", "Relevance", reason="It answers the question."),)
    assert [(reject.line, reject.unit, reject.reason) for reject in rejects] == [
        (4, "element", "no response: the span ended in an error (timeout)"),
        (
            5,
            "element",
            "no response: the span has no gen_ai.output.messages; was the capture of message content switched off?",
        ),
    ]


def test_what_is_passed_over_is_counted(data):
    """Spans of tools and of HTTP are no bad lines, but they are counted by kind."""
    reading = read_log(data / "otel_messages.json")
    assert sum(isinstance(each, Entry) for each in reading) == 1
    assert reading.format == "otel"
    assert reading.passed == {
        "a GenAI span of the operation execute_tool, which answers nobody": 1,
        "a span that is not about a generative model": 1,
    }


def test_older_conventions(data, read):
    """Events per message, prompt and completion events, numbered attributes and console spans are read too."""
    entries, rejects = read(data / "otel_events.jsonl")
    assert rejects == []
    found = [(e.line, e.record.id, e.record.question, e.record.response, e.record.latency) for e in entries]
    assert found == [
        (1, "aa/01", "Hi", "Hello!", 0.25),
        (2, "bb/02", "2+2?", "4", 1.0),
        (2, "bb/03", "Capital of France?", "Paris.", 1.0),
        (3, "0xcc/0x04", "Plain question?", "Plain answer.", 1.0),
    ]
    assert (entries[0].record.prompt_tokens, entries[0].record.completion_tokens) == (11, 3)
    assert [e.record.metadata.get("system") for e in entries] == ["Be kind.", None, "Be brief.", None]
    assert entries[2].record.metadata["llm"] == {"usage": {"total_tokens": 19}}


def span(attributes, **more):
    return json.dumps({"traceId": "t", "spanId": "s", "name": "chat", "attributes": attributes, **more})


def test_several_choices_are_several_records(write, read):
    """Each output message is one response; evaluations count for the first."""
    outputs = [{"role": "assistant", "parts": [{"type": "text", "content": text}]} for text in ("a", "b")]
    event = {"name": "gen_ai.evaluation.result", "attributes": {"gen_ai.evaluation.score.value": 3}}
    entries, _ = read(write(span({"gen_ai.output.messages": outputs}, events=[event])))
    assert [(e.record.id, e.record.response, len(e.outputs)) for e in entries] == [("t/s", "a", 1), ("t/s#1", "b", 0)]


def test_attributes_may_be_mapped(write, one):
    """A path is an attribute's own name, or begins with resource or span."""
    text = span(
        {"gen_ai.prompt": "q", "gen_ai.completion": "a", "app.tenant": "north"},
        resource={"attributes": {"service.name": "bot"}},
    )
    mapping = {"segment": "app.tenant", "group": "resource.service.name", "metadata.what": "span.name"}
    record = one(write(text), mapping=mapping)
    assert (record.segment, record.group, record.metadata["what"]) == ("north", "bot", "chat")
    assert "app" not in record.metadata


def test_system_instructions_stand_apart(write, one):
    """Instructions given beside the messages are the system prompt."""
    said = {
        "gen_ai.system_instructions": [{"type": "text", "content": "Be kind."}],
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "q"}]}],
        "gen_ai.output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "a"}]}],
    }
    record = one(write(span(said)))
    assert (record.question, record.metadata["system"]) == ("q", "Be kind.")


def test_an_event_with_all_details(write, one):
    """The event that carries the messages instead of the span is read."""
    details = {
        "name": "gen_ai.client.inference.operation.details",
        "attributes": [
            {"key": "gen_ai.input.messages", "value": {"stringValue": '[{"role": "user", "content": "q"}]'}},
            {"key": "gen_ai.output.messages", "value": {"stringValue": '[{"role": "assistant", "content": "a"}]'}},
        ],
    }
    record = one(write(span({"gen_ai.operation.name": "chat"}, events=[details])))
    assert (record.question, record.response) == ("q", "a")


def test_what_is_a_span():
    """Exports, OTLP spans and console spans are told from rows with attributes."""
    assert is_span({"resourceSpans": []})
    assert is_span({"attributes": [], "spanId": "x"})
    assert is_span({"attributes": {}, "context": {"span_id": "x"}})
    assert not is_span({"attributes": {}, "context": "a passage", "answer": "a"})
