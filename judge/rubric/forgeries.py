"""Forgeries: text that passes itself off as a model's control token or as the boundary of its own block."""

from __future__ import annotations

import re
from typing import Final

_FORGERY: Final = re.compile(
    r"(?P<boundary><<<(?=\s{0,3}(?:end\s{1,3})?(?:question|response|rival|reference|documents?|metadata)\b))"
    r"|(?P<token>"
    r"<[|｜](?=[\w▁/.:-]{1,60}[|｜]>)"  # ChatML, Llama 3, Phi, GPT, DeepSeek
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|gMASK)\])"  # Llama 2, Mistral, GLM
    r"|<(?=</?SYS>>)"
    r"|<(?=/?(?:s|think|tool_call|tool_response|bos|eos|pad|unk|sop|eop)>)"
    r"|<(?=(?:start|end)_of_turn>)"  # Gemma
    r"|(?:^|(?<=\n))[ \t]{0,3}#(?=#{1,3}[ \t]?(?:system|user|assistant|human|instruction|response|input)s?[ \t]?:)"
    r")",
    re.IGNORECASE,
)
"""The last alternative is how Alpaca and its heirs open a turn."""
_HINTS: Final = ("<", "[", "##")


def show_forgeries(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with the first character of every forgery put in ``⟦⟧``, so that no tokenizer takes it for a token.

    Returns:
        The shown text, and the sorted kinds found: ``chat_token``, ``forged_boundary``.
    """
    if not any(hint in text for hint in _HINTS):
        return text, ()
    kinds: set[str] = set()

    def shown(match: re.Match[str]) -> str:
        kinds.add("chat_token" if match.group("token") else "forged_boundary")
        found = match.group()
        blanks = len(found) - len(found.lstrip())
        return f"{found[:blanks]}⟦{found[blanks]}⟧{found[blanks + 1 :]}"

    return _FORGERY.sub(shown, text), tuple(sorted(kinds))
