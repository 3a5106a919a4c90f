"""Dialects: which tool wrote a log, and how its rows become drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from judge.logs.chat import chat_drafts, is_chat
from judge.logs.langfuse import is_langfuse, langfuse_drafts
from judge.logs.otel import is_span, span_drafts
from judge.logs.otlp import spans_of
from judge.logs.promptfoo import is_promptfoo, promptfoo_drafts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from judge.logs.draft import Draft
    from judge.logs.rows import RowReader


class Dialect(NamedTuple):
    """How one tool writes its logs.

    Attributes:
        name: What ``--format`` calls it.
        claims: Whether a row looks like its.
        parts: The rows that one line holds.
        drafts: The drafts in a row.
    """

    name: str
    claims: Callable[[dict[str, Any]], bool]
    parts: Callable[[dict[str, Any]], Iterable[dict[str, Any]]]
    drafts: Callable[[dict[str, Any], RowReader], Iterable[Draft]]


def _itself(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield row


def _row_draft(row: dict[str, Any], reader: RowReader) -> Iterator[Draft]:
    yield reader.draft(row)


ROWS: Final = Dialect("rows", lambda _row: True, _itself, _row_draft)

DIALECTS: Final = (
    Dialect("otel", is_span, spans_of, span_drafts),
    Dialect("promptfoo", is_promptfoo, _itself, promptfoo_drafts),
    Dialect("chat", is_chat, _itself, chat_drafts),
    Dialect("langfuse", is_langfuse, _itself, langfuse_drafts),
    ROWS,
)
"""In the order in which a row is shown to them."""

FORMATS: Final = ("auto", *(dialect.name for dialect in DIALECTS))
"""What ``--format`` may say."""


def dialect_of(rows: Iterable[dict[str, Any]]) -> Dialect:
    """The first dialect that claims one of the first rows."""
    seen = list(rows)
    return next(dialect for dialect in DIALECTS if dialect is ROWS or any(dialect.claims(row) for row in seen))
