"""Scripted: a judge model for tests, that answers from a script and counts its calls."""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from judge.models.answer import answer_to
from judge.models.prices import FREE
from judge.models.request import Permanent, Price, Reply, Request
from judge.scores import Reason

if TYPE_CHECKING:
    from judge.scales import Score

Line = str | Reply | BaseException
"""What a script says: the reply's text, a whole `Reply`, or an exception to raise (`Transient("503")`)."""

Script = Sequence[Line] | Mapping[str, "Line | Sequence[Line]"] | Callable[[Request], "Line | Awaitable[Line]"]


class Scripted:
    """A judge model that answers from a script.

    Args:
        replies: A list, given out in the order of the calls; a mapping from record id to a reply, or to a list of
            replies given out in order, the last one again and again; or a function of the request, plain or async.
        scores: Criterion name -> the score to give in a well-formed reply; instead of `replies`.
        name: How it calls itself.
        price: Its price; free unless given.
        tokens: Prompt and completion tokens it claims for each reply; None for unknown usage.

    Attributes:
        requests: Every request it was asked, in order.

    Example:
        >>> model = Scripted(scores={"supported": "unsupported"})
        >>> model.calls
        0
    """

    def __init__(
        self,
        replies: Script | None = None,
        *,
        scores: Mapping[str, Score] | None = None,
        name: str = "scripted",
        price: Price = FREE,
        tokens: tuple[int | None, int | None] = (0, 0),
    ) -> None:
        if (replies is None) == (scores is None):
            raise TypeError("Scripted takes `replies` or `scores`, exactly one of them")
        self.requests: list[Request] = []
        self._replies = replies
        self._scores = scores
        self._name = name
        self._price = price
        self._tokens = tokens
        self._asked: dict[str, int] = {}

    @property
    def calls(self) -> int:
        """How many times it was asked."""
        return len(self.requests)

    @property
    def name(self) -> str:
        """How it calls itself."""
        return self._name

    @property
    def identity(self) -> Mapping[str, Any]:
        """Its name; two scripts of one name count as one judge."""
        return {"endpoint": "scripted", "model": self._name}

    @property
    def price(self) -> Price:
        """Its price."""
        return self._price

    async def ask(self, request: Request) -> Reply:
        """Give the next line of the script.

        Raises:
            Permanent: The script has nothing (more) for this record.
            BaseException: Whatever the script says.
        """
        self.requests.append(request)
        line = self._line(request)
        if inspect.isawaitable(line):
            line = await line
        if isinstance(line, BaseException):
            raise line
        if isinstance(line, Reply):
            return line
        prompt_tokens, completion_tokens = self._tokens
        return Reply(
            text=line,
            model=self._name,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            mode="schema",
            raw=line,
        )

    async def close(self) -> None:
        """Do nothing: there is no connection."""

    def _line(self, request: Request) -> Line | Awaitable[Line]:
        if self._scores is not None:
            chosen = {name: score for name, score in self._scores.items() if name in request.criteria}
            return json.dumps(answer_to(request.schema, chosen), ensure_ascii=False)
        if callable(self._replies):
            return self._replies(request)
        if isinstance(self._replies, Mapping):
            return self._line_for_record(self._replies, request)
        if self._replies is None or self.calls > len(self._replies):
            raise Permanent(f"the script ends before call {self.calls}", reason=Reason.REJECTED)
        return self._replies[self.calls - 1]

    def _line_for_record(self, replies: Mapping[str, Line | Sequence[Line]], request: Request) -> Line:
        record = request.record.id
        if record not in replies:
            raise Permanent(f"the script has nothing for record {record!r}", reason=Reason.REJECTED)
        lines = replies[record]
        if isinstance(lines, str | Reply | BaseException):
            return lines
        asked = self._asked.get(record, 0)
        self._asked[record] = asked + 1
        return lines[min(asked, len(lines) - 1)]
