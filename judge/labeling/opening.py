"""Opening: the front desk of this process, from the environment that the launcher set."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from judge.errors import UsageError
from judge.labeling.server import DATABASE

if TYPE_CHECKING:
    from collections.abc import Callable

    from judge.labeling.desk import FrontDesk
    from judge.store.database import Database

_front: list[FrontDesk] = []
_opening = threading.Lock()


def provide(make: Callable[[], FrontDesk]) -> None:
    """Use this front desk in this process, made now."""
    _front[:] = [make()]


def front_desk() -> FrontDesk:
    """The front desk of this process; on the first call that of the database the launcher named.

    Raises:
        UsageError: None was provided and no database is named, as when the app's files are run by hand.
        StoreError: The database cannot be opened.
    """
    with _opening:
        if not _front:
            url = os.environ.get(DATABASE)
            if not url:
                raise UsageError("the labelling app has no database", hint="start it with `judge label`")
            # The database is opened when it is first asked for, not when this module is imported.
            from judge.labeling.stored import StoredFrontDesk  # noqa: PLC0415
            from judge.store.database import Database  # noqa: PLC0415

            _front.append(StoredFrontDesk(Database(url)))
        return _front[0]


def database() -> Database:
    """The database behind the front desk of this process, for the pages that need more than the desk does.

    Raises:
        UsageError: The front desk that was provided has none.
        StoreError: The database cannot be opened.
    """
    from judge.labeling.stored import StoredFrontDesk  # noqa: PLC0415 - as above

    front = front_desk()
    if not isinstance(front, StoredFrontDesk):
        raise UsageError("this front desk has no database")
    return front.db
