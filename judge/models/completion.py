"""Completions: reads the body of a chat completion, whatever a server makes of that form."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

import orjson

from judge.models.complaint import Complaint, read_complaint
from judge.models.request import Reply, TokenLogprob, Transient
from judge.rubric.reply import storable
from judge.scores import Reason

_ESCAPED: Final = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
"""NUL and surrogates are in a JSON body only as escapes: a body without them needs no second look."""

MOST_TOKENS: Final = 1_000_000_000
"""A larger count is none: no model reads or writes so much in one call."""

_CUT: Final = frozenset({"length", "max_tokens", "model_length"})
_BLOCKED: Final = frozenset({"content_filter", "safety", "recitation", "blocklist", "prohibited_content"})
_REFUSED: Final = frozenset({"refusal"})


def parsed(text: str) -> Any:
    """The JSON value that a body is, in a form that a database takes, or None if it is none."""
    try:
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            # Takes the NaN and Infinity that some servers write for log-probabilities, and halves of surrogate pairs.
            value = json.loads(text)
        return storable(value) if _ESCAPED.search(text) else value
    except (ValueError, RecursionError):
        return None


def stated_status(complaint: Complaint) -> int:
    """The HTTP status that an error sent with 200 should have had; 500 where it states none."""
    known = complaint.status is not None and 300 <= complaint.status <= 599  # noqa: PLR2004 - HTTP's own borders
    return complaint.status if known and complaint.status is not None else 500


def error_in(body: Any) -> Complaint | None:
    """The error that a body with status 200 carries instead of an answer, beside the choices or in the first."""
    if not isinstance(body, dict):
        return None
    if body.get("error"):
        return read_complaint(body)
    choices = body.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict) and choices[0].get("error"):
        return read_complaint(choices[0])
    return None


def read_completion(body: Any, *, asked: str, mode: str, latency: float, raw: str) -> Reply:
    """The reply in the body of a chat completion.

    Args:
        body: The parsed body, without an error in it.
        asked: The model asked, where the body does not say which answered.
        mode: How structure was asked for.
        latency: Seconds it took.
        raw: The body as received.

    Returns:
        The reply; one that was refused, blocked or cut has its `problem`. Missing usage is None. Reasoning is not read.

    Raises:
        Transient: There is no choice, or no text in it.
    """
    fields = body if isinstance(body, dict) else {}
    prompt_tokens, completion_tokens = _usage(fields.get("usage"))
    choices = _choices(fields.get("choices"))
    choice = choices[0]
    text = _text(choices)
    problem, detail = _problem(choice)
    if problem is None and not text:
        problem, detail = Reason.EMPTY, "the reply has no text" if choice else "the reply has no choices"
    answered_by = fields.get("model")
    reply = Reply(
        text=text,
        model=answered_by if isinstance(answered_by, str) and answered_by else asked,
        problem=problem,
        detail=detail,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        logprobs=_logprobs(choice.get("logprobs")),
        mode=mode,
        latency=latency,
        raw=raw,
    )
    if problem is Reason.EMPTY:
        raise Transient(detail, reason=Reason.EMPTY, reply=reply, status=200)
    return reply


def _choices(choices: Any) -> list[dict[str, Any]]:
    """The choices; one that says nothing where the body has none, or none of that form."""
    listed = choices if isinstance(choices, list) and choices else [{}]
    return [choice if isinstance(choice, dict) else {} for choice in listed]


def _message(choice: dict[str, Any]) -> dict[str, Any]:
    message = choice.get("message")
    return message if isinstance(message, dict) else {}


def _text(choices: list[dict[str, Any]]) -> str | None:
    """What the first choice says; where there is more that differs, all of it, which no reader takes for one answer."""
    said = _texts(_message(choices[0]))
    if said:
        said += [text for choice in choices[1:] for text in _texts(_message(choice))]
    return "\n".join(dict.fromkeys(said)) or None


def _texts(message: dict[str, Any]) -> list[str]:
    """The arguments of the tool calls and, unless it is talk beside them, the content."""
    calls = message.get("tool_calls")
    functions = [call.get("function") for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    said = [function.get("arguments") for function in functions if isinstance(function, dict)]
    content = message.get("content")
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text"]
        content = "".join(part for part in parts if isinstance(part, str))
    texts = [text for text in said if isinstance(text, str) and text.strip()]
    if isinstance(content, str) and (content.lstrip().startswith("{") if texts else content.strip()):
        texts.append(content)
    return texts


def _problem(choice: dict[str, Any]) -> tuple[Reason | None, str]:
    refusal = _message(choice).get("refusal")
    finish = choice.get("finish_reason")
    finish = finish.lower() if isinstance(finish, str) else ""
    if (isinstance(refusal, str) and refusal.strip()) or finish in _REFUSED:
        return Reason.REFUSED, refusal if isinstance(refusal, str) else "the model refused"
    if finish in _BLOCKED:
        return Reason.BLOCKED, f"the provider ended the reply: {finish}"
    if finish in _CUT:
        return Reason.CUT, "the reply reached max_tokens before its end"
    return None, ""


def _usage(usage: Any) -> tuple[int | None, int | None]:
    if not isinstance(usage, dict):
        return None, None
    prompt, completion, total = (_count(usage.get(f"{name}_tokens")) for name in ("prompt", "completion", "total"))
    if prompt is not None and completion is not None and total is not None:
        # Some count reasoning in the total only, and charge for it.
        completion = max(completion, total - prompt)
    return prompt, completion


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= MOST_TOKENS else None  # a bool is an int too


def _logprobs(logprobs: Any) -> tuple[TokenLogprob, ...]:
    """The tokens with their log-probabilities; nothing at all where any of it is not of that form."""
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    if not content:
        return ()
    try:
        return tuple(
            TokenLogprob(
                str(entry["token"]),
                _logarithm(entry["logprob"]),
                tuple((str(other["token"]), _logarithm(other["logprob"])) for other in entry.get("top_logprobs") or ()),
            )
            for entry in content
        )
    except (TypeError, ValueError, KeyError, AttributeError):
        return ()


def _logarithm(value: Any) -> float:
    number = float(value)
    if math.isnan(number):
        raise ValueError("no number")
    return number
