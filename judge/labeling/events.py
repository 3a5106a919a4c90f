"""Events: the audit trail of labelling, only ever added to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from judge.store.labeling_tables import EVENT

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


def add(
    connection: Connection,
    kind: str,
    time: datetime,
    *,
    study: int | None = None,
    annotator: int | None = None,
    item: int | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Enter what happened, in the transaction in which it happens.

    Args:
        connection: An open transaction.
        kind: What happened, in one word.
        time: When.
        study: Row key of the study concerned.
        annotator: Row key of who did it.
        item: Row key of the item concerned.
        detail: More, as JSON.
    """
    row = {"study_id": study, "annotator_id": annotator, "item_id": item, "kind": str(kind), "time": time}
    connection.execute(insert(EVENT), row | {"detail": detail or {}})
