"""Passages: the documents of a record, in the many ways that logs list them."""

from __future__ import annotations

import json
from typing import Any, Final

from judge.logs.entry import Unreadable
from judge.logs.strict import parse
from judge.logs.values import kind_of, name_of
from judge.records import Document

_TEXT: Final = ("text", "content", "page_content", "pageContent", "document", "passage", "body", "chunk", "snippet")
_ID: Final = ("id", "doc_id", "document_id", "chunk_id", "_id", "docid")
_TITLE: Final = ("title", "name", "source", "file_name", "filename", "url")


def read_documents(value: Any) -> tuple[tuple[Document, ...], list[Any]]:
    """The documents, and beside each what else the log says of it (empty where it says nothing more of any).

    A text is one document; a list holds texts or objects with a text and perhaps a name; a text that is a JSON list is
    that list; an object without a text is a name and a text per key.

    Raises:
        Unreadable: It is none of these.
    """
    value = _listed(value)
    documents, others = [], []
    for place, element in enumerate(value):
        document, other = _document(element, place)
        documents.append(document)
        others.append(other)
    return tuple(documents), others if any(others) else []


def _listed(value: Any) -> list[Any]:
    if isinstance(value, str):
        value = _decoded(value)
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, dict):
        return _of_object(value)
    if not isinstance(value, list):
        raise Unreadable(f"the documents are {kind_of(value)}, neither texts nor objects with a text")
    return value


def _of_object(value: dict[str, Any]) -> list[Any]:
    if _text_key(value) is not None:
        return [value]
    if all(isinstance(text, str) for text in value.values()):
        return [{"id": name, "text": text} for name, text in value.items()]
    return [json.dumps(value, ensure_ascii=False)]


def _decoded(text: str) -> Any:
    """The list, or the object with a text, that a cell spells in JSON; else the text itself."""
    if text.lstrip()[:1] not in {"[", "{"}:
        return text
    try:
        value = parse(text)
    except Unreadable:
        return text
    return value if isinstance(value, list) or (isinstance(value, dict) and _text_key(value)) else text


def _document(element: Any, place: int) -> tuple[Document, dict[str, Any]]:
    if isinstance(element, str):
        return Document(element), {}
    key = _text_key(element) if isinstance(element, dict) else None
    if key is None:
        keys = ", ".join(_TEXT)
        raise Unreadable(f"document {place + 1} is neither a text nor an object with its text under one of: {keys}")
    other = {name: value for name, value in element.items() if name != key}
    if isinstance(element[key], dict):  # {"document": {"text": ...}, "score": ...}
        document, more = _document(element[key], place)
        return document, {**more, **other}
    inner = other.pop("metadata", None)
    if isinstance(inner, dict):
        other = {**inner, **other}
    elif inner is not None:
        other["metadata"] = inner
    id_, id_key = _name(other, _ID)
    title, title_key = _name(other, _TITLE)
    other = {
        name: value for name, value in other.items() if name not in (id_key, title_key) and value not in (None, "")
    }
    return Document(element[key], id=id_, title=title), other


def _text_key(value: dict[str, Any]) -> str | None:
    return next((key for key in _TEXT if isinstance(value.get(key), str | dict)), None)


def _name(value: dict[str, Any], keys: tuple[str, ...]) -> tuple[str | None, str | None]:
    for key in keys:
        name = name_of(value.get(key))
        if name is not None:
            return name, key
    return None, None
