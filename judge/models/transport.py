"""Transport: asks a model until it answers or may be asked no more, within limits of time, rate and concurrency."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING, Final

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from judge.errors import ModelError
from judge.models.circuit import Circuit
from judge.models.limits import Limits
from judge.models.places import Place, Places
from judge.models.request import Adapted, Failure, Model, Permanent, Reply, Request, Transient
from judge.models.retries import Backoff, RetryBudget
from judge.models.slots import Slots
from judge.models.waits import Waits
from judge.scores import Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from judge.settings import Settings

    Outcome = Reply | Transient | Permanent | ModelError
    BeforeAttempt = Callable[[int], Awaitable[None]]
    AfterAttempt = Callable[[int, Outcome], Awaitable[None]]

_CHARACTERS_PER_TOKEN: Final = 4
_MOST_SHAPES: Final = 12
"""A model that refuses more parameters than there are is at fault, not to be asked for ever."""
_RATE_LIMITED: Final = 429
"""Costs no retry budget: nothing was computed for it, and the slots slow down for it."""
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
        """The transport that judge.toml asks for, with the limits of the model's endpoint."""
        judge = settings.judge
        endpoint = settings.endpoints.get(model.name.partition("/")[0])
        return cls(
            model,
            attempts=judge.attempts,
            attempt_timeout=judge.attempt_timeout,
            deadline=judge.deadline,
            concurrency=judge.concurrency,
            requests_per_minute=endpoint.requests_per_minute if endpoint else None,
            tokens_per_minute=endpoint.tokens_per_minute if endpoint else None,
            seed=seed,
        )

    async def place(self) -> Place:
        """Wait until another request is worth preparing; use as a context manager and hand it to `ask`.

        There are a few more places than slots, and a request that waits between two attempts gives its place to
        another: a provider that asks some requests to wait does not hold up the rest.

        Raises:
            ModelError: There was a fatal error: no request will succeed.
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
        """
        call = _Call(self, request, before_attempt, after_attempt, place)
        retrying = AsyncRetrying(retry=_AGAIN, stop=call.stop, wait=call.wait, sleep=call.sleep, reraise=True)
        try:
            return await retrying(call.attempt), call.sent
        except (Transient, Permanent) as error:
            return Failure(error.reason, call.describe(error), call.sent)


