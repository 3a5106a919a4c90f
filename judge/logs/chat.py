"""Chat logs: requests and replies of the OpenAI API, as gateways, the Batch API and stored completions write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from judge.logs.answers import decoded, reply_answers
from judge.logs.draft import Draft, Found
from judge.logs.entry import Unreadable
from judge.logs.values import object_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from judge.logs.rows import RowReader

_REQUEST: Final = ("request", "req", "request_body", "body", "kwargs")
_REPLY: Final = ("response", "resp", "response_body", "reply", "completion", "output", "result")
_ASKED: Final = ("messages", "input", "prompt")
_TAKEN: Final = frozenset({*_ASKED, "instructions", "model", "choices", "output", "usage", "created", "created_at"})
_FAILED: Final = 400


def is_chat(item: dict[str, Any]) -> bool:
    """Whether a row is a reply of the OpenAI API, or holds one."""
    return _is_reply(item) or _reply_key(item) is not None or ("custom_id" in item and "error" in item)


def chat_drafts(item: dict[str, Any], reader: RowReader) -> Iterator[Draft]:
    """One draft for each choice of the reply.

    Args:
        item: ``{"request": ..., "response": ...}``, a line of a batch's output file, or a reply that stands alone,
            with or without the messages that it answers.
        reader: Reads the columns beside request and reply, and the mapped ones.

    Raises:
        Unreadable: The request failed, or the reply holds no choice.
    """
    request_key = next((key for key in _REQUEST if _unwrapped(item.get(key)) is not None), None)
    request = _unwrapped(item[request_key]) or {} if request_key else {}
    reply_key = _reply_key(item)
    _refuse_failure(item, item.get(reply_key or "response"))
    reply = (_unwrapped(item[reply_key]) or {}) if reply_key else item
    reply_answers(reply)
    own = {key: value for key, value in item.items() if key not in {request_key, reply_key, "custom_id", *_ASKED}}
    if reply_key is None:
        own = {key: value for key, value in own.items() if key not in _TAKEN and key != "object"}
    for place, answer in enumerate(_answers(reply)):
        draft = Draft()
        draft.fields["response"] = Found(answer, "response")
        _asked(draft, {**item, **reply, **request})
        _behaviour(draft, request, reply, reply if reply_key else {})
        _finish(draft, reply, place)
        if item.get("custom_id") is not None:  # the name that the sender gave, not the one of the batch's line
            draft.fields["id"] = Found(item["custom_id"], "custom_id")
        yield _identified(reader.draft(own, draft, whole=item), reply, place)


def _is_reply(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    if value.get("object") == "response":
        return isinstance(value.get("output"), list)
    choices = value.get("choices")
    return isinstance(choices, list) and all(isinstance(c, dict) and ("message" in c or "text" in c) for c in choices)


def _unwrapped(value: Any) -> dict[str, Any] | None:
    """The body of a request or reply that may be JSON text, or stand in an envelope with status and headers."""
    value = decoded(value)
    if isinstance(value, dict) and isinstance(decoded(value.get("body")), dict):
        value = decoded(value["body"])
    return value if isinstance(value, dict) else None


def _reply_key(item: dict[str, Any]) -> str | None:
    return next((key for key in _REPLY if key in item and _is_reply(_unwrapped(item[key]))), None)


def _refuse_failure(item: dict[str, Any], envelope: Any) -> None:
    envelope = decoded(envelope)
    status = envelope.get("status_code") if isinstance(envelope, dict) else None
    body = _unwrapped(envelope) or {}
    error = item.get("error") or body.get("error")
    if error or (isinstance(status, int) and status >= _FAILED):
        message = error.get("message", error) if isinstance(error, dict) else error
        raise Unreadable(f"no response: the request failed ({status or 'error'}: {str(message)[:200]})")


def _answers(reply: dict[str, Any]) -> list[Any]:
    """What `judge.logs.answers` reads as a response, for each choice."""
    if isinstance(reply.get("output"), list):
        return [{"object": "response", "output": reply["output"]}]
    return [
        {"role": "assistant", **choice["message"]} if isinstance(choice.get("message"), dict) else choice.get("text")
        for choice in reply["choices"]
    ]


def _asked(draft: Draft, parts: dict[str, Any]) -> None:
    asked = next((key for key in _ASKED if parts.get(key)), None)
    value = decoded(parts[asked]) if asked else []
    if isinstance(parts.get("instructions"), str):
        said = value if isinstance(value, list) else [{"role": "user", "content": value}]
        value = [{"role": "system", "content": parts["instructions"]}, *said]
    if value:
        draft.fields["question"] = Found(value, asked or "instructions")


def _behaviour(draft: Draft, request: dict[str, Any], reply: dict[str, Any], other: dict[str, Any]) -> None:
    """Model, tokens and metadata from both sides; the reply knows better which model answered."""
    model = reply.get("model") or request.get("model")
    if model is not None:
        draft.fields["model"] = Found(model, "model")
    usage = object_of(reply.get("usage"))
    for field, names in (
        ("prompt_tokens", ("prompt_tokens", "input_tokens")),
        ("completion_tokens", ("completion_tokens", "output_tokens")),
    ):
        name = next((name for name in names if usage.get(name) is not None), None)
        if name:
            draft.fields[field] = Found(usage[name], f"usage.{name}")
    tags: dict[str, Any] = {}
    for side, name in ((request, "request"), (other, "reply")):
        tags |= object_of(side.get("metadata"))
        hidden = _TAKEN | {"metadata", "object", "id"}
        kept = {key: value for key, value in side.items() if key not in hidden and value not in (None, [], {})}
        if kept:
            draft.put(name, kept)
    for key, value in tags.items():
        draft.put(key, value)


def _finish(draft: Draft, reply: dict[str, Any], place: int) -> None:
    choices = reply.get("choices")
    reason = choices[place].get("finish_reason") if isinstance(choices, list) else reply.get("status")
    if reason is not None:
        draft.put("finish_reason", reason)


def _identified(draft: Draft, reply: dict[str, Any], place: int) -> Draft:
    """The draft with the reply's own id and time where the log adds none; further choices get ids of their own."""
    created = reply.get("created", reply.get("created_at"))
    draft.fields.setdefault("id", Found(reply.get("id"), "id"))
    draft.fields.setdefault("time", Found(created, "created"))
    found = draft.fields["id"]
    if place and found.value is not None:
        draft.fields["id"] = found._replace(value=f"{found.value}#{place}")
    return draft
