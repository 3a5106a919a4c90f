"""An import report: what became of the lines of a log."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class ImportReport:
    """What became of an import.

    Attributes:
        dataset: The data set.
        new: Records that were not there before.
        unchanged: Records that were.
        updated: Records that were, and of which more is known now (feedback, latency, ...).
        rejected: Bad lines, and records whose id is known with other content.
        ratings: New ratings.
        judgements: Judgements of other tools' judges.
        judges: Those judges' names, each with the number of its run.
        missed: What was asked for and stands in no line, with how to name it.
        passed: What lines without a response were -> how many.
        notes: What could not be read as a field and was kept as metadata -> how many.
        rejects: The file with the bad lines, if there are any.
        problems: What is wrong with the first of them.
    """

    dataset: str
    new: int = 0
    unchanged: int = 0
    updated: int = 0
    rejected: int = 0
    ratings: int = 0
    judgements: int = 0
    judges: dict[str, int] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    passed: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    rejects: str | None = None
    problems: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The report for machines."""
        return asdict(self)

    def __str__(self) -> str:
        parts = [f"{self.new:,} new"]
        parts += [
            f"{count:,} {word}" for count, word in ((self.updated, "updated"), (self.unchanged, "unchanged")) if count
        ]
        lines = [f"Data set {self.dataset}: {', '.join(parts)} records."]
        if self.ratings:
            lines.append(f"{self.ratings:,} ratings.")
        if self.judgements:
            names = ", ".join(f"{name} (run {run})" for name, run in self.judges.items())
            lines.append(f"{self.judgements:,} judgements of {names}.")
        lines += self.missed
        lines += [f"Passed over: {count:,} {what}." for what, count in self.passed.items()]
        lines += [f"Kept as metadata: {what} ({count:,} times)." for what, count in self.notes.items()]
        if self.rejected:
            lines.append(f"{self.rejected:,} lines rejected: see {self.rejects}.")
        return "\n".join(lines)
