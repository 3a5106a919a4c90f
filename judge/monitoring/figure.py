"""Figures: the corrected value of a series in some windows, with its interval."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from judge.monitoring.detecting import scored_part
from judge.monitoring.folding import score_bin
from judge.monitoring.histogram import Histogram
from judge.scales import Level
from judge.stats.carried import carried_mean
from judge.stats.correction import corrected_mean
from judge.stats.intervals import Estimate, Refused, clopper_pearson_limits, wilson_limits, z_value
from judge.stats.poststratification import poststratified
from judge.stats.ppi import ppi_mean
from judge.stats.shift import rogan_gladen
from judge.stats.strata import ABSTAINED, MIN_RATINGS, NEGLIGIBLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.monitoring.rated import Rated
    from judge.monitoring.window import Window
    from judge.scales import Scale

POOLED: Final = "too few ratings of it alone, so the judge is taken to err on it as on all"
"""What a method says where ratings of other versions or segments stand in."""

SHARES = frozenset({"errors", "refusals", "feedback"})
"""Signals that are shares of yes."""


def corrected_figure(
    series: Histogram, rated: Sequence[Rated], scale: Scale, windows: Sequence[Window], level: float
) -> Estimate | Refused:
    """The rate or mean people would give to these windows, by ratings of their own version and segment.

    Where those are too few, those of every version and segment are taken, and the method names what that assumes: that
    the judge errs alike on all of them.
    """
    correct = corrected_rate if scale.positive else corrected_level
    own = [one for one in rated if any(one.is_of(window) for window in windows)]
    found = correct(series, own, scale, windows, level)
    if isinstance(found, Estimate) or len(own) == len(rated):
        return found
    pooled = correct(series, rated, scale, windows, level)
    if isinstance(pooled, Refused):
        return found
    return replace(pooled, method=f"{pooled.method}; {POOLED}")


def corrected_rate(
    series: Histogram, rated: Sequence[Rated], scale: Scale, windows: Sequence[Window], level: float
) -> Estimate | Refused:
    """The rate people would give to these windows.

    Where records of these windows are rated in sufficient number it is post-stratified by the judge's score. Else the
    judge's error rates are carried over from the records that are rated: then a system that got worse is seen as such,
    where the shares of right scores among flagged ones, carried over, would hide half of it.
    """
    inside = [one for one in rated if one.is_in(windows)]
    pool = _pool(series)
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


def corrected_level(
    series: Histogram, rated: Sequence[Rated], scale: Scale, windows: Sequence[Window], level: float
) -> Estimate | Refused:
    """The mean people would give to these windows, on ordinal and interval scales.

    Where records of these windows are rated in sufficient number it is post-stratified by the judge's score, on
    interval scales the regression of PPI++. Else the judge's mean error is carried over from all that are rated.
    """
    inside = [one for one in rated if one.is_in(windows)]
    pool = _pool(series)
    if not sum(pool.values()):
        return Refused("no record of these windows was judged", "raise `sample: rate`", "corrected mean")
    truth = [float(one.value) for one in inside if one.value is not None]
    ends = ends_of(scale)
    found: Estimate | Refused
    if not inside:
        found = Refused("no record of these windows is rated", "rate some", "corrected mean")
    elif scale.level is Level.INTERVAL:
        everyone = np.repeat([_number(name) for name in pool], list(pool.values()))
        found = ppi_mean(everyone, [_number(one.score) for one in inside], truth, scale=ends, level=level)
    else:
        names = np.repeat(list(pool), list(pool.values()))
        found = corrected_mean(names, [one.score for one in inside], truth, scale=ends, level=level)
    if isinstance(found, Estimate):
        return found
    errors = [score_bin(scale, one.score)[1] - one.value for one in rated if one.value is not None]
    scored = scored_part(series)
    mean = scored.mean if scored.mean is not None else 0.0
    return carried_mean(mean, spread_of(scored), scored.n, errors, scale=ends, level=level)


def ends_of(scale: Scale) -> tuple[float, float]:
    """Lowest and highest possible mean."""
    if scale.low is not None and scale.high is not None:
        return scale.low, scale.high
    return 0.0, float(len(scale.names) - 1)


def _pool(series: Histogram) -> Counter[str]:
    """How many records have each score; abstentions are one."""
    pool: Counter[str] = Counter()
    for name, count in series.bins.items():
        pool[ABSTAINED if name.startswith("abstained:") else name] += count
    return pool


def _number(name: str) -> float:
    return math.nan if name == ABSTAINED else float(name)


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


def plain_figure(
    name: str, series: Histogram, scale: Scale | None, level: float, *, exact: bool = False
) -> Estimate | Refused:
    """The value of a signal, or a judge's raw figure: a share with Wilson's limits, or a mean with normal ones.

    Args:
        name: The series.
        series: What it was.
        scale: Its scale, where a judge stands behind it.
        level: Confidence level.
        exact: Whether a share gets Clopper and Pearson's limits, which hold at levels near 1 too.
    """
    n = series.n
    if n < 2:  # noqa: PLR2004 - a spread needs two
        return Refused(f"only {n} records", "wait for more", "mean")
    mean = series.total / n
    if name in SHARES or (scale is not None and scale.positive):
        low, high = (clopper_pearson_limits if exact else wilson_limits)(round(series.total), n, level)
        method = "share, Clopper-Pearson" if exact else "share, Wilson"
        return Estimate(mean, min(mean, float(low)), max(mean, float(high)), level, n, method)
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
