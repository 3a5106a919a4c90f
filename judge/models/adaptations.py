"""Adaptations: what a model turned out not to take, and how it is asked instead."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from judge.models.complaint import Complaint
    from judge.models.request import Request

MODES: Final = ("schema", "tool", "json", "text")
"""How structure is asked for, strictest first."""

TOOL_NAME: Final = "judgement"
TOP_LOGPROBS: Final = 5

_SAYS: Final = {
    "schema": "strict JSON schema",
    "tool": "one forced tool call",
    "json": "JSON mode",
    "text": "plain text",
}
OPTIONAL: Final = {
    "logprobs": re.compile(r"\b(?:top_|response_)?logprobs\b", re.IGNORECASE),
    "temperature": re.compile(r"\btemperature\b", re.IGNORECASE),
    "top_p": re.compile(r"\btop_p\b", re.IGNORECASE),
    "seed": re.compile(r"\bseed\b", re.IGNORECASE),
    "reasoning_effort": re.compile(r"\breasoning(?:_|\.| )effort\b", re.IGNORECASE),
}
_TOKENS: Final = re.compile(r"\bmax_(?:completion_)?tokens\b")
_STRUCTURE: Final = re.compile(
    r"response_?format|json[_ ](?:schema|object)|structured outputs?|\bgrammar\b|\btools?\b|tool_choice|function call",
    re.IGNORECASE,
)
_UNSUPPORTED: Final = re.compile(
    r"(?:\bnot?|n't) (?:\w+ )?(?:support|allowed|permitted|enabled|available|compatible|implemented|recognized)"
    r"|unsupported|unknown|unrecogni[sz]ed|unavailable|extra (?:inputs|fields)|unexpected"
    r"|no endpoints found that support|cannot find field|deprecated",
    re.IGNORECASE,
)
_INVALID: Final = re.compile(r"invalid|must be|should be|not one of|requires|failed to", re.IGNORECASE)
_CODES: Final = frozenset({"unsupported_parameter", "unsupported_value", "unknown_parameter", "extra_forbidden"})
_STATUSES: Final = frozenset({400, 403, 404, 405, 422, 500, 501})


@dataclass(frozen=True, slots=True)
class Shape:
    """How requests are put to a model.

    Attributes:
        mode: How structure is asked for, one of `MODES`.
        dropped: Sampling parameters left out.
        tokens: What the parameter for the reply's length is called.
    """

    mode: str = "schema"
    dropped: frozenset[str] = frozenset()
    tokens: str = "max_tokens"

    def body(self, model: str, request: Request) -> dict[str, Any]:
        """The body of a chat completion request."""
        sampling = request.sampling
        body: dict[str, Any] = {"model": model, "messages": request.messages, self.tokens: sampling.max_tokens}
        for name in ("temperature", "top_p", "seed", "reasoning_effort"):
            value = getattr(sampling, name)
            if value is not None and name not in self.dropped:
                body[name] = value
        if sampling.logprobs and "logprobs" not in self.dropped:
            body["logprobs"] = True
            body["top_logprobs"] = TOP_LOGPROBS
        if self.mode == "schema":
            form = {"name": TOOL_NAME, "strict": True, "schema": request.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": form}
        elif self.mode == "tool":
            function = {"name": TOOL_NAME, "description": "Give your judgement.", "parameters": request.schema}
            body["tools"] = [{"type": "function", "function": function}]
            body["tool_choice"] = {"type": "function", "function": {"name": TOOL_NAME}}
        elif self.mode == "json":
            body["response_format"] = {"type": "json_object"}
        return body


class Adaptations:
    """The shape in which one model is asked during one run, learnt from what it refuses.

    A refusal counts only if it names a parameter that was sent, and only until a reply has come with that parameter:
    after that, an error which names it is about one request (or repeats a record's text) and changes nothing.
    Many requests may be under way: what one of them has learnt is not learnt again from the others.

    Args:
        shape: Where to begin.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.said: tuple[str, ...] = ()
        self._proved_parameters: set[str] = set()
        self._proved_structures: set[tuple[str, str, tuple[str, ...]]] = set()
        self._last_proved: tuple[Shape, tuple[str, str, tuple[str, ...]]] | None = None

    def prove(self, used: Shape, request: Request) -> None:
        """A reply has come to a request of this shape."""
        key = _structure(used, request)
        if self._last_proved == (used, key):
            return
        self._last_proved = (used, key)
        self._proved_parameters |= {name for name in OPTIONAL if name not in used.dropped} | {used.tokens}
        self._proved_structures.add(key)

    def adapt(self, status: int, complaint: Complaint, used: Shape, request: Request) -> bool:
        """Learn from a refusal.

        Args:
            status: HTTP status.
            complaint: What the provider said.
            used: The shape that was refused.
            request: The request it was refused for.

        Returns:
            Whether the same request has a chance in the present `shape`.
        """
        refused = _refused(status, complaint, used.body("", request))
        if refused is None or self._is_proved(refused, used, request):
            return False
        if refused == "structure":
            return self._step_down(used)
        if refused in OPTIONAL:
            if refused not in self.shape.dropped:
                self.shape = replace(self.shape, dropped=self.shape.dropped | {refused})
                self._say(f"{refused} left out")
            return True
        return self._rename_tokens(used)

    def _is_proved(self, refused: str, used: Shape, request: Request) -> bool:
        if refused == "structure":
            return _structure(used, request) in self._proved_structures
        return (used.tokens if refused == "tokens" else refused) in self._proved_parameters

    def _step_down(self, used: Shape) -> bool:
        if used.mode == MODES[-1]:
            return False
        if self.shape.mode == used.mode:
            self.shape = replace(self.shape, mode=MODES[MODES.index(used.mode) + 1])
            self._say(f"structure by {_SAYS[self.shape.mode]}")
        return True

    def _rename_tokens(self, used: Shape) -> bool:
        other = "max_completion_tokens" if used.tokens == "max_tokens" else "max_tokens"
        if self.shape.tokens == other:
            return True
        if any(words.startswith("reply length") for words in self.said):
            return False
        self.shape = replace(self.shape, tokens=other)
        self._say(f"reply length by {other}")
        return True

    def _say(self, words: str) -> None:
        self.said = (*self.said, words)


def _structure(used: Shape, request: Request) -> tuple[str, str, tuple[str, ...]]:
    return used.mode, request.rubric.hash, request.criteria


def _refused(status: int, complaint: Complaint, sent: dict[str, Any]) -> str | None:
    """The part of a sent body that was refused: a name in `OPTIONAL`, ``structure``, ``tokens``, or None."""
    if status not in _STATUSES:
        return None
    named = complaint.parameter.split(".")[0].split("[")[0]
    unsupported = complaint.code in _CODES or complaint.kind in _CODES or bool(_UNSUPPORTED.search(complaint.message))
    text = f"{named} {complaint.message[:300]}"
    if unsupported:
        for name, pattern in OPTIONAL.items():
            if name in sent and pattern.search(named or text):
                return name
        if _TOKENS.search(named or text):
            return "tokens"
    structured = "response_format" in sent or "tools" in sent
    if structured and (unsupported or _INVALID.search(complaint.message)) and _STRUCTURE.search(named or text):
        return "structure"
    return None
