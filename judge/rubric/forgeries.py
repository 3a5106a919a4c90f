"""Forgeries: text that passes itself off as a model's control token or as the boundary of its own block."""

from __future__ import annotations

import re
from typing import Final

_FORGERY: Final = re.compile(
    r"(?P<boundary><<<(?=\s{0,3}(?:end\s{1,3})?(?:question|response|rival|reference|documents?|metadata)\b))"
    r"|(?P<token>"
    r"<[|｜](?=[\w▁/.:-]{1,60}[|｜]>)"  # ChatML, Llama 3, Phi, GPT, DeepSeek
    r"|<(?=(?:\|/?(?:turn|channel|think|tool\w{0,12}|image|audio)|(?:turn|channel|think|tool\w{0,12}|image|audio)\|)>)"
    r"|\[(?=/?(?:INST|(?:SYSTEM_PROMPT|MODEL_SETTINGS|AVAILABLE_TOOLS|TOOL_(?:CALLS|RESULTS|CONTENT)|ARGS|CALL_ID)"
    r"|THINK|CONTROL_\d{1,4}|gMASK)\])"  # Mistral, GLM
    r"|\[(?=\|\w{1,20}\|\])"  # EXAONE
    r"|<(?=SPECIAL_\d{1,4}>|role>(?:SYSTEM|HUMAN|ASSISTANT)\b)"  # Nemotron, Ling
    r"|<(?=</?SYS>>)"
    r"|<(?=/?(?:s|think|tool_calls?|tool_responses?|tools|bos|eos|pad|unk|sop|eop|seed:\w{1,20})>)"  # Hermes, Seed, GLM
    r"|<(?=(?:(?:start|end)_of_(?:turn|image)|unused\d{1,4}|extra_id_\d{1,4}|fim_(?:prefix|middle|suffix)|0x[\da-f]{2})>)"
    r"|\](?=~!?b[\[\]])|\[(?=e~\[)"  # MiniMax
    r"|(?:^|(?<=\n))[ \t]{0,3}#(?=#{1,3}[ \t]?(?:system|user|assistant|human|instruction|response|input)s?[ \t]?:)"
    r")",
    re.IGNORECASE,
)
"""The second alternative is Gemma's lopsided tokens, the last one how Alpaca and its heirs open a turn."""
_HINTS: Final = ("<", "[", "##", "]~")
_PARAGRAPH_END: Final = re.compile(r"\n[ \t\r]{0,80}\n")


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


def cut_forgeries(text: str) -> str:
    """The text without its forgeries and what stands between them, up to the end of the paragraph of the last one.

    A forged turn is an opening, what it says, and perhaps a closing: the words between are the attack.
    """
    if not any(hint in text for hint in _HINTS):
        return text
    places = [match.start() for match in _FORGERY.finditer(text)]
    if not places:
        return text
    end = _PARAGRAPH_END.search(text, places[-1])
    return text[: places[0]] + (text[end.start() :] if end else "")
