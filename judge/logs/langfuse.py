"""Langfuse: exported traces and observations, with their scores."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from judge.logs.aliases import ALIASES, plain_name
from judge.logs.answers import decoded
from judge.logs.draft import Draft, Found
from judge.logs.entry import Label, Output, Passed, Unreadable
from judge.logs.mapping import FieldMap
from judge.logs.marks import raw_of
from judge.logs.rows import RowReader
from judge.logs.values import time_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TRACE_SIGNS: Final = frozenset(
    {
        "sessionid",
        "userid",
        "release",
        "bookmarked",
        "public",
        "projectid",
        "environment",
        "htmlpath",
        "totalcost",
        "observationcount",
    }
)
_ENOUGH_SIGNS: Final = 3
_FEEDBACK: Final = frozenset(plain_name(name) for name in (*ALIASES["feedback"], "user-thumbs", "thumbs-up"))
_DOCUMENTS: Final = tuple(plain_name(name) for name in ALIASES["documents"])


def is_langfuse(item: dict[str, Any]) -> bool:
    """Whether a row is a trace, an observation or a score."""
    names = {plain_name(name) for name in item}
    if "traceid" in names and {"source", "datatype"} <= names:
        return True
    if {"traceid", "type", "starttime"} <= names:
        return True
    return {"id", "timestamp", "input", "output"} <= names and len(names & _TRACE_SIGNS) >= _ENOUGH_SIGNS


def langfuse_drafts(item: dict[str, Any], reader: RowReader) -> Iterator[Draft]:
    """The draft of a trace, or of an observation that is a generation.

    Args:
        item: The row.
        reader: Reads everything but input, output, scores and inner observations, and the mapped columns.

    Raises:
        Passed: The observation is no generation.
        Unreadable: The row is a score by itself.
    """
    names = {plain_name(name): name for name in item}
    kind = item.get(names.get("type", ""))
    if "datatype" in names and "output" not in names:
        raise Unreadable("a score without its trace: export the traces with their scores instead")
    if "starttime" in names and "traceid" in names and str(kind).upper() != "GENERATION":
        raise Passed(f"a Langfuse observation of type {kind}, no generation")
    inner = [o for o in _list(item.get("observations")) if isinstance(o, dict)]
    draft = Draft()
    _spoken(draft, item, inner)
    for score in _list(item.get("scores")):
        if isinstance(score, dict):
            _mark(draft, score)
    rest = {key: value for key, value in item.items() if key not in {"input", "output", "scores", "observations"}}
    if not isinstance(decoded(item.get("scores")), list):
        rest["scores"] = item.get("scores")
    reader.draft({key: None if value == "" else value for key, value in rest.items()}, draft, whole=item)
    _from_generation(draft, inner)
    yield draft


def _spoken(draft: Draft, item: dict[str, Any], inner: list[dict[str, Any]]) -> None:
    """Input, output and documents of the row, or of the observations inside where the row has none."""
    generation = _last(inner, "GENERATION") or {}
    asked = _unquoted(item.get("input")) or _unquoted(generation.get("input"))
    answered = _unquoted(item.get("output")) or _unquoted(generation.get("output"))
    if asked:
        draft.fields["question"] = Found(asked, "input")
    if answered or "output" in item:
        draft.fields["response"] = Found(answered, "output")
    retrieved = (_last(inner, "RETRIEVER") or {}).get("output")
    for place, name in ((answered, "output"), (asked, "input")):
        if isinstance(place, dict) and not isinstance(retrieved, list):
            key = next((key for key in place if plain_name(key) in _DOCUMENTS and place[key]), None)
            retrieved = place[key] if key else retrieved
            if key and name == "output":
                draft.fields["response"] = Found({k: v for k, v in place.items() if k != key}, "output")
    retrieved = _unquoted(retrieved)
    if isinstance(retrieved, dict):
        retrieved = next((value for key, value in retrieved.items() if plain_name(key) in _DOCUMENTS), retrieved)
    if retrieved:
        draft.fields["documents"] = Found(retrieved, "documents")


def _from_generation(draft: Draft, inner: list[dict[str, Any]]) -> None:
    generation = _last(inner, "GENERATION")
    if generation:
        own = RowReader(FieldMap()).draft(generation)
        for name in ("model", "prompt_tokens", "completion_tokens"):
            if name in own.fields:
                draft.fields.setdefault(name, own.fields[name])
    if inner:
        draft.put("observations", [{key: o[key] for key in ("id", "type", "name") if key in o} for o in inner])


def _mark(draft: Draft, score: dict[str, Any]) -> None:
    """A score given by a person is a label, one by a judge an output, a user's thumb is feedback.

    Scores that came through the API may be anyone's: they count as a person's only where an author is named, so that
    no model is ever calibrated against another model's scores in the belief that people gave them.
    """
    by_name = {plain_name(key): value for key, value in score.items()}
    name, source = str(by_name.get("name", "score")), str(by_name.get("source")).upper()
    value = raw_of(by_name.get("stringvalue") if by_name.get("stringvalue") is not None else by_name.get("value"))
    author, comment = by_name.get("authoruserid"), str(by_name.get("comment") or "")
    if source == "ANNOTATION" or (source == "API" and author):
        when = time_of(by_name.get("timestamp", by_name.get("createdat")))
        draft.labels.append(Label(str(author or "annotation"), value, name, note=comment, time=when))
    elif source == "API" and plain_name(name) in _FEEDBACK and "feedback" not in draft.fields:
        draft.fields["feedback"] = Found(value, f"scores.{name}")
    else:
        judge = f"{name} (api)" if source == "API" else name
        draft.outputs.append(Output(judge, value, name, reason=comment))


def _last(observations: Iterable[dict[str, Any]], kind: str) -> dict[str, Any] | None:
    found = [o for o in observations if str(o.get("type")).upper() == kind and o.get("output") is not None]
    return max(found, key=lambda o: str(o.get("startTime") or o.get("start_time") or "")) if found else None


def _list(value: Any) -> list[Any]:
    value = decoded(value)
    return value if isinstance(value, list) else []


def _unquoted(value: Any) -> Any:
    """The value of a cell that spells JSON, including a text in quotes."""
    value = decoded(value)
    if isinstance(value, str) and value[:1] == '"' == value[-1:]:
        try:
            value = json.loads(value)
        except ValueError:
            return value
    return value
