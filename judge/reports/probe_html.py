"""A probe as one self-contained HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from judge.probing.probe import all_families
from judge.reports import probe_build as build
from judge.reports.page import environment, page
from judge.stats.intervals import Estimate

if TYPE_CHECKING:
    from jinja2 import Environment

    from judge.probing.outcomes import Case, FamilyResult, Kind
    from judge.probing.probe import Probe

SHOWN = 200
"""Records on the page."""
LONGEST = 4_000
"""Characters of a text."""
TICKS = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the plot of families, its places in per cent of the axis."""

    result: FamilyResult
    about: str
    told: str
    noise_told: str
    place: float | None
    low: float
    high: float
    noise: float | None
    leaning: str


def render_html(probe: Probe) -> str:
    """The probe as one page."""
    return page(
        _world(),
        "probe.html.jinja",
        styles=("report.css", "probe.css"),
        script="report.js",
        probe=probe,
        headings=build.HEADINGS,
        ticks=TICKS,
        provenance=build.provenance(probe),
    )


@cache
def _world() -> Environment:
    world = environment({"score": build.score_of})
    world.globals |= {
        "bars": bars,
        "concluded": build.concluded,
        "sentences": build.sentences,
        "untried": lambda probe, criterion, kind: build.untried(build.of_kind(probe, criterion, kind)),
        "by_field": build.by_field,
        "by_attack": build.by_attack,
        "shown": shown,
        "total": lambda probe, criterion: len(build.hits_first(probe, criterion)),
        "texts": texts,
    }
    return world


def bars(probe: Probe, criterion: str, kind: Kind) -> list[Bar]:
    """The families of a kind as lines of a plot, each with the noise of the same records."""
    about = all_families()
    return [_bar(each, about[each.family]) for each in build.of_kind(probe, criterion, kind)]


def _bar(result: FamilyResult, about: str) -> Bar:
    rate, noise = result.rate, result.noise
    return Bar(
        result=result,
        about=about,
        told=build.told(rate),
        noise_told=f"noise {build.told(noise)}" if isinstance(noise, Estimate) else "no repeats",
        place=100 * rate.value if isinstance(rate, Estimate) else None,
        low=100 * rate.low if isinstance(rate, Estimate) else 0.0,
        high=100 * rate.high if isinstance(rate, Estimate) else 0.0,
        noise=100 * noise.value if isinstance(noise, Estimate) else None,
        leaning=f"leaning {build.leaning_told(result)} points" if isinstance(result.leaning, Estimate) else "",
    )


def shown(probe: Probe, criterion: str) -> list[Case]:
    """The cases on the page: what a person should look at, the gravest first."""
    return build.hits_first(probe, criterion)[:SHOWN]


def texts(probe: Probe, case: Case) -> list[dict[str, Any]]:
    """The original record's fields, as far as the rubric reads them."""
    record = probe.records[case.original]
    found = []
    for name in probe.rubric.reads:
        held = record.read(name)
        pieces = [held] if isinstance(held, str) else [document.text for document in held or ()]
        for place, text in enumerate(pieces):
            title = name if isinstance(held, str) else f"{name}[{place}]"
            found.append({"title": title, "text": text[:LONGEST], "cut": len(text) > LONGEST})
    return found
