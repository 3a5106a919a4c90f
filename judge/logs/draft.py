"""Drafts: the fields of a record as a log has them, and how they become a record."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from judge.logs.answers import Answer, question_text, read_answer, read_messages, with_history
from judge.logs.entry import Entry, Label, Output, Unreadable
from judge.logs.messages import Chat
from judge.logs.passages import read_documents
from judge.logs.strict import shown
from judge.logs.values import count_of, feedback_of, name_of, seconds_of, time_of
from judge.records import Document, Record

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

ID_HEX: Final = 24
"""Hex digits of an id that is made from the content (96 bits)."""

_LISTED: Final = 10

T = TypeVar("T")


class Found(NamedTuple):
    """A value of the log that belongs to a field.

    Attributes:
        value: As the log has it.
        name: The column, or the path to it.
        unit: The name that tells the unit of a duration; empty where that is the column's own.
        mapped: Whether the user said that it belongs there: then it must be readable.
    """

    value: Any
    name: str
    unit: str = ""
    mapped: bool = False


@dataclass(slots=True)
class Draft:
    """What is known of a record before its values are read.

    Attributes:
        fields: Field -> what the log has for it; ``messages`` and ``history`` stand beside the fields of a record.
        metadata: Everything else.
        labels: What people said of it.
        outputs: What judges elsewhere said of it.
    """

    fields: dict[str, Found] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    labels: list[Label] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)

    def put(self, name: str, value: Any) -> None:
        """Keep a value as metadata; where the name is taken, as ``NAME_2``, ``NAME_3`` and so on."""
        key, number = name, 2
        while key in self.metadata:
            key, number = f"{name}_{number}", number + 1
        self.metadata[key] = value


def entry_of(draft: Draft, line: int, notes: Counter[str]) -> Entry:
    """The record of a draft, with its labels and outputs.

    Args:
        draft: The draft; it is used up.
        line: Where it stands.
        notes: Counts what could not be read as a field and was kept as metadata instead.

    Raises:
        Unreadable: There is no response, or a value that the user named is not readable.
    """
    question, chat = _question(draft, notes)
    answer = _answer(draft, chat)
    documents = _documents(draft, chat)
    reader = _Scalars(draft, notes)
    record = Record(
        id=reader.read("id", _id_of, "an id") or "",
        response=answer.text,
        question=question,
        documents=documents,
        reference=reader.read("reference", _reference_of, "a text"),
        rival=answer.rival if answer.rival is not None else reader.read("rival", _text_of, "a text"),
        model=reader.read("model", name_of, "a name"),
        model_version=reader.read("model_version", name_of, "a name"),
        time=reader.read("time", time_of, "a time"),
        latency=reader.latency(),
        prompt_tokens=reader.read("prompt_tokens", count_of, "a count"),
        completion_tokens=reader.read("completion_tokens", count_of, "a count"),
        feedback=reader.read("feedback", feedback_of, "a thumb or a number"),
        segment=reader.read("segment", _segment_of, "a name"),
        conversation=reader.read("conversation", name_of, "a name"),
        group=reader.read("group", name_of, "a name"),
        metadata=draft.metadata,
    )
    return Entry(record if record.id else _named(record), tuple(draft.labels), tuple(draft.outputs), line)


def _question(draft: Draft, notes: Counter[str]) -> tuple[str | None, Chat]:
    chat, question = None, draft.fields.get("question")
    if (found := draft.fields.get("messages")) is not None:
        chat = read_messages(found.value)
        if chat is None:
            _keep(draft, found, "messages", "a list of chat messages", notes)
    asked = question.value if question else None
    if chat is None and (chat := read_messages(asked)) is not None:
        asked = None
    chat = chat or Chat()
    if chat.system:
        draft.put("system", chat.system)
    text = question_text(asked)
    if chat.question is not None and (text is None or text.strip() in chat.question):
        text = chat.question
    if (found := draft.fields.get("history")) is not None:
        told = with_history(found.value, text)
        if told is None:
            _keep(draft, found, "history", "a list of earlier turns", notes)
        text = told or text
    return text, chat


def _answer(draft: Draft, chat: Chat) -> Answer:
    found = draft.fields.get("response")
    answer = read_answer(found.value, found.name) if found else Answer(None)
    if found and answer.rest:
        draft.put(found.name.rpartition(".")[2], answer.rest)
    if answer.text is None and not answer.calls:
        answer = Answer(chat.response, answer.rival, calls=tuple(chat.calls))
    if answer.text is not None:
        return answer
    if answer.calls:
        raise Unreadable(f"no response: the last turn calls {', '.join(answer.calls)[:200]} and says nothing")
    if found:
        raise Unreadable(f"no response: `{found.name}` is empty")
    names = [*(f.name for f in draft.fields.values()), *draft.metadata]
    more = ", ..." if len(names) > _LISTED else ""
    raise Unreadable(f"no response among {', '.join(names[:_LISTED])}{more}: name it with --map response=COLUMN")


def _documents(draft: Draft, chat: Chat) -> tuple[Document, ...]:
    found = draft.fields.get("documents")
    if not found or found.value is None:
        return tuple(chat.results)
    documents, others = read_documents(found.value)
    if others:
        draft.put(found.name.rpartition(".")[2], others)
    return documents or tuple(chat.results)


class _Scalars:
    """Reads the short fields of a draft; what is unreadable is kept as metadata, or refused where the user named it."""

    def __init__(self, draft: Draft, notes: Counter[str]) -> None:
        self._draft = draft
        self._notes = notes

    def read(self, name: str, convert: Callable[[Any], T | None], what: str) -> T | None:
        found = self._draft.fields.get(name)
        if found is None or found.value is None or found.value == "":
            return None
        value = convert(found.value)
        if value is None:
            _keep(self._draft, found, name, what, self._notes)
        return value

    def latency(self) -> float | None:
        found = self._draft.fields.get("latency")
        unit = (found.unit or found.name) if found else ""
        return self.read("latency", lambda value: seconds_of(value, unit), "a duration")


def _keep(draft: Draft, found: Found, name: str, what: str, notes: Counter[str]) -> None:
    if found.mapped:
        shown_value = shown(found.value) if isinstance(found.value, str) else f"a {type(found.value).__name__}"
        raise Unreadable(f"{name}: `{found.name}` is mapped to it, but {shown_value} is not {what}")
    notes[f"`{found.name}` is kept as metadata where it is not {what} ({name})"] += 1
    draft.put(found.name.rpartition(".")[2], found.value)


def _id_of(value: Any) -> str | None:
    return name_of(value["$oid"] if isinstance(value, dict) and "$oid" in value else value)


def _text_of(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _reference_of(value: Any) -> str | None:
    """A reference answer; several accepted ones stand one a line."""
    if isinstance(value, list):
        texts = [_reference_of(element) for element in value]
        return "\n".join(text for text in texts if text is not None) if texts and None not in texts else None
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return question_text(value)


def _segment_of(value: Any) -> str | None:
    if isinstance(value, list):
        names = [name_of(element) for element in value]
        return ", ".join(name for name in names if name) if None not in names else None
    return name_of(value)


def _named(record: Record) -> Record:
    """The record with an id made from everything it says, so that the same line always gets the same id."""
    behaviour = (
        record.digest(),
        record.model,
        record.model_version,
        record.time and record.time.isoformat(),
        record.latency,
        record.prompt_tokens,
        record.completion_tokens,
        record.feedback,
        record.segment,
        record.conversation,
        record.group,
    )
    digest = hashlib.sha256(json.dumps(behaviour).encode("ascii")).hexdigest()
    return replace(record, id=digest[:ID_HEX])
