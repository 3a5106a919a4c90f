"""A probe as one self-contained HTML page: no network, nothing that a record or an attack says is ever markup."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from judge.probing.probe import all_families
from judge.reports import probe_build as build
from judge.reports import words
from judge.reports.calibration_html import typeset
from judge.stats.intervals import Estimate

if TYPE_CHECKING:
    from jinja2 import Template

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


def render_html(probe: Probe) -> str:
    """The probe as one page, under a Content-Security-Policy that forbids every request and every foreign script."""
    style, script = _read("report.css") + _read("probe.css"), _read("report.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    return _template().render(
        probe=probe,
        style=style,
        script=script,
        policy=policy,
        headings=build.HEADINGS,
        columns=build.COLUMNS,
        ticks=TICKS,
        provenance=build.provenance(probe),
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only HTML needs it
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

    world = Environment(
        loader=PackageLoader("judge.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    world.filters |= {"pieces": words.pieces, "typeset": typeset, "told": build.told, "score": build.score_of}
    world.globals |= {
        "as_written": Markup,
        "bars": bars,
        "sentences": build.sentences,
        "by_field": build.by_field,
        "by_attack": build.by_attack,
        "shown": shown,
        "total": lambda probe, criterion: len(build.hits_first(probe, criterion)),
        "texts": texts,
    }
    return world.get_template("probe.html.jinja")


@cache
def _read(name: str) -> str:
    return files("judge.reports.templates").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def bars(probe: Probe, criterion: str, kind: Kind) -> list[Bar]:
    """The families of a kind as lines of a plot, each with the noise of the same records."""
    about = all_families()
    return [_bar(each, about[each.family]) for each in build.of_kind(probe, criterion, kind)]


def _bar(result: FamilyResult, about: str) -> Bar:
    rate, noise = result.rate, result.noise
    known = isinstance(rate, Estimate)
    return Bar(
        result=result,
        about=about,
        told=build.told(rate),
        noise_told=f"noise {build.told(noise)}" if isinstance(noise, Estimate) else "no repeats",
        place=100 * rate.value if isinstance(rate, Estimate) else None,
        low=100 * rate.low if isinstance(rate, Estimate) and known else 0.0,
        high=100 * rate.high if isinstance(rate, Estimate) and known else 0.0,
        noise=100 * noise.value if isinstance(noise, Estimate) else None,
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
