"""OpenTelemetry: GenAI spans, by the conventions before and since version 1.37."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from judge.logs.answers import decoded
from judge.logs.draft import Draft, Found
from judge.logs.entry import Output, Passed, Unreadable
from judge.logs.messages import are_messages
from judge.logs.otlp import attributes_of, nested
from judge.logs.values import count_of, object_of, time_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from judge.logs.rows import RowReader

_INPUT: Final = "gen_ai.input.messages"
_OUTPUT: Final = "gen_ai.output.messages"
_SYSTEM: Final = "gen_ai.system_instructions"
_OTHER_WORK: Final = frozenset({"embeddings", "execute_tool", "create_agent", "retrieval"})
_INDEXED: Final = re.compile(r"gen_ai\.(prompt|completion)\.(\d+)\.(role|content|tool_calls\.\d+\.\w+|\w+)")
_ROLE_EVENT: Final = re.compile(r"gen_ai\.(system|user|assistant|tool)\.message")
_FIELDS: Final = {
    "model": ("gen_ai.response.model", "gen_ai.request.model"),
    "prompt_tokens": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    "completion_tokens": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    "conversation": ("gen_ai.conversation.id", "session.id", "gen_ai.thread.id"),
}
_NS: Final = 1_000_000_000
_ERROR_CODES: Final = (2, "2", "STATUS_CODE_ERROR", "ERROR")


def is_span(item: dict[str, Any]) -> bool:
    """Whether a row is a span, or an export of spans."""
    if "resourceSpans" in item or "resource_spans" in item:
        return True
    return "attributes" in item and ("spanId" in item or "span_id" in item or isinstance(item.get("context"), dict))


@dataclass(slots=True)
class _Said:
    """What a span says of the conversation."""

    inputs: Any = None
    outputs: list[Any] = field(default_factory=list)
    marks: list[Output] = field(default_factory=list)


def span_drafts(span: dict[str, Any], reader: RowReader) -> Iterator[Draft]:
    """One draft for each choice that a GenAI span holds.

    Args:
        span: The span, with its resource.
        reader: Reads the mapped attributes; a path is an attribute's name, or begins with ``resource`` or ``span``.

    Raises:
        Passed: The span is about something else.
        Unreadable: It is about a response, and does not hold it.
    """
    attributes = attributes_of(span)
    events = [event for event in span.get("events") or () if isinstance(event, dict)]
    _refuse_other(attributes, events)
    said = _said(attributes, events)
    if not said.outputs:
        raise Unreadable(_why_silent(span))
    resource = nested(attributes_of(span.get("resource")))
    left = {name: value for name, value in attributes.items() if not _spoken(name)}
    for place, output in enumerate(said.outputs):
        draft = Draft(outputs=list(said.marks) if place == 0 else [])
        draft.fields["response"] = Found(output, "gen_ai.output.message")
        if said.inputs is not None:
            draft.fields["question"] = Found(said.inputs, _INPUT)
        rest = _behaviour(draft, dict(left), span, resource, place)
        reader.draft({}, draft, whole={**attributes, "resource": resource, "span": {"name": span.get("name")}})
        mapped = {found.name for found in draft.fields.values() if found.mapped}
        for key, value in nested({key: value for key, value in rest.items() if key not in mapped}).items():
            draft.put(key, value)
        if resource:
            draft.put("resource", resource)
        draft.put("span", span.get("name"))
        yield draft


def _refuse_other(attributes: dict[str, Any], events: list[dict[str, Any]]) -> None:
    operation = attributes.get("gen_ai.operation.name")
    if operation in _OTHER_WORK:
        raise Passed(f"a GenAI span of the operation {operation}, which answers nobody")
    about = any(name.startswith("gen_ai.") for name in attributes)
    if not about and not any(str(event.get("name")).startswith("gen_ai.") for event in events):
        raise Passed("a span that is not about a generative model")


def _why_silent(span: dict[str, Any]) -> str:
    status = span.get("status")
    if isinstance(status, dict) and status.get("code", status.get("status_code")) in _ERROR_CODES:
        message = status.get("message") or status.get("description") or "no message"
        return f"no response: the span ended in an error ({str(message)[:200]})"
    return f"no response: the span has no {_OUTPUT}; was the capture of message content switched off?"


def _spoken(name: str) -> bool:
    return name in {_INPUT, _OUTPUT, _SYSTEM, "gen_ai.prompt", "gen_ai.completion"} or bool(_INDEXED.fullmatch(name))


def _said(attributes: dict[str, Any], events: list[dict[str, Any]]) -> _Said:
    said = _Said()
    _from_attributes(said, attributes)
    turns: list[dict[str, Any]] = []
    for event in events:
        name, inner = str(event.get("name")), attributes_of(event)
        role = _ROLE_EVENT.fullmatch(name)
        if role:
            turns.append({"role": role.group(1), **_body(inner)})
        elif name == "gen_ai.choice":
            body = _body(inner)
            message = decoded(body.get("message"))
            said.outputs.append({"role": "assistant", **(message if isinstance(message, dict) else body)})
        elif name == "gen_ai.evaluation.result":
            said.marks.append(_mark(inner))
        else:
            _from_attributes(said, inner)
    if turns and said.inputs is None:
        said.inputs = turns
    return said


def _from_attributes(said: _Said, attributes: dict[str, Any]) -> None:
    """Reads messages from the attributes of a span or an event, whichever convention wrote them."""
    prompts, completions = _indexed(attributes)
    inputs = decoded(attributes.get(_INPUT, attributes.get("gen_ai.prompt", prompts or None)))
    outputs = decoded(attributes.get(_OUTPUT, attributes.get("gen_ai.completion", completions or None)))
    system = decoded(attributes.get(_SYSTEM))
    if inputs is not None and said.inputs is None:
        turns = inputs if are_messages(inputs) else [{"role": "user", "content": inputs}]
        said.inputs = [{"role": "system", "content": system}, *turns] if system else inputs
    if outputs is not None and not said.outputs:
        said.outputs = outputs if are_messages(outputs) else [outputs]


def _indexed(attributes: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Messages written as ``gen_ai.prompt.0.role``, ``gen_ai.prompt.0.content`` and so on."""
    found: dict[str, dict[int, dict[str, Any]]] = {"prompt": {}, "completion": {}}
    for name, value in attributes.items():
        parts = _INDEXED.fullmatch(name)
        if parts:
            side, place, key = parts.groups()
            found[side].setdefault(int(place), {})[key] = decoded(value) if key == "content" else value
    for message in found["completion"].values():
        message.setdefault("role", "assistant")
    for message in found["prompt"].values():
        message.setdefault("role", "user")
    return [found["prompt"][i] for i in sorted(found["prompt"])], [
        found["completion"][i] for i in sorted(found["completion"])
    ]


