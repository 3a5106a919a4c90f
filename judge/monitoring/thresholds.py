"""Thresholds: the rules that a watch's owner wrote, held against the figures of the newest windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from judge.monitoring.alert import Advice, Alert, Evidence, Kind
from judge.monitoring.duration import show_duration
from judge.monitoring.figure import corrected_figure, merged_series, plain_figure, trend_of
from judge.monitoring.rated import read_rated
from judge.monitoring.relabeling import relabel
from judge.scales import Level
from judge.stats.intervals import Estimate, Refused, z_value
from judge.stats.sequential import spent_level
from judge.store.watches import ALL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from judge.monitoring.alerting import Ledger
    from judge.monitoring.form import RuleForm, Watch
    from judge.monitoring.going_back import GoingBack
    from judge.monitoring.window import Window
    from judge.scales import Scale
    from judge.store.watches import Kept

STEEP = 3.0
"""A trend is beyond chance at so many standard errors: once in 740 windows by chance, each way."""

UNKNOWN = "not known"
"""What the title of a threshold says whose figure cannot be known."""


class Thresholds:
    """The rules of a watch.

    Args:
        watch: The watch.
        kept: The watch in the store.
        scales: Judged series -> its scale.
        ledger: Its alerts.
        going_back: Where a version that crossed a threshold may be rolled back to.
    """

    def __init__(
        self,
        watch: Watch,
        kept: Kept,
        scales: Mapping[str, Scale],
        ledger: Ledger,
        going_back: GoingBack,
    ) -> None:
        self._going_back = going_back
        self._watch = watch
        self._kept = kept
        self._judges: Mapping[str, str] = kept.state.get("judges", {})
        self._scales = scales
        self._ledger = ledger

    def check(self, connection: Connection, history: Sequence[Sequence[Window]], now: datetime) -> None:
        """Hold every rule but those on absence against the newest windows.

        Args:
            connection: An open transaction.
            history: The rows of each window, the newest window last.
            now: The present.
        """
        for rule in self._watch.alerts:
            if rule.watch is None:
                continue
            for at in self._places(rule, history[-1]):
                windows = [window for rows in history[-rule.over :] for window in rows if _at(window) == at]
                if windows and len(windows) >= (rule.over if rule.trend else 1):
                    self._hold(connection, rule, at, windows, now)

    def check_absence(self, newest: datetime, now: datetime, window: Window | None) -> None:
        """Hold the rules on absence against the time of the newest record."""
        for rule in self._watch.alerts:
            if rule.absent is None:
                continue
            key = f"absent:{rule.name}"
            if now - newest <= rule.absent:
                self._ledger.close(key, now)
                continue
            text = f"the newest record is of {newest:%Y-%m-%d %H:%M}, more than {show_duration(rule.absent)} ago"
            self._ledger.tell(
                Alert(
                    key=key,
                    kind=Kind.ABSENT,
                    level=rule.level,
                    title=f"{rule.name}: no record comes any more",
                    detail=f"{text[0].upper()}{text[1:]}.",
                    number=window.number if window is not None else 0,
                    start=newest,
                    end=now,
                    opened=now,
                    updated=now,
                    evidence=(Evidence("records", text),),
                    advice=(Advice("look", "See whether the system still answers and its log still arrives."),),
                )
            )

    def _places(self, rule: RuleForm, rows: Sequence[Window]) -> list[tuple[str, str]]:
        if rule.each == "version":
            return [_at(window) for window in rows if window.version != ALL and window.segment == ALL]
        if rule.each == "segment":
            return [_at(window) for window in rows if window.version == ALL and window.segment != ALL]
        return [(ALL, ALL)]

    def _series(self, rule: RuleForm) -> str:
        name = str(rule.watch)
        rubric = name.partition(".")[0]
        return f"{name}@{self._judges[rubric][:8]}" if "." in name else name

    def _figure(self, connection: Connection, rule: RuleForm, windows: Sequence[Window]) -> Estimate | Refused:
        series = self._series(rule)
        scale = self._scales.get(series)
        found = merged_series(windows, series)
        level = self._watch.detectors.level
        always = rule.look == "always"
        if always:
            last = windows[-1].number
            level = spent_level(level, last - int(self._kept.state.get("first", last)) + 1)
        if scale is None or rule.raw:
            return plain_figure(str(rule.watch), found, scale, level, exact=always)
        if not scale.positive and scale.level is Level.NOMINAL:
            return Refused("names have no mean", "write `positive:` in the rubric's scale", "corrected figure")
        rubric, _, criterion = str(rule.watch).partition(".")
        rated = read_rated(connection, self._judges[rubric], criterion, scale)
        return corrected_figure(found, rated, scale, windows, level)

    def _hold(
        self, connection: Connection, rule: RuleForm, at: tuple[str, str], windows: Sequence[Window], now: datetime
    ) -> None:
        key = f"threshold:{rule.name}" + (
            f":{rule.each}={at[0] if rule.each == 'version' else at[1]}" if rule.each else ""
        )
        if sum(window.records for window in windows) < rule.least:
            return
        if rule.trend is not None:
            self._hold_trend(connection, rule, key, windows, now)
            return
        figure = self._figure(connection, rule, windows)
        if isinstance(figure, Refused):
            self._tell_unknown(connection, rule, key, windows=windows, figure=figure, now=now)
            return
        self._hold_width(connection, rule, key, windows=windows, figure=figure, now=now)
        value = {"low": figure.low, "value": figure.value, "high": figure.high}[rule.bound]
        level = _crossed(rule, value, living=key in self._ledger.living)
        if level is None:
            self._ledger.close(key, now)
            return
        advice = []
        if rule.each == "version":
            advice.append(self._going_back.advise(connection, at[0], windows[-1].number, windows[0].number))
        ratings = self._relabel(connection, rule, windows, figure)
        if ratings is not None:
            advice.append(ratings)
        self._tell(rule, key, level, _told(rule, figure), window=windows[-1], now=now, figure=figure, advice=advice)

    def _relabel(
        self, connection: Connection, rule: RuleForm, windows: Sequence[Window], figure: Estimate | Refused
    ) -> Advice | None:
        series = self._series(rule)
        scale = self._scales.get(series)
        if scale is None or rule.raw or not scale.positive:
            return None
        rubric, _, criterion = str(rule.watch).partition(".")
        rated = read_rated(connection, self._judges[rubric], criterion, scale)
        found = merged_series(windows, series)
        return relabel(self._watch, rule, windows, found, rated, scale=scale, figure=figure)

    def _tell_unknown(
        self,
        connection: Connection,
        rule: RuleForm,
        key: str,
        *,
        windows: Sequence[Window],
        figure: Refused,
        now: datetime,
    ) -> None:
        before = self._ledger.living.get(key)
        if before is not None and UNKNOWN not in before.title:
            return
        plain = Advice("relabel", figure.needed[0].upper() + figure.needed[1:] + ".")
        advice = [self._relabel(connection, rule, windows, figure) or plain]
        self._tell(rule, key, "warn", f"{UNKNOWN}: {figure.reason}", window=windows[-1], now=now, advice=advice)

    def _hold_width(
        self,
        connection: Connection,
        rule: RuleForm,
        key: str,
        *,
        windows: Sequence[Window],
        figure: Estimate,
        now: datetime,
    ) -> None:
        """Say where an interval is wider than its owner wants it, whether anything is crossed or not."""
        key = key.replace("threshold:", "width:", 1)
        if rule.width is None or figure.width / 2 <= rule.width:
            self._ledger.close(key, now)
            return
        text = f"is known to ±{figure.width / 2:.3g} only, where ±{rule.width:g} is wanted"
        advice = self._relabel(connection, rule, windows, figure)
        plain = Advice("relabel", "Have people rate records of these windows.")
        self._tell(rule, key, "warn", text, window=windows[-1], now=now, figure=figure, advice=[advice or plain])

    def _hold_trend(
        self, connection: Connection, rule: RuleForm, key: str, windows: Sequence[Window], now: datetime
    ) -> None:
        window, known = windows[-1], []
        for each in windows:
            figure = self._figure(connection, rule, [each])
            if isinstance(figure, Refused):
                self._tell_unknown(connection, rule, key, windows=[each], figure=figure, now=now)
                return
            known.append(figure)
        self._hold_width(connection, rule, key, windows=[window], figure=known[-1], now=now)
        z = z_value(self._watch.detectors.level)
        slope = trend_of([one.value for one in known], [max(one.width / 2 / z, 1e-9) for one in known])
        if (slope if rule.trend == "rising" else -slope) < STEEP:
            self._ledger.close(key, now)
            return
        first, last = known[0].value, known[-1].value
        text = f"{rule.trend} over {rule.over} windows: {first:.3g} to {last:.3g} ({abs(slope):.1f} standard errors)"
        ratings = self._relabel(connection, rule, [window], known[-1])
        advice = [ratings] if ratings is not None else []
        self._tell(rule, key, rule.level, text, window=window, now=now, figure=known[-1], advice=advice)

    def _tell(
        self,
        rule: RuleForm,
        key: str,
        level: str,
        text: str,
        *,
        window: Window,
        now: datetime,
        figure: Estimate | None = None,
        advice: Sequence[Advice] = (),
    ) -> None:
        limits = {} if figure is None else {"value": figure.value, "low": figure.low, "high": figure.high}
        self._ledger.tell(
            Alert(
                key=key,
                kind=Kind.THRESHOLD,
                level="alert" if level == "alert" else "warn",
                title=f"{rule.name}: {rule.watch} {text}",
                detail=f"Rule {rule.name} over {rule.over} window{'s' * (rule.over > 1)}.",
                number=window.number,
                start=window.start,
                end=window.end,
                opened=now,
                updated=now,
                evidence=(Evidence(str(rule.watch), text, **limits),),
                advice=tuple(advice),
            )
        )


def _at(window: Window) -> tuple[str, str]:
    return window.version, window.segment


def _crossed(rule: RuleForm, value: float, *, living: bool) -> str | None:
    """The level that a value reaches; an alert that lives on until the value is beyond `clear` is a warning there."""
    sign = 1 if rule.above is not None else -1
    limit = rule.above if rule.above is not None else rule.below
    if limit is None:
        return None
    if sign * value > sign * limit:
        return rule.level
    if rule.warn is not None and sign * value > sign * rule.warn:
        return "warn"
    if living and rule.clear is not None and sign * value > sign * rule.clear:
        return "warn"
    return None


def _told(rule: RuleForm, figure: Estimate) -> str:
    limit = rule.above if rule.above is not None else rule.below
    side = "above" if rule.above is not None else "below"
    bound = "" if rule.bound == "value" else f", its {'lower' if rule.bound == 'low' else 'upper'} bound"
    kind = "raw, uncalibrated" if rule.raw and "." in str(rule.watch) else figure.method
    interval = f"{figure.value:.3g} [{figure.low:.3g}, {figure.high:.3g}] ({kind})"
    return f"is {interval}{bound} held to {side} {limit:g}".replace(f"held to {side}", f"against {side}")
