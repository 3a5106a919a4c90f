"""The budget: no call is sent whose upper bound could cross the cap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from judge.errors import BudgetError, UsageError

if TYPE_CHECKING:
    import asyncio


class Budget:
    """Money reserved and spent in a run, in US dollars.

    Args:
        cap: The most a run may cost; None for no cap.
        spent: What the run has cost before it was resumed, its orphans at their upper bounds.
    """

    def __init__(self, cap: float | None, spent: float = 0.0) -> None:
        if cap is not None and not cap >= 0:
            raise UsageError(f"a cap is 0 or more US dollars, found {cap}", where="--max-cost")
        self.cap = cap
        self.spent = spent
        self.reserved = 0.0
        self._holders = 0
        self._waiting: list[asyncio.Future[Any]] = []

    def reserve(self, ceiling: float | None) -> float | None:
        """Set aside the most a call can cost.

        Returns:
            What was set aside; None where it must wait until a call in flight is settled, which costs less than is
            reserved for it: bounds are some four times what calls cost.

        Raises:
            BudgetError: It could cross the cap, whatever becomes of those in flight, so it must not be sent.
            UsageError: There is a cap, and the price of the model is unknown.
        """
        if ceiling is None:
            if self.cap is not None:
                raise UsageError(
                    "the price of this model is unknown, so a cap cannot be kept",
                    where="--max-cost",
                    hint='add its price to judge.toml: [prices."MODEL"] with prompt and completion, $ per 1M tokens',
                )
            ceiling = 0.0
        if self.cap is not None and self.spent + self.reserved + ceiling > self.cap:
            if self._holders and self.spent + ceiling <= self.cap:
                return None
            raise BudgetError(
                f"the next call could cross the cap of ${self.cap:g} (spent ${self.spent:.4f})",
                where="--max-cost",
                hint="what was judged is kept; run the same command with a higher --max-cost to go on",
            )
        self.reserved += ceiling
        self._holders += 1
        return ceiling

    def wake(self, future: asyncio.Future[Any]) -> None:
        """Let this future go on when the next call is settled."""
        self._waiting.append(future)

    def settle(self, reserved: float, cost: float | None) -> None:
        """Give a reservation back and book what the call cost; an unknown cost is booked at its upper bound."""
        self._holders -= 1
        # With nobody in flight nothing is reserved: no crumb of rounding may be left to wait for.
        self.reserved = self.reserved - reserved if self._holders else 0.0
        self.spent += reserved if cost is None else cost
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
