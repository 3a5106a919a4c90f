"""Asking: one call with its budget and its place on the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from judge.errors import BudgetError, EvenhandError, ModelError
from judge.models.prices import FREE, ceiling, cost, most_prompt_tokens
from judge.models.request import Failure, Reply, Transient
from judge.models.waits import StoppedError
from judge.run.reading import to_stored
from judge.scores import Reason
from judge.store import ledger
from judge.store.tables import now

if TYPE_CHECKING:
    from judge.models.places import Place
    from judge.models.request import Price, Request
    from judge.models.transport import Outcome, Transport
    from judge.run.budget import Budget
    from judge.run.plan import PlannedCall
    from judge.store.writer import Writer


class TakenError(Exception):
    """Another worker is asking this very question, or has its answer: it is not sent."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks calls for a run.

    Attributes:
        run_id: The run.
        worker: Under which token calls are claimed.
        transport: How a model is asked.
        writer: Where the ledger is kept.
        budget: What it may cost.
    """

    run_id: int
    worker: str
    transport: Transport
    writer: Writer
    budget: Budget

    async def ask(self, call: PlannedCall, place: Place) -> dict[str, Any] | Failure:
        """Ask, with every attempt on the ledger before it is sent and the outcome after.

        Returns:
            The reply as the ledger keeps it, or the failure.

        Raises:
            BudgetError: The next attempt could cross the cap; it was not sent.
            ModelError: No call to this model will succeed.
            StoreError: The ledger cannot be written; nothing more may be sent.
            StoppedError: The run was stopped while the call waited.
            TakenError: Another worker is asking it.
        """
        account = _Account(self, call)
        try:
            outcome = await self.transport.ask(
                call.request, before_attempt=account.before, after_attempt=account.after, place=place
            )
        except (BudgetError, ModelError, StoppedError) as error:
            if account.claimed:
                account.settle_failure(Failure(Reason.UNREACHABLE, error.message, account.attempts))
            raise
        if isinstance(outcome, Failure):
            account.settle_failure(outcome)
            return outcome
        return account.settle_reply(outcome[0], to_stored(outcome[0], call.suspicious))

    async def reserve(self, ceiling: float | None) -> float:
        """Set aside the most a call can cost, as soon as calls in flight leave room for it under the cap.

        Raises:
            BudgetError: They will not.
            ModelError: There was a fatal error meanwhile.
            StoppedError: The run was stopped meanwhile.
        """
        while (held := self.budget.reserve(ceiling)) is None:
            future = self.transport.waits.future()
            self.budget.wake(future)
            await future
        return held


def _ceiling(price: Price | None, request: Request) -> float | None:
    # Measuring a prompt takes time that a free model need not spend.
    if price is None or price == FREE:
        return None if price is None else 0.0
    return ceiling(price, most_prompt_tokens(request), request.sampling.max_tokens)


class _Account:
    """What one call has cost so far, over all its attempts."""

    __slots__ = ("_asker", "_call", "_ceiling", "_held", "attempts", "claimed", "cost", "uncertain")

    def __init__(self, asker: Asker, call: PlannedCall) -> None:
        self._asker = asker
        self._call = call
        self._ceiling = _ceiling(asker.transport.model.price, call.request)
        self._held = 0.0
        self.attempts = 0
        self.claimed = False
        self.cost: float | None = 0.0
        self.uncertain = 0.0

    async def before(self, attempt: int) -> None:
        self._held = await self._asker.reserve(self._ceiling)
        row = {
            "key": self._call.key,
            "fingerprint": self._call.fingerprint,
            "record_id": self._call.record_key,
            "run_id": self._asker.run_id,
            "state": ledger.SENT,
            "worker": self._asker.worker,
            "attempts": attempt,
            "reserved": self.uncertain + self._held,
            "cost": self.cost,
            "sent": now(),
        }
        if not await self._asker.writer.commit("sent", row):
            self._asker.budget.settle(self._held, 0.0)
            raise TakenError
        self.claimed = True
        try:
            # The commit may have taken a while; what was stopped meanwhile is not sent.
            self._asker.transport.waits.check()
        except EvenhandError:
            self._asker.budget.settle(self._held, 0.0)
            raise
        self.attempts = attempt

    async def after(self, _attempt: int, outcome: Outcome) -> None:
        spent = self._spent(outcome)
        self._asker.budget.settle(self._held, spent)
        if spent is None:
            # Whether it was paid for is unknown: the reservation stands, and the sum is no longer known.
            self.cost = None
            self.uncertain += self._held
        elif self.cost is not None:
            self.cost += spent
        self._held = 0.0

    def _spent(self, outcome: Outcome) -> float | None:
        reply = outcome if isinstance(outcome, Reply) else outcome.reply if isinstance(outcome, Transient) else None
        if reply is not None:
            return cost(self._asker.transport.model.price, reply.prompt_tokens, reply.completion_tokens)
        # An error status is an answer that costs nothing; a connection that broke or timed out may have been paid.
        answered = not isinstance(outcome, Transient) or outcome.status is not None
        return 0.0 if answered else None

    def settle_failure(self, failure: Failure) -> None:
        row = ledger.settlement(
            self._call.key,
            self._asker.worker,
            state=ledger.FAILED,
            attempts=failure.attempts,
            cost=self.cost,
            reserved=self.uncertain,
            problem=str(failure.reason),
            detail=failure.detail,
        )
        self._asker.writer.put("settled", row)

    def settle_reply(self, reply: Reply, stored: dict[str, Any]) -> dict[str, Any]:
        row = ledger.settlement(
            self._call.key,
            self._asker.worker,
            state=ledger.ANSWERED,
            attempts=self.attempts,
            cost=self.cost,
            reserved=self.uncertain,
            prompt_tokens=reply.prompt_tokens,
            completion_tokens=reply.completion_tokens,
            latency=reply.latency,
            answered_by=reply.model,
            problem=reply.problem and str(reply.problem),
            detail=reply.detail or None,
            reply=stored,
        )
        self._asker.writer.put("settled", row)
        return stored
