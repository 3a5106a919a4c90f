"""Opening: the front desk of this process, from the environment that the launcher set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from judge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from judge.labeling.desk import FrontDesk

_front: list[FrontDesk] = []


def provide(make: Callable[[], FrontDesk]) -> None:
    """Use this front desk in this process, made now."""
    _front[:] = [make()]


def front_desk() -> FrontDesk:
    """The front desk of this process.

    Raises:
        UsageError: None was provided, as when the app's files are run by hand.
    """
    if not _front:
        raise UsageError("the labelling app has no database", hint="start it with `judge label`")
    return _front[0]
