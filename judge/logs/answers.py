"""Answers: the texts of question and response inside whatever the log put in their place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from judge.logs.aliases import ALIASES
from judge.logs.entry import Unreadable
from judge.logs.messages import Chat, are_messages, read_chat, role_of, text_of, transcript
from judge.logs.strict import parse
from judge.logs.values import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_QUESTION_KEYS: Final = (*ALIASES["question"], "text", "content")
_RESPONSE_KEYS: Final = (*ALIASES["response"], "text", "content", "result")
_SPOKEN: Final = frozenset({"role", "content", "parts", "type", "messages", "refusal"})
_LISTED: Final = 8


class Answer(NamedTuple):
    """A response as it was found.

    Attributes:
        text: Its words; None where there are none.
        rival: The other response of a pair.
        rest: What else stood in the same place.
        calls: The tools called instead of an answer.
    """

    text: str | None
    rival: str | None = None
    rest: Any = None
    calls: tuple[str, ...] = ()


def decoded(value: Any) -> Any:
    """The list or object that a text spells in JSON; any other value as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in {"[", "{"}:
        return value
    try:
        return parse(value)
    except Unreadable:
        return value


def read_messages(value: Any) -> Chat | None:
    """The chat that a value is or spells, or None."""
    value = decoded(value)
    if isinstance(value, dict):
        value = value.get("messages")
    return read_chat(value) if are_messages(value) else None


def beside_messages(value: Any) -> dict[str, Any] | None:
    """What else an object says that holds messages."""
    value = decoded(value)
    return {key: inner for key, inner in value.items() if key != "messages"} if isinstance(value, dict) else None


def read_question(value: Any) -> tuple[str | None, Any]:
    """What was asked, where it is no chat, and what else stood in the same place.

    It is the text, the text under a usual key, or the whole object as JSON.
    """
    if value is None or isinstance(value, str):
        return value, None
    if isinstance(value, dict):
        key = _first(value, _QUESTION_KEYS)
        if key is not None:
            rest = {other: inner for other, inner in value.items() if other != key}
            text, more = read_question(value[key])
            return text, rest or more
        if isinstance(value.get("kwargs"), dict) and _first(value["kwargs"], _QUESTION_KEYS):  # a traced function
            return read_question(value["kwargs"])
    text = text_of(value) if isinstance(value, list) else None
    return (text if text is not None else json.dumps(value, ensure_ascii=False)), None


def read_answer(value: Any, name: str) -> Answer:
    """The response in the place where the log has it.

    Args:
        value: A text, a pair ``{"a": ..., "b": ...}``, a chat message or several, content parts, a whole reply of the
            OpenAI API, or an object with the text under a usual key.
        name: What the log calls it, for the reason.

    Raises:
        Unreadable: It is none of these.
    """
    if value is None or isinstance(value, str):
        return Answer(value)
    if isinstance(value, dict):
        return _of_object(value, name)
    if isinstance(value, list):
        return _of_list(value, name)
    raise Unreadable(f"the response (`{name}`) is {kind_of(value)}; a response is text")


def _of_object(value: dict[str, Any], name: str) -> Answer:
    if value.keys() == {"a", "b"}:
        return Answer(_side(value, "a", name), rival=_side(value, "b", name))
    if "choices" in value or value.get("object") == "response":
        return reply_answers(value)[0]
    if role_of(value) == "assistant" or are_messages(value.get("messages")):
        chat = read_chat(value.get("messages") or [value])
        rest = {key: inner for key, inner in value.items() if key not in _SPOKEN and inner not in (None, [], {})}
        return Answer(chat.response, rest=rest or None, calls=tuple(chat.calls))
    key = _first(value, _RESPONSE_KEYS)
    if key is None:
        keys = ", ".join(list(value)[:_LISTED]) or "nothing"
        hint = f"say where with --map response={name}.KEY"
        raise Unreadable(
            f"the response (`{name}`) is an object with {keys}, and it is not clear which is the text: {hint}"
        )
    inner = read_answer(value[key], f"{name}.{key}")
    rest = {other: inner for other, inner in value.items() if other != key}
    return inner._replace(rest=rest or inner.rest)


def _side(pair: dict[str, Any], side: str, name: str) -> str:
    text = text_of(pair[side])
    if text is None:
        raise Unreadable(f"the response (`{name}.{side}`) of the pair is no text")
    return text


def _of_list(value: list[Any], name: str) -> Answer:
    if are_messages(value):
        chat = read_chat(value)
        return Answer(chat.response, calls=tuple(chat.calls))
    if len(value) == 1:
        return read_answer(value[0], f"{name}.0")
    text = None if all(isinstance(part, str) for part in value) else text_of(value)
    if text is None:
        raise Unreadable(f"the response (`{name}`) is a list of {len(value)}; a record has one response")
    return Answer(text)


def reply_answers(body: dict[str, Any]) -> list[Answer]:
    """Each choice of a reply body of the OpenAI API (chat completions, completions, responses); at least one.

    Raises:
        Unreadable: The body holds none.
    """
    if isinstance(body.get("output"), list):
        said = [item for item in body["output"] if isinstance(item, dict) and item.get("type") == "message"]
        calls = [str(item.get("name")) for item in body["output"] if _is_call(item)]
        return [Answer("\n".join(text for item in said if (text := text_of(item))) or None, calls=tuple(calls))]
    choices = [choice for choice in body.get("choices") or () if isinstance(choice, dict)]
    if not choices:
        raise Unreadable("the reply holds no choices")
    return [_choice(choice) for choice in choices]


def _is_call(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type") == "function_call"


def _choice(choice: dict[str, Any]) -> Answer:
    message = choice.get("message")
    if not isinstance(message, dict):
        return Answer(text_of(choice.get("text")))
    chat = read_chat([{"role": "assistant", **message}])
    return Answer(chat.response, calls=tuple(chat.calls))


def with_history(history: Any, question: str | None) -> str | None:
    """The conversation before a question, with the question as its last turn; None where the value is no history."""
    history = decoded(history)
    if isinstance(history, list) and all(_is_exchange(pair) for pair in history):
        history = [{"role": role, "content": text} for pair in history for role, text in zip(_SIDES, pair, strict=True)]
    if history == [] or (history and are_messages(history)):
        turns = [(role_of(message) or "", message) for message in history if role_of(message) != "system"]
        asked: Iterable[tuple[str, dict[str, Any]]] = (("user", {"content": question}),) if question is not None else ()
        return transcript([*turns, *asked])
    return None


_SIDES: Final = ("user", "assistant")


def _is_exchange(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == len(_SIDES) and all(isinstance(text, str) for text in pair)


def _first(value: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    return next((key for key in keys if value.get(key) is not None), None)
