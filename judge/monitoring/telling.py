"""Telling: what a series did, in words with figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from judge.monitoring.alert import Evidence
from judge.monitoring.move import ABSTAINED, TOPIC, Move
from judge.monitoring.signals import SIGHTS
from judge.scales import Level
from judge.store.watches import ALL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.monitoring.detector import Key
    from judge.monitoring.histogram import Histogram
    from judge.scales import Scale

MOST_NAMES = 3


def place_of(move: Move) -> str:
    """Where a series is, for people: nothing for all records."""
    if move.version != ALL:
        return f" of version {move.version}"
    return f" in segment {move.segment}" if move.segment != ALL else ""


def name_of(series: str) -> str:
    """A series as people know it."""
    plain = series.removesuffix(ABSTAINED).partition("@")[0]
    topic = series.partition(TOPIC)[2]
    if topic:
        return f"{plain} in questions about “{topic}”"
    if series.endswith(ABSTAINED):
        return f"abstentions on {plain}"
    if series == "cost":
        return "cost a response"
    return SIGHTS[series].told if series in SIGHTS else plain


def figure_of(series: str, found: Histogram, scales: Mapping[str, Scale]) -> str:
    """The value of a series in its unit: a mean, a share, or its commonest names."""
    mean = found.mean
    if mean is None:
        return "nothing"
    scale = scales.get(series)
    if series == "question_language" or (scale is not None and scale.level is Level.NOMINAL and not scale.positive):
        common = found.bins.most_common(MOST_NAMES)
        return ", ".join(f"{name} {100 * count / found.n:.0f} %" for name, count in common)
    if series.endswith(ABSTAINED) or series in {"errors", "refusals", "feedback", "repetition"}:
        return f"{100 * mean:.1f} %"
    if scale is not None:
        return f"{100 * mean:.1f} % {'/'.join(scale.positive)}" if scale.positive else f"mean {mean:.2f}"
    unit = "$" if series == "cost" else SIGHTS[series].unit if series in SIGHTS else ""
    return f"{mean:.3g} {unit}".strip() if mean < 1000 else f"{mean:,.0f} {unit}".strip()  # noqa: PLR2004 - thousands


def shown_key(key: Key) -> str:
    """A series with where it is, as evidence names it."""
    series, version, segment = key
    where = "" if version == ALL else f"@version={version}"
    return series + where + ("" if segment == ALL else f"@segment={segment}")


def evidence_of(move: Move, scales: Mapping[str, Scale]) -> Evidence:
    """What speaks for a change, with its figures."""
    now, before = figure_of(move.series, move.now, scales), figure_of(move.series, move.before, scales)
    text = f"{name_of(move.series)}{place_of(move)}: {now}, before {before} ({abs(move.score):.1f} standard errors)"
    strength = math.exp(min(move.strength, 300.0)) if move.new else None
    return Evidence(shown_key(move.key), text, move.now.mean, move.before.mean, strength=strength)
