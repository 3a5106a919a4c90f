"""Boarding: from what the store keeps of a watch to its board."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from judge.errors import NotFoundError
from judge.monitoring.alert import Alert
from judge.monitoring.board import Board, Panel, Point, Span
from judge.monitoring.detecting import scored_part
from judge.monitoring.figure import SHARES, corrected_figure, ends_of, plain_figure
from judge.monitoring.folding import NONE
from judge.monitoring.form import SIGNALS, Watch
from judge.monitoring.rated import Rated, read_rated
from judge.monitoring.signals import SIGHTS
from judge.monitoring.window import Window
from judge.scales import Level, Scale
from judge.stats.intervals import Estimate, Refused
from judge.store import judges, watches
from judge.store.tables import JUDGE, RUBRIC
from judge.store.watch_tables import WATCH
from judge.store.watches import ALL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from judge.rubric.schema import Criterion
    from judge.store.database import Database

UNRATED: Final = "nobody has rated what this judge judged"


def board_of(db: Database, name: str, now: datetime) -> Board:
    """The board of a watch.

    Args:
        db: The database.
        name: The watch's name.
        now: The present.

    Raises:
        NotFoundError: There is no such watch, or it has seen nothing yet.
    """
    kept = watches.find(db, name)
    with db.read() as connection:
        form = Watch.model_validate(connection.scalar(select(WATCH.c.config).where(WATCH.c.id == kept.id)))
        rows = [Window.from_row(row) for row in watches.windows(connection, kept)]
        alerts = [Alert.from_row(row) for row in watches.alerts(connection, kept)]
    windows = [window for window in rows if window.pooled]
    if not windows:
        raise NotFoundError(f"the watch {name!r} has seen nothing yet", hint="judge watch CONFIG.yaml")
    judged = list(_judged(db, form, windows))
    return Board(
        watch=name,
        dataset=form.dataset,
        judge=form.judge or "",
        start=windows[0].start,
        end=max(window.end for window in windows),
        level=form.detectors.level,
        records=sum(window.records for window in windows),
        judged=max((sum(point.n for point in panel.points) for panel in judged), default=0),
        panels=(*judged, *_signals(form, windows)),
        spans=tuple(_spans(rows)),
        alerts=tuple(sorted(alerts, key=lambda alert: alert.opened, reverse=True)),
        made=now,
    )


def _judged(db: Database, form: Watch, windows: Sequence[Window]) -> Iterable[Panel]:
    """A panel for each criterion; where the judge was changed, each window has the figure of its own."""
    series: dict[str, set[str]] = defaultdict(set)
    for window in windows:
        for name in window.series:
            criterion, at, judge = name.partition("@")
            if at and "!" not in judge:
                series[criterion].add(judge)
    known = _judges(db, {rubric.partition(".")[0] for rubric in series})
    for name in sorted(series):
        mine = {judge: known[judge] for judge in series[name] if judge in known}
        if mine:
            yield _criterion_panel(db, form, name, windows, mine)


def _judges(db: Database, rubrics: set[str]) -> dict[str, judges.Judge]:
    """The beginning of a fingerprint -> the judge."""
    query = select(JUDGE.c.fingerprint).join(RUBRIC).where(RUBRIC.c.name.in_(rubrics))
    with db.read() as connection:
        found = list(connection.scalars(query))
    return {fingerprint[:8]: judges.find(db, fingerprint) for fingerprint in found}


def _criterion_panel(
    db: Database, form: Watch, name: str, windows: Sequence[Window], mine: Mapping[str, judges.Judge]
) -> Panel:
    criteria = {judge: _criterion(each, name) for judge, each in mine.items()}
    points, refusals = [], []
    with db.read() as connection:
        rated = {
            judge: read_rated(connection, mine[judge].fingerprint, criterion.name, criterion.scale)
            for judge, criterion in criteria.items()
            if criterion.scale.positive or criterion.scale.level is not Level.NOMINAL
        }
    for window in windows:
        for judge, criterion in criteria.items():
            if f"{name}@{judge}" in window.series:
                point, refusal = _judged_point(
                    window, f"{name}@{judge}", criterion.scale, rated.get(judge), form.detectors.level
                )
                points.append(point)
                refusals.append(refusal)
    scale = next(iter(criteria.values())).scale
    share = bool(scale.positive)
    corrected = [point for point, refusal in zip(points, refusals, strict=True) if not refusal]
    # A line that is corrected here and raw there would show steps that nothing but the ratings made.
    shown = tuple(corrected) if corrected else tuple(points)
    return Panel(
        name=name,
        title="/".join(scale.positive) if share else f"mean of {name.partition('.')[2]}",
        points=shown,
        percent=share,
        ends=(0.0, 1.0) if share else ends_of(scale),
        limits=_limits(form, name),
        uncalibrated="" if corrected else next((refusal for refusal in refusals if refusal), ""),
        judged=True,
    )


def _criterion(judge: judges.Judge, name: str) -> Criterion:
    wanted = name.partition(".")[2]
    return next(each for each in judge.rubric.criteria if each.name == wanted)


def _judged_point(
    window: Window, series: str, scale: Scale, rated: Sequence[Rated] | None, level: float
) -> tuple[Point, str]:
    """The figure of a window, and why it is not corrected; empty where it is."""
    found = window.series[series]
    scored = scored_part(found)
    raw = scored.mean
    place = (window.number, window.start, window.end, found.n)
    if not rated:
        return Point(*place, raw, None, None, raw), UNRATED
    figure = corrected_figure(found, rated, scale, [window], level)
    if isinstance(figure, Refused):
        return Point(*place, raw, None, None, raw), figure.reason
    return Point(*place, figure.value, figure.low, figure.high, raw), ""


def _signals(form: Watch, windows: Sequence[Window]) -> Iterable[Panel]:
    for name in SIGNALS:
        if name not in form.signals or (name in SIGHTS and SIGHTS[name].bins == "name" and name not in SHARES):
            continue
        points = [_signal_point(window, name, form.detectors.level) for window in windows if window.series[name].n]
        if points:
            yield Panel(
                name=name,
                title=SIGHTS[name].told if name in SIGHTS else "cost a response",
                points=tuple(points),
                percent=name in SHARES,
                unit=SIGHTS[name].unit if name in SIGHTS else "$",
                ends=(0.0, 1.0) if name in SHARES else (0.0, None),
                limits=_limits(form, name),
            )


def _signal_point(window: Window, name: str, level: float) -> Point:
    found = window.series[name]
    figure = plain_figure(name, found, None, level)
    low, high = (figure.low, figure.high) if isinstance(figure, Estimate) else (None, None)
    return Point(window.number, window.start, window.end, found.n, found.mean, low, high)


def _limits(form: Watch, name: str) -> tuple[float, ...]:
    rules = [rule for rule in form.alerts if rule.watch == name]
    return tuple(limit for rule in rules for limit in (rule.above, rule.below) if limit is not None)


def _spans(rows: Sequence[Window]) -> Iterable[Span]:
    versions: dict[str, list[Window]] = defaultdict(list)
    for window in rows:
        if window.version not in {ALL, NONE} and window.segment == ALL:
            versions[window.version].append(window)
    spans = [
        Span(
            version=version,
            start=min(window.start for window in some),
            end=max(window.end for window in some),
            records=sum(window.records for window in some),
        )
        for version, some in versions.items()
    ]
    return sorted(spans, key=lambda span: (span.start, span.end))
