"""Records: logged responses with what was asked, the documents, and how the system behaved."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

TEXT_FIELDS: Final = ("question", "response", "rival", "reference", "documents")
"""The fields a rubric may read by name, besides ``metadata.KEY``."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text that the response must be faithful to.

    Attributes:
        text: The text, as it was logged.
        id: Its name in the log, if it had one.
        title: What a person would call it, if the log says so.
    """

    text: str
    id: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One logged response.

    Attributes:
        id: Unique within a data set.
        response: What the model answered; None only where the log holds none.
        question: What was asked.
        documents: What the answer must be faithful to.
        reference: A correct answer, where one is known.
        rival: The other response of a pair, where two were logged for one question.
        model: The model that answered.
        model_version: Which version of it, or of the prompt around it.
        time: When it answered (timezone-aware).
        latency: Seconds it took.
        prompt_tokens: Tokens it read.
        completion_tokens: Tokens it wrote.
        feedback: What the user signalled: 1 for thumbs up, 0 for thumbs down, or a number of the log's own.
        segment: The part of the traffic it belongs to (a language, a product).
        conversation: Which conversation it is part of.
        group: What it shares with records it must not be split from (a document, a prompt).
        metadata: Everything else the log said (JSON values).
    """

    id: str
    response: str | None
    question: str | None = None
    documents: tuple[Document, ...] = ()
    reference: str | None = None
    rival: str | None = None
    model: str | None = None
    model_version: str | None = None
    time: datetime | None = None
    latency: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    feedback: float | None = None
    segment: str | None = None
    conversation: str | None = None
    group: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def digest(self) -> str:
        """Hash of what a judge may read (hex sha256): two records with equal digests are judged alike."""
        return content_digest(
            question=self.question,
            response=self.response,
            rival=self.rival,
            reference=self.reference,
            documents=self.documents,
            metadata=self.metadata,
        )

    def read(self, name: str) -> str | tuple[Document, ...] | None:
        """The field that a rubric reads by this name, or None where the record has nothing (or only blanks) there.

        Args:
            name: One of `TEXT_FIELDS`, or ``metadata.KEY`` (dotted for nested keys).

        Raises:
            KeyError: There is no such field on any record.
        """
        if name.startswith("metadata."):
            value: Any = self.metadata
            for key in name.split(".")[1:]:
                value = value.get(key) if hasattr(value, "get") else None
            if value is None or isinstance(value, str):
                return value if value and value.strip() else None
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        if name == "documents":
            kept = tuple(document for document in self.documents if document.text.strip())
            return kept or None
        if name not in TEXT_FIELDS:
            raise KeyError(name)
        text: str | None = getattr(self, name)
        return text if text is not None and text.strip() else None


def content_digest(
    *,
    question: str | None,
    response: str | None,
    rival: str | None,
    reference: str | None,
    documents: tuple[Document, ...],
    metadata: Mapping[str, Any],
) -> str:
    """Hex sha256 of the canonical JSON of a record's readable content."""
    content = {
        "question": question,
        "response": response,
        "rival": rival,
        "reference": reference,
        "documents": [[d.id, d.title, d.text] for d in documents],
        "metadata": metadata,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


_ATTRIBUTES: Final = frozenset(field.name for field in fields(Record) if field.name not in {"documents", "metadata"})


def field_of(record: Record, name: str) -> Any:
    """A record's own field, or what its metadata holds under a dotted key; None where there is nothing."""
    if name in _ATTRIBUTES:
        value = getattr(record, name)
        return value.isoformat() if name == "time" and value is not None else value
    value = record.metadata
    for key in name.removeprefix("metadata.").split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value
