"""Figures: the corrected value of a series in some windows, with its interval."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from judge.monitoring.detecting import scored_part
from judge.monitoring.histogram import Histogram
from judge.rubric.pairs import ORDERS
from judge.stats.intervals import Estimate, Refused, wilson_limits, z_value
from judge.stats.poststratification import poststratified
from judge.stats.shift import rogan_gladen
from judge.stats.strata import MIN_RATINGS, NEGLIGIBLE
from judge.store.orders import PLACE, both_ways, combined
from judge.store.tables import JUDGEMENT, RATING, RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from judge.monitoring.window import Window
    from judge.scales import Scale

SHARES = frozenset({"errors", "refusals", "feedback"})
"""Signals that are shares of yes."""


@dataclass(frozen=True, slots=True)
class Rated:
    """A rated record that this judge has scored.

    Attributes:
        score: What the judge says.
        positive: Whether people say a positive value.
        time: When it was answered.
        version: The version that answered, as windows name it.
    """

    score: str
    positive: bool
    time: datetime | None
    version: str = ""


def read_rated(connection: Connection, fingerprint: str, criterion: str, scale: Scale) -> list[Rated]:
    """The rated records that exactly this judge has scored; an adjudicated rating goes before others.

    Of a pair, the score is what both orders agree on.
    """
    version = func.coalesce(RECORD.c.model_version, RECORD.c.model, "").label("answered")
    both = both_ways(connection)
    columns = (*(JUDGEMENT.c[name] for name in PLACE), JUDGEMENT.c.repeat, JUDGEMENT.c.score, JUDGEMENT.c.reason)
    query = (
        select(*columns, RECORD.c.time, RATING.c.id.label("rating"), RATING.c.score.label("truth"), version)
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
            positive = row["truth"] in scale.positive
            found[row["record_id"]] = Rated(row["score"], positive, row["time"], row["answered"])
    return list(found.values())


def corrected_rate(
    series: Histogram, rated: Sequence[Rated], scale: Scale, windows: Sequence[Window], level: float
) -> Estimate | Refused:
    """The rate people would give to these windows.

    Where records of these windows are rated in sufficient number it is post-stratified by the judge's score. Else the
    judge's error rates are carried over from the records that are rated: then a system that got worse is seen as such,
    where the shares of right scores among flagged ones, carried over, would hide half of it.
    """
    inside = [
        one
        for one in rated
        if one.time is not None and any(window.start <= one.time < window.end for window in windows)
    ]
    pool = Counter({("abstained" if name.startswith("abstained:") else name): 0 for name in series.bins})
    for name, count in series.bins.items():
        pool["abstained" if name.startswith("abstained:") else name] += count
    names = sorted(pool)
    if not sum(pool.values()):
        return Refused("no record of these windows was judged", "raise `sample: rate`", "corrected rate")
    counts = Counter(one.score for one in inside)
    thin = sum(pool[name] for name in names if counts[name] < MIN_RATINGS) / sum(pool.values())
    if thin <= NEGLIGIBLE:
        hits = Counter(one.score for one in inside if one.positive)
        return poststratified(
            [hits[name] for name in names],
            [counts[name] for name in names],
            [max(pool[name], counts[name]) for name in names],
            names=names,
            level=level,
        )
    return _carried(scored_part(series), rated, scale, level)


def _holds(windows: Sequence[Window], time: datetime) -> bool:
    return any(window.start <= time < window.end for window in windows)


def _carried(series: Histogram, rated: Sequence[Rated], scale: Scale, level: float) -> Estimate | Refused:
    flagged = {True: 0, False: 0}
    totals = {True: 0, False: 0}
    for one in rated:
        totals[one.positive] += 1
        flagged[one.positive] += one.score in scale.positive
    hits = sum(count for name, count in series.bins.items() if name in scale.positive)
    return rogan_gladen(
        hits / series.n if series.n else 0.0,
        1 - flagged[False] / totals[False] if totals[False] else 0.0,
        flagged[True] / totals[True] if totals[True] else 0.0,
        pool=series.n,
        negatives=totals[False],
        positives=totals[True],
        level=level,
        declared=True,
    )


def plain_figure(name: str, series: Histogram, scale: Scale | None, level: float) -> Estimate | Refused:
    """The value of a signal, or a judge's raw figure: a share with Wilson's limits, or a mean with normal ones."""
    n = series.n
    if n < 2:  # noqa: PLR2004 - a spread needs two
        return Refused(f"only {n} records", "wait for more", "mean")
    mean = series.total / n
    if name in SHARES or (scale is not None and scale.positive):
        low, high = wilson_limits(round(series.total), n, level)
        return Estimate(mean, min(mean, float(low)), max(mean, float(high)), level, n, "share, Wilson")
    reach = z_value(level) * spread_of(series) / math.sqrt(n)
    return Estimate(mean, mean - reach, mean + reach, level, n, "mean, normal")


def spread_of(series: Histogram) -> float:
    """Standard deviation of a series."""
    n = series.n
    return math.sqrt(max(0.0, (series.squares - series.total**2 / n) / (n - 1))) if n > 1 else 0.0


def merged_series(windows: Sequence[Window], name: str) -> Histogram:
    """A series over several windows."""
    found = Histogram()
    for window in windows:
        if name in window.series:
            found.merge(window.series[name])
    return found


def trend_of(values: Sequence[float], errors: Sequence[float]) -> float:
    """Slope over its standard error, by weighted least squares over equally spaced windows.

    Args:
        values: One value a window, in the order of time.
        errors: Their standard errors.
    """
    weights = [1 / max(error, 1e-12) ** 2 for error in errors]
    total = sum(weights)
    middle = sum(weight * place for place, weight in enumerate(weights)) / total
    below = sum(weight * (place - middle) ** 2 for place, weight in enumerate(weights))
    slope: Any = sum(w * (place - middle) * value for place, (w, value) in enumerate(zip(weights, values, strict=True)))
    return float(slope / below * math.sqrt(below))
