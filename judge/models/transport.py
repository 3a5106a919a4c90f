"""Transport: asks a model until it answers or may be asked no more, within limits of time, rate and concurrency."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from tenacity import AsyncRetrying, retry_if_exception_type

from judge.models.call import Call, Outcome
from judge.models.circuit import Circuit
from judge.models.limits import Limits
from judge.models.places import Place, Places
from judge.models.request import Failure, Model, Permanent, Reply, Request, Transient
from judge.models.retries import Backoff, RetryBudget
from judge.models.slots import Slots
from judge.models.waits import StoppedError, Waits

if TYPE_CHECKING:
    from judge.models.call import AfterAttempt, BeforeAttempt
    from judge.settings import Settings

__all__ = ["Outcome", "Transport"]

_AGAIN: Final = retry_if_exception_type(Transient)


class Transport:
    """The way to one model within one run; made inside the running event loop.

    Retries are made here and nowhere else. Nothing that waits holds a slot. There is no fallback to another model.

    Args:
        model: The model asked.
        attempts: Most attempts of one request; being told that the model does not take a parameter is not one.
        attempt_timeout: Seconds one attempt may take, however slowly the reply drips.
        deadline: Seconds one request may take with all its attempts and the waits between them. Waiting for the own
            limits or for an open circuit does not count: it says nothing about this request.
        concurrency: Most calls in flight.
        requests_per_minute: The provider's limit, if there is one.
        tokens_per_minute: The provider's limit, if there is one.
        seed: Seed of the jitter.
        backoff: How long to wait between attempts.
        retry_budget: Retries as a share of first attempts.
    """

    def __init__(
        self,
        model: Model,
        *,
        attempts: int = 4,
        attempt_timeout: float = 60,
        deadline: float = 300,
        concurrency: int = 32,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        seed: int = 0,
        backoff: Backoff | None = None,
        retry_budget: RetryBudget | None = None,
    ) -> None:
        self.model = model
        self.attempts = attempts
        self.attempt_timeout = attempt_timeout
        self.deadline = deadline
        self.backoff = backoff or Backoff()
        self.retry_budget = retry_budget or RetryBudget()
        self.random = Random(seed)  # noqa: S311 - jitter is no secret
        self.waits = Waits()
        self.slots = Slots(concurrency, self.waits)
        self.limits = Limits(requests_per_minute, tokens_per_minute, self.waits)
        self.circuit = Circuit(self.waits, patience=deadline)
        self.places = Places(concurrency + max(8, concurrency // 4), self.waits)

    @classmethod
    def from_settings(cls, model: Model, settings: Settings, *, seed: int = 0) -> Transport:
        """The transport that judge.toml asks for, with the model's limits."""
        judge, limits = settings.judge, settings.limits_of(model.name)
        return cls(
            model,
            attempts=judge.attempts,
            attempt_timeout=judge.attempt_timeout,
            deadline=judge.deadline,
            concurrency=judge.concurrency,
            requests_per_minute=limits.requests_per_minute,
            tokens_per_minute=limits.tokens_per_minute,
            seed=seed,
        )

    def stop(self) -> None:
        """End every request that waits, and send nothing more; what is in flight goes on."""
        self.waits.stop(StoppedError("the run was stopped"))

    async def place(self) -> Place:
        """Wait until another request is worth preparing; use as a context manager and hand it to `ask`.

        There are a few more places than slots, and a request that waits between two attempts gives its place to
        another: a provider that asks some requests to wait does not hold up the rest.

        Raises:
            ModelError: There was a fatal error: no request will succeed.
            StoppedError: `stop` was called.
        """
        return await self.places.take()

    async def ask(
        self,
        request: Request,
        *,
        before_attempt: BeforeAttempt | None = None,
        after_attempt: AfterAttempt | None = None,
        place: Place | None = None,
    ) -> tuple[Reply, int] | Failure:
        """Ask until there is a reply or a reason to give up.

        Args:
            request: The request.
            before_attempt: Awaited in the slot before each request is sent, with its number from 1; what it raises
                ends the request.
            after_attempt: Awaited in the slot after each, with its number and how it ended, paid or not.
            place: The caller's place, given to others while this request waits between attempts.

        Returns:
            The reply and how many requests were sent for it, or the failure.

        Raises:
            ModelError: No request to this model will succeed. Every request that waits ends with it too, and none is
                sent any more.
            StoppedError: `stop` was called while it waited.
        """
        call = Call(self, request, before_attempt, after_attempt, place)
        retrying = AsyncRetrying(retry=_AGAIN, stop=call.stop, wait=call.wait, sleep=call.sleep, reraise=True)
        try:
            return await retrying(call.attempt), call.sent
        except (Transient, Permanent) as error:
            return Failure(error.reason, call.describe(error), call.sent)
