"""Every error that Evenhand raises on purpose.

    EvenhandError                       exit
    ├── InputError      fix your input     2
    │   ├── UsageError          a command line or a call that cannot be meant
    │   ├── SettingsError       judge.toml or an environment variable
    │   ├── ScaleError          a scale that cannot measure
    │   ├── RubricError         a rubric file
    │   ├── LogError            a log file, or a line of it
    │   ├── WatchError          a watch file
    │   ├── NotFoundError       a data set, run, study or rubric that is not there
    │   └── CalibrationError    ratings and judgements that cannot be brought together
    ├── UnfinishedError stopped by hand  130
    │   └── BudgetError     the next call could cross the cap that was set: 3
    └── BrokenError     try again          4
        ├── ModelError          the judge model cannot be asked: key, quota, name, connection
        └── StoreError          the database cannot be used

Anything else that escapes is our bug: exit 70, with a traceback.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """The text with what would command a terminal, or turn its words round, written out as ``⟦U+001B⟧``.

    Providers, logs and records have a say in messages and tables; lines and tabs stay as they are.
    """
    return _CONTROL.sub(lambda found: f"⟦U+{ord(found.group()):04X}⟧", text)


class EvenhandError(Exception):
    """What went wrong, where, and what to write instead.

    Args:
        message: What was found and what is allowed, in one or a few plain sentences.
        where: The file (with line), key, record or setting concerned, if there is one.
        hint: What to write or do instead, if it can be said.
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f"\n  → {self.hint}" if self.hint else ""
        return printable(f"{place}{self.message}{hint}")


class InputError(EvenhandError):
    """Something the user wrote has to change."""

    exit_code = 2


class UsageError(InputError):
    """A command line or a call that cannot be meant."""


class SettingsError(InputError):
    """A setting in judge.toml or in the environment."""


class ScaleError(InputError):
    """A scale that cannot measure."""


class RubricError(InputError):
    """A rubric file."""


class LogError(InputError):
    """A log file, or a line of it."""


class WatchError(InputError):
    """A watch file."""


class NotFoundError(InputError):
    """A data set, run, study or rubric that is not there."""


class CalibrationError(InputError):
    """Ratings and judgements that cannot be brought together."""


class UnfinishedError(EvenhandError):
    """Work was stopped before its end, by hand unless a subclass says otherwise; what was done is kept."""

    exit_code = 130


class BudgetError(UnfinishedError):
    """The next call could cross the cap that was set."""

    exit_code = 3


class BrokenError(EvenhandError):
    """The world outside did not do its part; the same command may work later."""

    exit_code = 4


class ModelError(BrokenError):
    """The judge model cannot be asked: key, quota, name or connection."""


class StoreError(BrokenError):
    """The database cannot be used."""
