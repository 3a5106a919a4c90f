"""Progress: how far a run has come, for whoever draws it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Progress:
    """Counts of a run in progress; an item is a record on a criterion (and repeat).

    Attributes:
        items: How many there will be.
        scored: Items with a score.
        abstained: Items without.
        found: Items whose answer was on the ledger already, or judged earlier in this run.
        calls: Calls settled now.
        cost: US dollars spent in this run so far.
    """

    items: int = 0
    scored: int = 0
    abstained: int = 0
    found: int = 0
    calls: int = 0
    cost: float = 0.0

    @property
    def done(self) -> int:
        """Items that are finished."""
        return self.scored + self.abstained

    def count(self, *, scored: bool) -> None:
        """Count one more item."""
        if scored:
            self.scored += 1
        else:
            self.abstained += 1
