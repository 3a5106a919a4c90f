"""Anthropic's form: its messages requests as chat completions, and chat completions as its messages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from provider.faults import Response

_STOPS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal", "tool_calls": "tool_use"}


def to_chat(request: dict[str, Any]) -> dict[str, Any]:
    """The chat completion request that a messages request corresponds to."""
    system = request.get("system") or []
    texts = [system] if isinstance(system, str) else [part["text"] for part in system]
    messages = [{"role": "system", "content": text} for text in texts]
    messages += [{"role": part["role"], "content": _text(part["content"])} for part in request["messages"]]
    chat: dict[str, Any] = {"model": request["model"], "messages": messages}
    form = request.get("output_format") or (request.get("output_config") or {}).get("format")
    if form:
        chat["response_format"] = {"type": "json_schema", "json_schema": {"schema": form["schema"]}}
    elif request.get("tools"):
        tool = request["tools"][0]
        chat["tools"] = [{"function": {"name": tool["name"], "parameters": tool["input_schema"]}}]
    return chat


def from_chat(response: Response) -> Response:
    """The messages response that a good chat completion corresponds to; errors stay what they are."""
    if response.status != 200 or response.kind != "application/json" or not response.body:
        return response
    chat = orjson.loads(response.body)
    if "choices" not in chat or not chat["choices"]:
        return response
    choice = chat["choices"][0]
    content: list[dict[str, Any]] = []
    for call in choice["message"].get("tool_calls") or ():
        arguments = orjson.loads(call["function"]["arguments"])
        content.append({"type": "tool_use", "id": "tool_1", "name": call["function"]["name"], "input": arguments})
    if choice["message"].get("content"):
        content.append({"type": "text", "text": choice["message"]["content"]})
    body = {
        "id": "msg_loopback",
        "type": "message",
        "role": "assistant",
        "model": chat["model"],
        "content": content,
        "stop_reason": _STOPS[choice["finish_reason"]],
        "usage": {
            "input_tokens": chat["usage"]["prompt_tokens"],
            "output_tokens": chat["usage"]["completion_tokens"],
        },
    }
    return replace(response, body=orjson.dumps(body))


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
