"""Drafts: the fields of a record as a log has them, and how they become a record."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from judge.logs.answers import Answer, beside_messages, read_answer, read_messages, read_question, with_history
from judge.logs.entry import Entry, Label, Output, Unreadable
from judge.logs.messages import Chat
from judge.logs.passages import read_documents
from judge.logs.strict import shown
from judge.logs.values import count_of, feedback_of, kind_of, name_of, seconds_of, time_of
from judge.records import Document, Record

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

ID_HEX: Final = 24
"""Hex digits of an id that is made from the content (96 bits)."""

_LISTED: Final = 10

_JSON: Final = ("[", "{")


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
    values: dict[str, Any] = {}
    for name, found in draft.fields.items():
        rule = _SCALARS.get(name)
        if rule and found.value is not None and found.value != "":
            convert, what = rule
            values[name] = convert(found.value, found.unit or found.name)
            if values[name] is None:
                _keep(draft, found, name, what, notes)
    if answer.rival is not None:
        values["rival"] = answer.rival
    identity = values.pop("id", None) or ""
    record = Record(identity, answer.text, question=question, documents=documents, metadata=draft.metadata, **values)
    return Entry(record if identity else _named(record), tuple(draft.labels), tuple(draft.outputs), line)


def _question(draft: Draft, notes: Counter[str]) -> tuple[str | None, Chat]:
    chat, text = None, None
    if (found := draft.fields.get("messages")) is not None:
        chat = read_messages(found.value)
        if chat is None:
            _keep(draft, found, "messages", "a list of chat messages", notes)
    if (found := draft.fields.get("question")) is not None:
        own = read_messages(found.value) if not isinstance(found.value, str) or found.value[:1] in _JSON else None
        text, rest = read_question(found.value) if own is None else (None, beside_messages(found.value))
        chat = chat or own
        if rest:
            draft.put(found.name.rpartition(".")[2], rest)
    chat = chat or Chat()
    if chat.system:
        draft.put("system", chat.system)
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
    elif chat.response and chat.response != answer.text:
        draft.put("assistant_turn", chat.response)
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


def _keep(draft: Draft, found: Found, name: str, what: str, notes: Counter[str]) -> None:
    if found.mapped:
        shown_value = shown(found.value) if isinstance(found.value, str) else kind_of(found.value)
        raise Unreadable(f"{name}: `{found.name}` is mapped to it, but {shown_value} is not {what}")
    notes[f"`{found.name}` is kept as metadata where it is not {what} ({name})"] += 1
    draft.put(found.name.rpartition(".")[2], found.value)


def _id_of(value: Any, _name: str) -> str | None:
    return name_of(value["$oid"] if isinstance(value, dict) and "$oid" in value else value)


def _text_of(value: Any, _name: str) -> str | None:
    return value if isinstance(value, str) else None


def _reference_of(value: Any, _name: str) -> str | None:
    """A reference answer; several accepted ones stand one a line."""
    if isinstance(value, list):
        texts = [_reference_of(element, _name) for element in value]
        return "\n".join(text for text in texts if text is not None) if texts and None not in texts else None
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return read_question(value)[0]


def _segment_of(value: Any, _name: str) -> str | None:
    if isinstance(value, list):
        names = [name_of(element) for element in value]
        return ", ".join(name for name in names if name) if None not in names else None
    return name_of(value)


_SCALARS: Final[dict[str, tuple[Callable[[Any, str], Any], str]]] = {
    "id": (_id_of, "an id"),
    "reference": (_reference_of, "a text"),
    "rival": (_text_of, "a text"),
    "model": (lambda value, _: name_of(value), "a name"),
    "model_version": (lambda value, _: name_of(value), "a name"),
    "time": (lambda value, _: time_of(value), "a time"),
    "latency": (seconds_of, "a duration"),
    "prompt_tokens": (lambda value, _: count_of(value), "a count"),
    "completion_tokens": (lambda value, _: count_of(value), "a count"),
    "feedback": (lambda value, _: feedback_of(value), "a thumb or a number"),
    "segment": (_segment_of, "a name"),
    "conversation": (lambda value, _: name_of(value), "a name"),
    "group": (lambda value, _: name_of(value), "a name"),
}
"""Field -> how it is read from a value and the name of its unit (None where it cannot be), and what it then is not."""


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
