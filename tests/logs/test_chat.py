import json

import pytest

from judge.logs.chat import is_chat
from judge.records import Document

REPLY = {"id": "c", "object": "chat.completion", "model": "m-1", "choices": [{"message": {"content": "a"}}]}


def test_requests_and_replies(data, read):
    """Question, conversation, tool results, refusals and further choices are read; failures and bare calls are not."""
    entries, rejects = read(data / "chat.jsonl")
    records = [entry.record for entry in entries]
    assert [record.id for record in records] == ["req-7f1", "req-7f2", "req-7f3", "req-7f5", "req-7f6", "req-7f6#1"]
    assert [record.response for record in records] == [
        "Yes, in four to six days.",
        "9 euros.",
        "It has been in Oslo since Monday.",
        "I can't help with that.",
        "Red.",
        "Blue.",
    ]
    first, second, third = records[:3]
    assert (first.question, first.model, first.latency) == ("Do you ship to Norway?", "gpt-5-mini-2025-08-07", 1.84)
    assert (first.prompt_tokens, first.completion_tokens, first.conversation) == (31, 9, "s-104")
    assert first.time.isoformat() == "2026-03-02T09:14:07.512000+00:00"
    assert first.metadata == {
        "request": {"temperature": 0.2},
        "reply": {"system_fingerprint": "fp_50cad3"},
        "channel": "web",
        "finish_reason": "stop",
        "user_tier": "plus",
        "system": "You answer for a shop that sells shoes.",
    }
    assert second.question.endswith("Assistant: Yes, in four to six days.\n\nUser: And what does this cost?\n[image]")
    assert third.documents == (Document('{"status": "in Oslo since Monday"}', id="call_1"),)
    assert [(reject.line, reject.reason) for reject in rejects] == [
        (4, 'no response: the last turn calls get_order({"id": 89}) and says nothing'),
        (7, "no response: the request failed (429: Rate limit reached)"),
    ]


def test_the_output_of_a_batch(data, read):
    """A batch's line goes by the name its sender gave; what expired or failed is told."""
    entries, rejects = read(data / "batch_output.jsonl")
    assert [(e.record.id, e.record.response, e.record.question) for e in entries] == [
        ("ticket-41", "The parcel was sent back.", None),
        ("ticket-44", "Refunded on 3 March.", None),
    ]
    assert entries[0].record.metadata["id"] == "batch_req_6789"
    assert entries[1].record.prompt_tokens == 40
    assert entries[1].record.metadata["system"] == "Be brief."
    assert [reject.reason.split(":")[1][:28] for reject in rejects] == [
        " the request failed (error",
        " the request failed (400",
    ]


def test_stored_completions(data, one):
    """The list that the API gives of stored completions holds records with their tags."""
    record = one(data / "stored_completions.json")
    assert (record.id, record.response, record.model) == (
        "chatcmpl-AyPN",
        "Circuits hum at night.",
        "gpt-4o-2024-08-06",
    )
    assert record.time.isoformat() == "2025-02-07T20:36:50+00:00"
    assert record.metadata["team"] == "support"
    assert "choices" not in record.metadata


@pytest.mark.parametrize(
    "row",
    [
        {"request": {"messages": [{"role": "user", "content": "q"}]}, "response": REPLY},
        {
            "request": {"method": "POST", "body": {"messages": [{"role": "user", "content": "q"}]}},
            "response": {"body": REPLY},
        },
        {"request": '{"messages": [{"role": "user", "content": "q"}]}', "response": json.dumps(REPLY)},
        {"messages": [{"role": "user", "content": "q"}], "response": REPLY},
        {"messages": [{"role": "user", "content": "q"}], **REPLY},
        {"body": {"prompt": "q"}, "completion": {"id": "c", "model": "m-1", "choices": [{"text": "a"}]}},
        {
            "request": {"input": "q"},
            "response": {
                "object": "response",
                "id": "c",
                "model": "m-1",
                "output": [{"type": "message", "content": [{"type": "output_text", "text": "a"}]}],
            },
        },
    ],
    ids=range(7),
)
def test_requests_and_replies_in_other_envelopes(row, write, one):
    """However a gateway wraps them, question, response, model and id are the same."""
    assert is_chat(row)
    record = one(write(json.dumps(row)), format="chat")
    assert (record.id, record.question, record.response, record.model) == ("c", "q", "a", "m-1")


def test_columns_beside_the_reply_may_be_mapped(write, one):
    """A path may lead into the request, and the user's word goes before the reply's."""
    row = {"request": {"user": "u-1", "model": "asked"}, "response": REPLY, "model": "router"}
    record = one(write(json.dumps(row)), mapping={"segment": "request.user", "model": "model"})
    assert (record.segment, record.model) == ("u-1", "router")
    assert one(write(json.dumps(row))).metadata["model"] == "router"


def test_a_reply_without_choices_is_told(write, read):
    """A row that is no reply cannot be read as one."""
    _, rejects = read(write('{"response": "text"}'), format="chat")
    assert rejects[0].reason == "the reply holds no choices"


def test_other_rows_are_no_chat():
    """A text called response is not a reply of the API."""
    assert not is_chat({"response": "text"})
    assert not is_chat({"choices": ["yes", "no"], "answer": "a"})
