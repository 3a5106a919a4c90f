"""promptfoo: the results of `promptfoo eval --output`."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from judge.logs.aliases import ALIASES, plain_name
from judge.logs.draft import Draft, Found
from judge.logs.entry import Label, Output, Unreadable
from judge.logs.values import object_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from judge.logs.rows import RowReader

_OWN: Final = frozenset({"promptIdx", "testIdx", "gradingResult", "namedScores", "failureReason"})
_READ: Final = ("question", "documents", "reference", "segment", "conversation", "group")
_TAKEN: Final = frozenset(
    {"vars", "response", "gradingResult", "provider", "prompt", "latencyMs", "tokenUsage", "testCase", "id"}
)


def is_promptfoo(item: dict[str, Any]) -> bool:
    """Whether a row is one result."""
    return "vars" in item and len(_OWN & item.keys()) > 1


def promptfoo_drafts(item: dict[str, Any], reader: RowReader) -> Iterator[Draft]:
    """The draft of one result: what was asked from its variables, else from its prompt.

    Args:
        item: The result.
        reader: Reads the mapped values and the rest.

    Raises:
        Unreadable: The provider gave no output.
    """
    response = object_of(item.get("response"))
    output = response.get("output")
    if output is None:
        error = response.get("error") or item.get("error") or "no error is given"
        raise Unreadable(f"no response: the provider gave no output ({str(error)[:200]})")
    draft = Draft()
    text = output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
    draft.fields["response"] = Found(text, "response.output")
    variables = _variables(draft, item)
    _behaviour(draft, item, response)
    _marks(draft, item.get("gradingResult"))
    if variables:
        draft.put("vars", variables)
    for name in ("description", "metadata"):
        value = object_of(item.get("testCase")).get(name)
        if value:
            draft.put(f"test_{name}", value)
    rest = {key: value for key, value in item.items() if key not in _TAKEN and value not in (None, {}, "")}
    yield reader.draft(rest, draft, whole=item)


def _variables(draft: Draft, item: dict[str, Any]) -> dict[str, Any]:
    """Reads the variables with usual names as fields, and gives back the others."""
    rest = dict(object_of(item.get("vars")))
    for field in _READ:
        for alias in ALIASES[field]:
            key = next((key for key in rest if plain_name(key) == plain_name(alias) and rest[key] is not None), None)
            if key is not None:
                draft.fields[field] = Found(rest.pop(key), f"vars.{key}")
                break
    prompt = item.get("prompt")
    raw = prompt.get("raw") if isinstance(prompt, dict) else prompt
    if isinstance(raw, str) and "question" not in draft.fields:
        draft.fields["question"] = Found(raw, "prompt.raw")
    if isinstance(prompt, dict) and prompt.get("label") not in (None, raw):
        draft.put("prompt", prompt["label"])
    return rest


def _behaviour(draft: Draft, item: dict[str, Any], response: dict[str, Any]) -> None:
    provider = item.get("provider")
    model = (provider.get("label") or provider.get("id")) if isinstance(provider, dict) else provider
    usage = object_of(item.get("tokenUsage") or response.get("tokenUsage"))
    latency = item.get("latencyMs", response.get("latencyMs"))
    for name, value, path in (
        ("id", item.get("id") or _made_id(item), "id"),
        ("model", model, "provider"),
        ("latency", latency, "latencyMs"),
        ("prompt_tokens", usage.get("prompt"), "tokenUsage.prompt"),
        ("completion_tokens", usage.get("completion"), "tokenUsage.completion"),
    ):
        if value is not None:
            draft.fields[name] = Found(value, path)


def _made_id(item: dict[str, Any]) -> str | None:
    if item.get("testIdx") is None or item.get("promptIdx") is None:
        return None
    start = f"{item['evalId']}/" if item.get("evalId") else ""
    return f"{start}test-{item['testIdx']}/prompt-{item['promptIdx']}"


def _marks(draft: Draft, result: Any) -> None:
    """Each assertion as a judge of its own; a person's is a label."""
    if not isinstance(result, dict):
        return
    parts = [part for part in result.get("componentResults") or () if isinstance(part, dict)]
    seen: Counter[str] = Counter()
    for part in parts or [result]:
        assertion = object_of(part.get("assertion"))
        kind, metric = str(assertion.get("type") or "promptfoo"), assertion.get("metric")
        value = "pass" if part.get("pass") else "fail"
        reason = str(part.get("reason") or "")
        criterion = str(metric) if metric else None
        if kind == "human":
            note = str(part.get("comment") or result.get("comment") or reason)
            draft.labels.append(Label("human", value, criterion, note=note))
            continue
        judge = f"{kind}/{metric}" if metric else kind
        seen[judge] += 1
        name = judge if seen[judge] == 1 else f"{judge} {seen[judge]}"
        raw = json.dumps({key: part.get(key) for key in ("pass", "score")})
        draft.outputs.append(Output(name, value, criterion, reason=reason, raw=raw))
