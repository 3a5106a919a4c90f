"""Calls: one request on its way, from waiting for its turn to what is told of each attempt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from judge.errors import ModelError
from judge.models.request import Adapted, Permanent, Reply, Request, Transient
from judge.scores import Reason

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from judge.models.circuit import Witness
    from judge.models.places import Place
    from judge.models.transport import Transport

Outcome = Reply | Transient | Permanent | ModelError
"""How an attempt ended."""

BeforeAttempt = Callable[[int], Awaitable[None]]
AfterAttempt = Callable[[int, Outcome], Awaitable[None]]

_CHARACTERS_PER_TOKEN: Final = 4
_MOST_SHAPES: Final = 12
"""A model that refuses more parameters than there are is at fault, not to be asked for ever."""
_RATE_LIMITED: Final = 429
"""Costs no retry budget: nothing was computed for it, and the slots slow down for it."""


class Call:
    """One request on its way: what tenacity asks between its attempts.

    Args:
        transport: Where it is on its way.
        request: The request.
        before: Awaited before each request is sent.
        after: Awaited after each.
        place: The caller's place.

    Attributes:
        sent: How many requests were sent.
    """

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
        "_witness",
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
        self._witness: Witness | None = None
        self._free = False
        self._spent = 0.0
        self._given_up = ""
        self._tokens = _estimated_tokens(request) if transport.limits.tokens_limited else 0.0

    async def attempt(self) -> Reply:
        """Wait for a turn and send one request.

        Raises:
            Transient: It may be tried again.
            Permanent: It will never succeed.
            ModelError: No request will.
        """
        probe = await self._enter()
        outcome: Outcome | None = None
        try:
            await self._announce()
            self._witness = self._transport.circuit.sending(self._witness)
            outcome = await self._send()
            self._report(outcome, self._witness, probe=probe)
            if self._after is not None:
                await self._after(self.sent, outcome)
        finally:
            if outcome is None and probe:
                self._transport.circuit.abandon()
            self._transport.slots.give(
                answered=_was_answered(outcome),
                pushed_back=_was_pushed_back(outcome),
                retry_after=getattr(outcome, "retry_after", None),
            )
        if isinstance(outcome, Reply):
            return outcome
        raise outcome

    async def _announce(self) -> None:
        """Say that a request is about to be sent; where that is refused, none is, and it counts for nothing."""
        if self._before is not None:
            try:
                await self._before(self.sent + 1)
            except BaseException:
                self._transport.limits.give(self._tokens)
                raise
        self.sent += 1
        if self.sent == 1:
            self._transport.retry_budget.earn()

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

    def _report(self, outcome: Outcome, witness: Witness, *, probe: bool) -> None:
        transport = self._transport
        if isinstance(outcome, ModelError):
            transport.waits.stop(outcome)
        self._free = isinstance(outcome, Adapted) and self.sent - self._tries <= _MOST_SHAPES
        if not self._free:
            self._tries += 1
        if isinstance(outcome, Transient) and outcome.reason is Reason.UNREACHABLE and not self._free:
            transport.circuit.failed(witness, probe=probe, retry_after=outcome.retry_after)
            if transport.circuit.tripped:
                transport.waits.stop(_silent(transport, outcome))
        else:
            transport.circuit.answered(witness)
        reply = outcome if isinstance(outcome, Reply) else getattr(outcome, "reply", None)
        if transport.limits.tokens_limited and reply is not None:
            used = (reply.prompt_tokens or 0) + (reply.completion_tokens or 0)
            transport.limits.settle(self._tokens, used or self._tokens)

    def wait(self, state: RetryCallState) -> float:
        """Seconds to wait before the next attempt."""
        if self._free:
            return 0.0
        return self._transport.backoff.wait(self._tries, _error(state).retry_after, self._transport.random)

    def stop(self, state: RetryCallState) -> bool:
        """Whether this was the last attempt, by number, time or retry budget."""
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
        """Wait, with the place given to another request."""
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
        """The last error, and why there was no other attempt."""
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
