"""The budget: no call is sent whose upper bound could cross the cap."""

from __future__ import annotations

from judge.errors import BudgetError, UsageError


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

    def reserve(self, ceiling: float | None) -> float:
        """Set aside the most a call can cost.

        Raises:
            BudgetError: It could cross the cap, so it must not be sent.
            UsageError: There is a cap, and the price of the model is unknown.
        """
        if ceiling is None:
            if self.cap is not None:
                raise UsageError(
                    "the price of this model is unknown, so a cap cannot be kept",
                    where="--max-cost",
                    hint='add its price to judge.toml: [prices."MODEL"] with prompt and completion, $ per 1M tokens',
                )
            return 0.0
        if self.cap is not None and self.spent + self.reserved + ceiling > self.cap:
            raise BudgetError(
                f"the next call could cross the cap of ${self.cap:g} (spent ${self.spent:.4f})",
                where="--max-cost",
                hint="what was judged is kept; run the same command with a higher --max-cost to go on",
            )
        self.reserved += ceiling
        return ceiling

    def settle(self, reserved: float, cost: float | None) -> None:
        """Give a reservation back and book what the call cost; an unknown cost is booked at its upper bound."""
        self.reserved -= reserved
        self.spent += reserved if cost is None else cost
