"""Splits: which records tune a rubric, which say what the tuning gained, and which are kept for calibration."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from judge.errors import UsageError


class Split(StrEnum):
    """What a record is for."""

    TUNE = "tune"
    HELD_OUT = "held_out"
    CALIBRATION = "calibration"


@dataclass(frozen=True, slots=True)
class Splits:
    """A three-way split by group; the same seed puts the same group on the same side, whenever it is asked.

    Attributes:
        seed: Seed of the split.
        tune: Share of the groups whose ratings may change the rubric.
        held_out: Share whose ratings say what the change gained; the rest is for calibration.

    Raises:
        UsageError: A share is not above 0, or nothing is left for calibration.
    """

    seed: int = 0
    tune: float = 0.3
    held_out: float = 0.3

    def __post_init__(self) -> None:
        if min(self.tune, self.held_out) <= 0 or self.tune + self.held_out >= 1:
            raise UsageError(
                f"{self.tune:g} to tune and {self.held_out:g} held out leave {1 - self.tune - self.held_out:g} for "
                "calibration; each of the three is a share above 0",
                where="--shares",
                hint="--shares 0.3,0.3",
            )

    def of(self, group: str) -> Split:
        """The split that a group belongs to."""
        digest = hashlib.blake2b(f"split:{self.seed}:{group}".encode(), digest_size=8).digest()
        place = int.from_bytes(digest) / 2**64
        if place < self.tune:
            return Split.TUNE
        return Split.HELD_OUT if place < self.tune + self.held_out else Split.CALIBRATION


def group_name(record_id: str, *, group: str | None, conversation: str | None) -> str:
    """What a record must not be split from: its group, else its conversation, else nothing but itself."""
    if group is not None:
        return f"group:{group}"
    return f"conversation:{conversation}" if conversation is not None else f"record:{record_id}"
