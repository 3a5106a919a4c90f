"""The bench: the server's side of the pages where an answer is followed by what others said."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import desk_component
import visitor

from judge.errors import EvenhandError, StoreError
from judge.labeling import wire
from judge.labeling.outbox import UnreadableEntryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from judge.labeling.study import Study

    Answering = Callable[[dict[str, Any]], dict[str, Any]]

BUSY = "The database does not answer. Try again in a moment."


def serve(name: str, study: Study, person: str, answering: Answering, *, role: str) -> None:
    """Answer what the browser sent, as whoever is signed in now, and show the bench.

    Args:
        name: The page's name.
        study: The study.
        person: Whom the page was opened by.
        answering: Makes the bench's data of what the browser asked last, which is empty at first.
        role: What they must be, asked again at every message.
    """
    key = f"{name}/{study.name}/{person}"
    asked = desk_component.sent(key, "asked")
    data: dict[str, Any] = {"study": study.name, "annotator": person, "heard": asked.get("key")}
    data |= wire.rubric_data(study.rubric)
    now = visitor.current()
    if now is None or now.id != person or role not in now.roles:
        data["problem"] = "You are signed out, or this page is no longer for you. Nothing more is saved."
    else:
        try:
            data |= answering(asked)
        except UnreadableEntryError as error:
            data["problem"] = f"This was not saved: {error}."
        except StoreError:
            logging.getLogger(__name__).exception("The bench of %s could not answer", study.name)
            data["problem"] = BUSY
        except EvenhandError as error:
            data["problem"] = f"This was not saved: {error.message}."
    desk_component.mount_bench(key, data)
