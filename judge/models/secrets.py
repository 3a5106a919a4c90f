"""Secrets: keys that a provider may repeat, taken out of whatever it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SHORTEST: Final = 8
"""Anything shorter is a word that a reply may hold for another reason."""

_NAMES: Final = ("_KEY", "_TOKEN", "_SECRET", "_PASSWORD")
_SECRET_HEADER: Final = re.compile(r"key|token|auth|secret|cookie|password", re.IGNORECASE)

_LIKE_A_KEY: Final = re.compile(r"(?=\S*[0-9])(?=\S*[A-Za-z])\S{16,}")


class Secrets:
    """What must not be seen.

    Args:
        values: The secrets; empty and short ones are none.
    """

    def __init__(self, values: Iterable[str | None]) -> None:
        kept = {value for value in values if value is not None and len(value) >= _SHORTEST}
        # The longest first: one may begin another.
        self._all = [_Secret(value) for value in sorted(kept, key=len, reverse=True)]

    def hide(self, text: str) -> str:
        """The text with ``[key]`` for each secret, also where it is written with the escapes of JSON or of a URL."""
        for secret in self._all:
            text = secret.hide(text)
        return text


class _Secret:
    """One secret, and what its escaped spellings cannot do without: looking for that is far faster than for them."""

    def __init__(self, value: str) -> None:
        self._value = value
        self._traces = ["\\u00", *(["\\/"] if "/" in value else []), *(["%"] if quote(value, safe="") != value else [])]
        spellings = (rf"\\*(?:{re.escape(c)}|(?<=\\)u{ord(c):04x}|%{ord(c):02x})" for c in value)
        # One match a run of backslashes: a search from each of them would take hours in a text of nothing else.
        self._escaped = re.compile(r"(?<!\\)" + "".join(spellings), re.IGNORECASE)

    def hide(self, text: str) -> str:
        if any(trace in text for trace in self._traces):
            return self._escaped.sub("[key]", text)
        return text.replace(self._value, "[key]")


def secret_headers(environ: Mapping[str, str]) -> list[str]:
    """The values in OPENAI_CUSTOM_HEADERS that are secret by their header's name, or look like a key."""
    lines = [line.partition(":") for line in environ.get("OPENAI_CUSTOM_HEADERS", "").splitlines()]
    values = {name: value.strip().removeprefix("Bearer ").strip() for name, _, value in lines}
    return [value for name, value in values.items() if _SECRET_HEADER.search(name) or _LIKE_A_KEY.fullmatch(value)]


def environment_secrets(environ: Mapping[str, str]) -> Secrets:
    """Every variable whose name says that it holds a secret: litellm reads whichever its providers want."""
    named = [value for name, value in environ.items() if name.endswith(_NAMES)]
    return Secrets([*named, *secret_headers(environ)])
