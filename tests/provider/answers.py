"""Answers: well-formed completions that satisfy a request's schema, the same for the same messages."""

from __future__ import annotations

import math
import re
from typing import Any

import orjson

from judge.models.answer import answer_to

_TOKEN = re.compile(r'\w+|[^\w"]+|"')


def schema_in(request: dict[str, Any]) -> dict[str, Any] | None:
    """The JSON schema that a request asks its reply to satisfy, wherever it stands."""
    form = request.get("response_format") or {}
    if form.get("type") == "json_schema":
        schema: dict[str, Any] = form["json_schema"]["schema"]
        return schema
    tools = request.get("tools")
    return tools[0]["function"]["parameters"] if tools else None


def answer(schema: dict[str, Any] | None, draw: int) -> str:
    """A reply text that satisfies the schema, chosen by a number."""
    if schema is None:
        return '{"answer": "no schema was sent"}'
    numbers = iter(range(draw, draw + 10_000))
    value = answer_to(schema, {}, lambda values: values[next(numbers) % len(values)])
    return orjson.dumps(value).decode()


def completion(request: dict[str, Any], text: str, **message: Any) -> dict[str, Any]:
    """The body of a chat completion with this text, as a tool call where one was forced."""
    content: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None} | message
    finish = "stop"
    if "tools" in request:
        function = {"name": request["tools"][0]["function"]["name"], "arguments": text}
        content |= {"content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": function}]}
        finish = "tool_calls"
    characters = sum(len(part["content"]) for part in request["messages"])
    read, written = characters // 4 + 3, len(text) // 4 + 1
    return {
        "id": "chatcmpl-loopback",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": request.get("model", "unknown"),
        "choices": [
            {
                "index": 0,
                "message": content,
                "finish_reason": finish,
                "logprobs": {"content": _logprobs(text, request)} if request.get("logprobs") else None,
            }
        ],
        "usage": {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written},
    }


def _logprobs(text: str, request: dict[str, Any]) -> list[dict[str, Any]]:
    """Sure tokens, except that each value of an enum is given with 0.8 and the others share the rest."""
    enums = _enums(schema_in(request))
    return [_token(token, enums.get(token, ())) for token in _TOKEN.findall(text)]


def _token(token: str, others: tuple[str, ...]) -> dict[str, Any]:
    if not others:
        return {"token": token, "logprob": -0.001, "bytes": None, "top_logprobs": []}
    rest = math.log(0.2 / len(others))
    top = [{"token": token, "logprob": math.log(0.8), "bytes": None}]
    top += [{"token": other, "logprob": rest, "bytes": None} for other in others[:4]]
    return {"token": token, "logprob": math.log(0.8), "bytes": None, "top_logprobs": top}


def _enums(schema: Any) -> dict[str, tuple[str, ...]]:
    """Each value of each enum -> the values beside it."""
    found: dict[str, tuple[str, ...]] = {}
    if isinstance(schema, dict):
        names = [value for value in schema.get("enum", ()) if isinstance(value, str)]
        found |= {name: tuple(other for other in names if other != name) for name in names}
        for part in schema.values():
            found |= _enums(part)
    elif isinstance(schema, list):
        for part in schema:
            found |= _enums(part)
    return found
