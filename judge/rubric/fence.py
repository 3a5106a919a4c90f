"""Fences: the boundary that the writer of a record cannot know, and the blocks that untrusted text stands in."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from judge.errors import UsageError
from judge.rubric.forgeries import show_forgeries
from judge.rubric.hidden_text import show_hidden
from judge.rubric.orders import ORDERS, find_orders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.records import Record

NONCE_LENGTH: Final = 32
"""Hex digits of a boundary: 128 bits."""

MIN_SECRET: Final = 16
"""Fewest bytes of the database's secret: 128 bits."""


@dataclass(frozen=True, slots=True)
class Material:
    """One untrusted text on its way into a prompt.

    Attributes:
        name: What the block is called: a field, ``documents[2]`` or ``documents[2] title``.
        text: The text with hidden characters and forgeries made visible.
        signs: What is suspicious in it: ``hidden_text:tag:response``, ``chat_token:response``, ``orders:response``.
    """

    name: str
    text: str
    signs: tuple[str, ...] = ()

    def fenced(self, nonce: str) -> str:
        """The text between two lines that carry the boundary."""
        return f"<<<{self.name} {nonce}>>>\n{self.text}\n<<<end {self.name} {nonce}>>>"


def materials(record: Record, name: str) -> tuple[Material, ...]:
    """What a record holds under a field that a rubric reads; empty where it holds nothing.

    Documents are numbered by their place in the record, from 0, as in `judge.scores.Quote`.
    """
    held = record.read(name)
    if held is None:
        return ()
    if isinstance(held, str):
        return (material(name, held),)
    kept: list[Material] = []
    for place, document in enumerate(record.documents):
        if not document.text.strip():
            continue
        if document.title and document.title.strip():
            kept.append(material(f"documents[{place}] title", document.title))
        kept.append(material(f"documents[{place}]", document.text))
    return tuple(kept)


def material(name: str, raw: str) -> Material:
    """One untrusted text with hidden characters and forgeries made visible."""
    text, forged = show_forgeries(raw)
    text, hidden = show_hidden(text)
    signs = [f"hidden_text:{kind}:{name}" for kind in hidden] + [f"{kind}:{name}" for kind in forged]
    if find_orders(raw):
        signs.append(f"{ORDERS}:{name}")
    return Material(name, text, tuple(signs))


def boundary(secret: bytes, asked: Sequence[str], texts: Sequence[str]) -> str:
    """The boundary of one prompt: 32 hex digits that stand in none of its texts.

    It is an HMAC-SHA256 over what is asked, under a secret of the database. Whoever writes a record does not know the
    secret, so cannot know the boundary; the same question in the same database has the same boundary, so the same
    messages and the same ledger key: a random one would make every call look new and be paid again.

    Args:
        secret: At least 16 random bytes, kept with the database.
        asked: What tells one question from another: prompt version, record digest, rubric hash, criteria.
        texts: Every text of the prompt that was not written by the rubric's author.

    Raises:
        UsageError: The secret is too short to be one.
    """
    if len(secret) < MIN_SECRET:
        raise UsageError(
            f"the secret has {len(secret)} bytes; at least {MIN_SECRET} are needed", hint="secrets.token_bytes(32)"
        )
    message = "\x1f".join(asked)
    for attempt in range(256):
        digest = hmac.new(secret, f"{message}\x1f{attempt}".encode(), hashlib.sha256).hexdigest()
        nonce = digest[:NONCE_LENGTH]
        if not any(nonce in text for text in texts):
            return nonce
    raise UsageError("no boundary is free of this record's text", hint="is the secret known to the record's writer?")
