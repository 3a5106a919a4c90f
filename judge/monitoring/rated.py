"""Rated records: what people say of records that a judge has scored."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from judge.monitoring.folding import NONE, score_bin
from judge.rubric.pairs import ORDERS
from judge.store.orders import PLACE, both_ways, combined
from judge.store.tables import JUDGEMENT, RATING, RECORD
from judge.store.watches import ALL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from judge.monitoring.window import Window
    from judge.scales import Scale


@dataclass(frozen=True, slots=True)
class Rated:
    """A rated record that this judge has scored.

    Attributes:
        score: What the judge says.
        positive: Whether people say a positive value.
        time: When it was answered.
        version: The version that answered, as windows name it.
        segment: Its segment, as windows name it where they go by the records' own.
        value: What people say as a number, on scales that have no positive values.
    """

    score: str
    positive: bool
    time: datetime | None
    version: str = ""
    segment: str = NONE
    value: float | None = None

    def is_in(self, windows: Sequence[Window]) -> bool:
        """Whether it is of one of these windows, of its version and its segment."""
        return self.time is not None and any(
            window.start <= self.time < window.end and self.is_of(window) for window in windows
        )

    def is_of(self, window: Window) -> bool:
        """Whether it is of the version and segment of a window."""
        return window.version in {ALL, self.version} and window.segment in {ALL, self.segment}


def read_rated(connection: Connection, fingerprint: str, criterion: str, scale: Scale) -> list[Rated]:
    """The rated records that exactly this judge has scored; an adjudicated rating goes before others.

    Of a pair, the score is what both orders agree on.
    """
    version = func.coalesce(RECORD.c.model_version, RECORD.c.model, NONE).label("answered")
    segment = func.coalesce(RECORD.c.segment, NONE).label("part")
    both = both_ways(connection)
    columns = (*(JUDGEMENT.c[name] for name in PLACE), JUDGEMENT.c.repeat, JUDGEMENT.c.score, JUDGEMENT.c.reason)
    query = (
        select(*columns, RECORD.c.time, RATING.c.id.label("rating"), RATING.c.score.label("truth"), version, segment)
        .join(RECORD, JUDGEMENT.c.record_id == RECORD.c.id)
        .join(RATING, (RATING.c.record_id == RECORD.c.id) & (RATING.c.criterion == JUDGEMENT.c.criterion))
        .where(
            JUDGEMENT.c.fingerprint == fingerprint,
            JUDGEMENT.c.criterion == criterion,
            JUDGEMENT.c.repeat.in_(range(len(ORDERS)) if fingerprint in both else (0,)),
            RATING.c.rubric == JUDGEMENT.c.rubric,
            RATING.c.score.is_not(None),
        )
        .order_by(
            *(JUDGEMENT.c[name] for name in PLACE), RATING.c.gold, RATING.c.version, RATING.c.id, JUDGEMENT.c.repeat
        )
    )
    found: dict[int, Rated] = {}
    for row in combined(
        connection.execute(query).mappings(),
        both=fingerprint in both,
        place=itemgetter("run_id", "record_id", "rating"),
    ):
        if row["score"] is not None:
            truth = row["truth"]
            value = None if scale.positive else score_bin(scale, truth)[1]
            place = (row["time"], row["answered"], row["part"])
            found[row["record_id"]] = Rated(row["score"], truth in scale.positive, *place, value)
    return list(found.values())