def _body(attributes: dict[str, Any]) -> dict[str, Any]:
    content = decoded(attributes.get("gen_ai.event.content"))
    if isinstance(content, dict):
        return {**attributes, **content}
    return {**attributes, "content": content} if content is not None else dict(attributes)


def _mark(attributes: dict[str, Any]) -> Output:
    name = str(attributes.get("gen_ai.evaluation.name", "evaluation"))
    value = attributes.get("gen_ai.evaluation.score.label", attributes.get("gen_ai.evaluation.score.value"))
    reason = attributes.get("gen_ai.evaluation.explanation")
    return Output(name, value, criterion=name, reason=str(reason) if reason else "")


def _behaviour(
    draft: Draft, rest: dict[str, Any], span: dict[str, Any], resource: dict[str, Any], place: int
) -> dict[str, Any]:
    """Fills the short fields, and gives back the attributes that none of them took."""
    for name, keys in _FIELDS.items():
        key = next((key for key in keys if rest.get(key) is not None), None)
        if key:
            draft.fields[name] = Found(rest.pop(key), key)
    service = resource.get("service")
    if isinstance(service, dict) and service.get("version") is not None:
        draft.fields["model_version"] = Found(service["version"], "resource.service.version")
    context = object_of(span.get("context"))
    trace = span.get("traceId") or span.get("trace_id") or context.get("trace_id")
    own = span.get("spanId") or span.get("span_id") or context.get("span_id")
    if own:
        name = f"{trace}/{own}" if trace else str(own)
        draft.fields["id"] = Found(f"{name}#{place}" if place else name, "spanId")
    start = span.get("startTimeUnixNano", span.get("start_time_unix_nano", span.get("start_time")))
    end = span.get("endTimeUnixNano", span.get("end_time_unix_nano", span.get("end_time")))
    draft.fields["time"] = Found(end if end not in (None, "0", 0) else start, "endTimeUnixNano")
    if (latency := _seconds(start, end)) is not None:
        draft.fields["latency"] = Found(latency, "endTimeUnixNano")
    return rest


def _seconds(start: Any, end: Any) -> float | None:
    begun, ended = count_of(start), count_of(end)
    if begun and ended:
        return (ended - begun) / _NS if ended >= begun else None
    first, last = time_of(start), time_of(end)
    return (last - first).total_seconds() if first and last and last >= first else None
