"""Suspicions: a record without what hides in it, forges a token, or gives orders to its rater."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from judge.records import Document
from judge.rubric.forgeries import cut_forgeries
from judge.rubric.hidden_text import cut_hidden
from judge.rubric.orders import cut_orders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.records import Record
    from judge.rubric.schema import Rubric


def without_suspicions(record: Record, rubric: Rubric) -> Record:
    """The record without the spans that raise a sign, in the fields that a rubric reads; else as it is.

    Forged turns go with what they say, sentences that speak to the rater go whole, hidden characters go alone.
    """
    changes: dict[str, Any] = {}
    metadata: Mapping[str, Any] = record.metadata
    for name in rubric.reads:
        if name.startswith("metadata."):
            metadata = _at(metadata, name.split(".")[1:])
        elif name == "documents":
            changes[name] = tuple(_cut_document(document) for document in record.documents)
        else:
            changes[name] = cut(getattr(record, name))
    return replace(record, **changes, metadata=metadata)


def cut(text: str | None) -> str | None:
    """A text without its suspicious spans; what cutting brings together is cut again."""
    if text is None:
        return None
    before, after = None, text
    while before != after:
        before, after = after, cut_orders(cut_forgeries(cut_hidden(after)))
    return after


def _cut_document(document: Document) -> Document:
    return Document(cut(document.text) or "", document.id, cut(document.title))


def _at(value: Mapping[str, Any], keys: list[str]) -> Mapping[str, Any]:
    """A mapping whose texts under a path of keys are cut; a copy, for metadata belongs to the record."""
    if keys[0] not in value:
        return value
    inner = value[keys[0]]
    deeper = _at(inner, keys[1:]) if keys[1:] and isinstance(inner, dict) else _cut_all(inner)
    return {**value, keys[0]: deeper}


def _cut_all(value: Any) -> Any:
    if isinstance(value, str):
        return cut(value)
    if isinstance(value, list):
        return [_cut_all(each) for each in value]
    if isinstance(value, dict):
        return {key: _cut_all(each) for key, each in value.items()}
    return value