class _Call:
    """One request on its way: what tenacity asks between its attempts."""

    __slots__ = (
        "_after",
        "_before",
        "_free",
        "_given_up",
        "_place",
        "_request",
        "_spent",
        "_tokens",
        "_transport",
        "_tries",
        "sent",
    )

    def __init__(
        self,
        transport: Transport,
        request: Request,
        before: BeforeAttempt | None,
        after: AfterAttempt | None,
        place: Place | None,
    ) -> None:
        self.sent = 0
        self._transport = transport
        self._request = request
        self._before = before
        self._after = after
        self._place = place
        self._tries = 0
        self._free = False
        self._spent = 0.0
        self._given_up = ""
        self._tokens = _estimated_tokens(request) if transport.limits.tokens_limited else 0.0

    async def attempt(self) -> Reply:
        probe = await self._enter()
        outcome: Outcome | None = None
        try:
            self.sent += 1
            if self.sent == 1:
                self._transport.retry_budget.earn()
            if self._before is not None:
                await self._before(self.sent)
            outcome = await self._send()
            self._report(outcome, probe=probe)
            if self._after is not None:
                await self._after(self.sent, outcome)
        finally:
            if outcome is None and probe:
                self._transport.circuit.abandon()
            self._transport.slots.give(answered=_was_answered(outcome), pushed_back=_was_pushed_back(outcome))
        if isinstance(outcome, Reply):
            return outcome
        raise outcome

    async def _enter(self) -> bool:
        """Wait for circuit, limits and slot, in this order; True if this is the circuit's probe."""
        transport = self._transport
        while True:
            probe = await transport.circuit.enter()
            try:
                await transport.limits.take(self._tokens)
                try:
                    await transport.slots.take()
                except BaseException:
                    transport.limits.give(self._tokens)
                    raise
            except BaseException:
                if probe:
                    transport.circuit.abandon()
                raise
            if probe or not transport.circuit.is_open:
                return probe
            transport.limits.give(self._tokens)
            transport.slots.give(answered=False)

    async def _send(self) -> Outcome:
        transport = self._transport
        clock = asyncio.get_running_loop().time
        allowed = min(transport.attempt_timeout, transport.deadline - self._spent)
        started = clock()
        try:
            async with asyncio.timeout(allowed):
                return await transport.model.ask(self._request)
        except TimeoutError:
            return Transient(f"no whole reply within {allowed:g} s", timed_out=True)
        except (Transient, Permanent, ModelError) as error:
            return error
        finally:
            self._spent += clock() - started

    def _report(self, outcome: Outcome, *, probe: bool) -> None:
        transport = self._transport
        if isinstance(outcome, ModelError):
            transport.waits.stop(outcome)
        self._free = isinstance(outcome, Adapted) and self.sent - self._tries <= _MOST_SHAPES
        if not self._free:
            self._tries += 1
        if isinstance(outcome, Transient) and outcome.reason is Reason.UNREACHABLE and not self._free:
            transport.circuit.failed(probe=probe, retry_after=outcome.retry_after)
            if transport.circuit.tripped:
                transport.waits.stop(_silent(transport, outcome))
        else:
            transport.circuit.answered()
        reply = outcome if isinstance(outcome, Reply) else getattr(outcome, "reply", None)
        if transport.limits.tokens_limited and reply is not None:
            used = (reply.prompt_tokens or 0) + (reply.completion_tokens or 0)
            transport.limits.settle(self._tokens, used or self._tokens)

    def wait(self, state: RetryCallState) -> float:
        if self._free:
            return 0.0
        return self._transport.backoff.wait(self._tries, _error(state).retry_after, self._transport.random)

    def stop(self, state: RetryCallState) -> bool:
        error, transport = _error(state), self._transport
        if self._free:
            return False
        if self._tries >= transport.attempts:
            self._given_up = f"after {self._tries} attempts"
        elif self._spent + state.upcoming_sleep >= transport.deadline:
            asked = f", and it asks to wait {error.retry_after:g} s" if error.retry_after else ""
            self._given_up = f"after {self._spent:.0f} s of {transport.deadline:g} s{asked}"
        elif error.status != _RATE_LIMITED and not transport.retry_budget.spend():
            self._given_up = "not tried again: too many retries among all requests"
        return bool(self._given_up)

    async def sleep(self, seconds: float) -> None:
        transport = self._transport
        if seconds <= 0:
            transport.waits.check()
            return
        self._spent += seconds
        if self._place is None:
            await transport.waits.sleep(seconds)
            return
        self._place.give()
        await transport.waits.sleep(seconds)
        await self._place.take_again()

    def describe(self, error: Transient | Permanent) -> str:
        return f"{error} ({self._given_up})" if self._given_up else str(error)


def _error(state: RetryCallState) -> Transient:
    error = state.outcome.exception() if state.outcome is not None else None
    if not isinstance(error, Transient):
        raise TypeError("only transient errors are tried again")
    return error


def _was_answered(outcome: Outcome | None) -> bool:
    return isinstance(outcome, Reply | Permanent) or (isinstance(outcome, Transient) and outcome.reply is not None)


def _was_pushed_back(outcome: Outcome | None) -> bool:
    return isinstance(outcome, Transient) and outcome.congested


def _estimated_tokens(request: Request) -> float:
    characters = sum(len(message["content"]) for message in request.messages)
    return characters / _CHARACTERS_PER_TOKEN + request.sampling.max_tokens


def _silent(transport: Transport, error: Transient) -> ModelError:
    return ModelError(
        f"no answer for {transport.circuit.silent_for:.0f} s; the last error: {error}",
        where=transport.model.name,
        hint="what was answered is kept: run the same command again to go on",
    )
