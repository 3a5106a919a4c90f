"""Messages: what was asked and answered in a chat, with the turns before it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from judge.records import Document

_ROLES: Final = {
    "user": "user",
    "human": "user",
    "customer": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "gpt": "assistant",
    "chatbot": "assistant",
    "system": "system",
    "developer": "system",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
}
_TEXT_PARTS: Final = frozenset({"text", "input_text", "output_text", "refusal", None})
_SILENT_PARTS: Final = frozenset({"reasoning", "thinking", "redacted_thinking"})
_RESULT_PARTS: Final = frozenset({"tool_call_response", "tool_result", "function_call_output"})
_CALL_PARTS: Final = frozenset({"tool_call", "tool_use", "function_call", "tool-call"})


@dataclass(slots=True)
class Chat:
    """What a list of messages says.

    Attributes:
        question: The last user turn; where turns came before it, the whole conversation up to it, each turn under the
            name of its role.
        response: What the assistant said after that.
        system: The system prompt.
        results: What tools returned between that turn and the response.
        calls: Names of the tools that the assistant called last, where it said nothing.
    """

    question: str | None = None
    response: str | None = None
    system: str | None = None
    results: list[Document] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)


def role_of(message: Any) -> str | None:
    """``user``, ``assistant``, ``system`` or ``tool``; None where the value is no message."""
    if not isinstance(message, dict):
        return None
    for key in ("role", "from", "type"):
        role = message.get(key)
        if isinstance(role, str) and role.lower() in _ROLES:
            return _ROLES[role.lower()]
    return None


def are_messages(value: Any) -> bool:
    """Whether a value is a list of chat messages."""
    return isinstance(value, list) and bool(value) and all(role_of(message) for message in value)


def text_of(message: Any) -> str | None:
    """The words of a message, a list of content parts, or one part; None where there are none.

    Pictures, sound and files are named in brackets (``[image]``), so that nobody takes the rest for the whole;
    reasoning is left out.
    """
    if isinstance(message, str):
        return message
    if isinstance(message, list):
        texts = [text for text in map(_part_text, message) if text is not None]
        return "\n".join(texts) if texts else None
    if not isinstance(message, dict):
        return None
    for key in ("content", "parts", "value", "text", "refusal"):
        text = text_of(message.get(key))
        if text is not None:
            return text
    return None


def _part_text(part: Any) -> str | None:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        return None
    kind = part.get("type")
    if kind in _SILENT_PARTS or kind in _CALL_PARTS:
        return None
    if kind in _RESULT_PARTS:
        return _result_text(part)
    if kind in _TEXT_PARTS:
        text = part.get("text", part.get("content", part.get("refusal")))
        return text if isinstance(text, str) else None
    return f"[{part.get('modality') or str(kind).removeprefix('input_').removesuffix('_url')}]"


def _result_text(part: dict[str, Any]) -> str | None:
    for key in ("result", "response", "content", "output"):
        if part.get(key) is not None:
            value = part[key]
            return text_of(value) or json.dumps(value, ensure_ascii=False)
    return None


def calls_of(message: dict[str, Any]) -> list[str]:
    """Each tool call of an assistant turn, as ``name(arguments)``."""
    calls = list(message.get("tool_calls") or ())
    parts = message.get("parts") or message.get("content")
    calls += (
        [p for p in parts if isinstance(p, dict) and p.get("type") in _CALL_PARTS] if isinstance(parts, list) else []
    )
    if isinstance(message.get("function_call"), dict):
        calls.append(message["function_call"])
    found = []
    for call in calls:
        inner = call.get("function") if isinstance(call, dict) and isinstance(call.get("function"), dict) else call
        if isinstance(inner, dict):
            arguments = inner.get("arguments", inner.get("input", inner.get("args")))
            spelled = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
            found.append(f"{inner.get('name', 'tool')}({spelled if arguments is not None else ''})")
    return found


def read_chat(messages: list[dict[str, Any]]) -> Chat:
    """What was asked and answered, by the order of the turns."""
    turns = [(role_of(message) or "", message) for message in messages]
    systems = [text_of(message) for role, message in turns if role == "system"]
    turns = [(role, message) for role, message in turns if role != "system"]
    last = max((place for place, (role, _) in enumerate(turns) if role == "user"), default=-1)
    chat = Chat(
        question=transcript(turns[: last + 1]),
        system="\n\n".join(text for text in systems if text) or None,
    )
    for role, message in turns[last + 1 :]:
        text = text_of(message)
        if role == "tool":
            if text:
                chat.results.append(Document(text, id=_text(message, "tool_call_id"), title=_text(message, "name")))
        else:
            chat.response = text if text is not None else chat.response
            chat.calls = calls_of(message)
    return chat


def transcript(turns: list[tuple[str, dict[str, Any]]]) -> str | None:
    """One turn's own words; several turns one after the other, each under the name of its role."""
    if not turns:
        return None
    if len(turns) == 1:
        return text_of(turns[0][1])
    spoken = []
    for role, message in turns:
        words = [*([text] if (text := text_of(message)) else []), *(f"[calls {call}]" for call in calls_of(message))]
        spoken.append(f"{role.capitalize()}: " + "\n".join(words))
    return "\n\n".join(spoken)


def _text(message: dict[str, Any], key: str) -> str | None:
    value = message.get(key)
    return value if isinstance(value, str) and value else None
