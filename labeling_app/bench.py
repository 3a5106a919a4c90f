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

    from judge.labeling.desk import Person
    from judge.labeling.study import Study

    Hear = Callable[[dict[str, Any]], dict[str, Any]]
    Show = Callable[[], dict[str, Any]]

BUSY = "The database does not answer. Try again in a moment."


def serve(study: Study, person: Person, hear: Hear, show: Show, *, role: str) -> None:
    """Hear what the browser sent, as whoever is signed in now, and show the bench.

    Args:
        study: The study.
        person: Whom the page was opened by.
        hear: Does what the browser asked; what it gives goes to the browser. An asked thing may be heard again.
        show: What is to be seen next.
        role: What they must be, asked again at every message.
    """
    key = f"{role}/{study.name}/{person.id}"
    asked = desk_component.sent(key, "asked")
    data: dict[str, Any] = {"study": study.name, "annotator": person.id, "heard": asked.get("key")}
    data |= wire.rubric_data(study.rubric)
    now = visitor.current()
    if now is None or now.id != person.id or role not in now.roles:
        data["problem"] = "You are signed out, or this page is no longer for you. Nothing more is saved."
    else:
        for step in (lambda: hear(asked) if asked else {}, show):
            data |= _done(step, study)
    desk_component.mount_bench(key, data)


def _done(step: Show, study: Study) -> dict[str, Any]:
    try:
        return step()
    except UnreadableEntryError as error:
        return {"problem": f"This was not saved: {error}."}
    except StoreError:
        logging.getLogger(__name__).exception("The bench of %s could not answer", study.name)
        return {"problem": BUSY}
    except EvenhandError as error:
        return {"problem": f"This was not saved: {error.message}."}
