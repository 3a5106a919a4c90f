"""Requests and replies: what every judge model is asked, and what it gives back, whatever its provider."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from judge.scores import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.records import Record
    from judge.rubric.schema import Rubric

Message = dict[str, str]
"""One chat message: ``{"role": ..., "content": ...}``."""

CONGESTED: Final = frozenset({429, 503, 529})
"""HTTP statuses by which a provider says that it is asked too much."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """The sampling parameters of a call; None leaves a parameter out of the request.

    Attributes:
        temperature: 0 by default; models that refuse the parameter are asked without it, which the run records.
        top_p: Nucleus mass.
        seed: The provider's seed, where it has one.
        max_tokens: Most tokens of a reply.
        reasoning_effort: For reasoning models.
        logprobs: Whether to ask for token log-probabilities.
    """

    temperature: float | None = 0.0
    top_p: float | None = None
    seed: int | None = None
    max_tokens: int = 1024
    reasoning_effort: str | None = None
    logprobs: bool = True

    def canonical(self) -> dict[str, Any]:
        """The parameters as they enter the ledger key and the fingerprint."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a judge model.

    Attributes:
        messages: The rendered prompt.
        schema: JSON Schema that the reply must satisfy.
        sampling: The sampling parameters.
        rubric: The rubric asked about; models that are no LLM read it instead of the messages.
        criteria: Names of the criteria asked in this call.
        record: The record asked about.
        repeat: Which repeat of the same question, from 0.
    """

    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    sampling: Sampling
    rubric: Rubric
    criteria: tuple[str, ...]
    record: Record
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """One reply token with its log-probability and the alternatives the provider listed."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a judge model answered.

    Attributes:
        text: The answer's text (for a forced tool call: its arguments); None where there is none.
        model: The model name the provider says has answered.
        problem: Why the text cannot be used although the call succeeded (refused, blocked, cut, empty); else None.
        detail: The provider's words on that.
        prompt_tokens: Tokens read; None where the provider does not say.
        completion_tokens: Tokens written; None where the provider does not say.
        logprobs: Log-probabilities of the reply's tokens, where given.
        mode: How structure was asked for: ``schema``, ``tool``, ``json``, ``text`` or ``none``.
        latency: Seconds from sending to the whole reply.
        raw: The reply body as received, for the ledger.
        probabilities: Criterion -> value -> probability, from a model that gives them itself.
    """

    text: str | None
    model: str
    problem: Reason | None = None
    detail: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    logprobs: tuple[TokenLogprob, ...] = ()
    mode: str = "none"
    latency: float = 0.0
    raw: str = ""
    probabilities: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens.

    Attributes:
        prompt: Of tokens read.
        completion: Of tokens written.
        above: Prompts of more tokens than this have the other two prices; None where there is no such step.
        prompt_above: Of tokens read, then.
        completion_above: Of tokens written, then.
    """

    prompt: float
    completion: float
    above: int | None = None
    prompt_above: float = 0.0
    completion_above: float = 0.0


class Model(Protocol):
    """A judge model: one attempt per call of `ask`; retries, limits and the ledger are around it, not in it."""

    @property
    def name(self) -> str:
        """The spelling a user gives, e.g. ``openai/gpt-5-mini``."""

    @property
    def identity(self) -> Mapping[str, Any]:
        """What enters fingerprint and ledger key: endpoint id and exact model; never a key or a secret."""

    @property
    def price(self) -> Price | None:
        """Its price; None where unknown; zero where it is free."""

    async def ask(self, request: Request) -> Reply:
        """Make one attempt.

        Raises:
            Adapted: The model refused a parameter; the same call again sends another shape of it.
            Transient: The same request may succeed later.
            Permanent: This request will never succeed; others may.
            ModelError: No request to this model will succeed; the run must stop.
        """

    async def close(self) -> None:
        """Give back connections."""


class Transient(Exception):  # noqa: N818 - a signal to the transport, never shown to a user
    """The same request may succeed later.

    Args:
        what: What happened, without any secret.
        retry_after: Seconds the provider asks to wait, if it said so.
        status: HTTP status, if there was one.
        reason: The abstention's reason if every attempt ends so.
        timed_out: Whether the provider let time run out.
        reply: The unusable reply, if there was one: it may have been paid for.
    """

    def __init__(
        self,
        what: str,
        *,
        retry_after: float | None = None,
        status: int | None = None,
        reason: Reason = Reason.UNREACHABLE,
        timed_out: bool = False,
        reply: Reply | None = None,
    ) -> None:
        super().__init__(what)
        self.retry_after = retry_after
        self.status = status
        self.reason = reason
        self.timed_out = timed_out
        self.reply = reply

    @property
    def congested(self) -> bool:
        """Whether the provider says, or shows, that it is asked too much."""
        return self.timed_out or self.status in CONGESTED


class Adapted(Transient):
    """The model refused a parameter before answering; sent again, the same request takes another shape."""


class Permanent(Exception):  # noqa: N818 - a signal to the transport, never shown to a user
    """This request will never succeed; others may.

    Args:
        what: What happened, without any secret.
        reason: The abstention's reason.
        status: HTTP status, if there was one.
    """

    def __init__(self, what: str, *, reason: Reason, status: int | None = None) -> None:
        super().__init__(what)
        self.reason = reason
        self.status = status


@dataclass(frozen=True, slots=True)
class Failure:
    """A request given up: the abstention's reason, in words, after how many attempts (requests sent)."""

    reason: Reason
    detail: str
    attempts: int = field(default=1)
