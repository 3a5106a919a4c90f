"""Versions compared by preference, for the terminal, as Markdown, as a page and for machines."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from judge.reports import plot, words
from judge.reports.build import result
from judge.reports.calibration_markdown import escaped
from judge.reports.page import environment, page
from judge.reports.table import table
from judge.reports.versions import p_text, places
from judge.stats.bradley_terry import Strengths
from judge.stats.intervals import Refused

if TYPE_CHECKING:
    from jinja2 import Environment
    from rich.console import RenderableType

    from judge.comparing.preferences import Preferences, Tally
    from judge.reports.plot import Mark

SCHEMA = 1
HEADINGS = ("version", "place", "judge alone", "people alone", "corrected strength", "strongest in")
PAIR_HEADINGS = (
    *("", "against", "pairs", "won", "tied", "lost", "orders differ", "abstained", "rated"),
    *("judge alone", "corrected win rate", "p, adjusted"),
)


def sentence(found: Preferences) -> str:
    """What may be said in one sentence."""
    if isinstance(found.corrected, Refused):
        reason = f"{found.corrected.reason}. Next: {found.corrected.needed}"
        return f"Which of {', '.join(found.names)} is preferred is not yet known: {reason}."
    order = _order(found)
    best = found.names[order[0]]
    if found.ranks is not None and found.ranks[order[0]] == (1, 1):
        return f"People prefer {best} to every other version, says {found.judge} corrected by them."
    ties = [found.names[place] for place in order if found.ranks is not None and found.ranks[place][0] == 1]
    return f"It is not yet known which of {' and '.join(ties)} is preferred most."


def how(found: Preferences) -> list[str]:
    """How the judge was asked, and what strengths are."""
    total = sum(each.pairs for each in found.tallies)
    differ = sum(each.differ for each in found.tallies)
    asked = f"every pair was asked in both orders; {differ:,} of {total:,} changed with the order"
    if not found.both_ways:
        asked = "pairs were asked in one order only, so what the order does to the judge is not known"
    return [
        f"judge {found.judge} (run {found.run}) on {found.dataset}, {found.rated:,} of {total:,} pairs rated by people",
        asked,
        (
            "strengths are log odds to be preferred to an average version (Bradley and Terry 1952, ties by Davidson "
            "1970); their intervals hold for whole questions"
        ),
    ]


def _order(found: Preferences) -> list[int]:
    made = found.corrected if isinstance(found.corrected, Strengths) else found.raw
    if isinstance(made, Refused):
        return list(range(len(found.names)))
    return sorted(range(len(found.names)), key=lambda place: -float(made.log[place]))


def rows(found: Preferences) -> list[list[str]]:
    """Each version, the strongest first."""
    made = []
    for place in _order(found):
        marks = strength_marks(found, place)
        first = f"{100 * found.corrected.first[place]:.0f} %" if isinstance(found.corrected, Strengths) else "–"
        where = "–" if found.ranks is None else places(found.ranks[place])
        made.append([found.names[place], where, *(mark.text for mark in marks), first])
    return made


def pair_rows(found: Preferences) -> list[list[str]]:
    """Each two versions."""
    return [_pair_row(found, each) for each in found.tallies]


def _pair_row(found: Preferences, each: Tally) -> list[str]:
    counts = (each.pairs, each.wins, each.ties, each.losses, each.differ, each.abstained, each.rated)
    raw = "–" if each.raw is None else words.share(each.raw)
    p = "–" if each.p is None else p_text(each.p)
    names = [found.names[each.a], found.names[each.b]]
    return [*names, *(f"{count:,}" for count in counts), raw, words.brief(result(each.corrected), percent=True), p]


def strength_marks(found: Preferences, place: int) -> list[Mark]:
    """The three lines of a version: the judge alone, people alone, corrected."""
    lines = []
    kinds: tuple[tuple[plot.Kind, Strengths | Refused], ...] = (
        ("raw", found.raw),
        ("human", found.human),
        ("corrected", found.corrected),
    )
    for kind, each in kinds:
        if isinstance(each, Refused):
            lines.append(plot.Mark(kind, plot.LABELS[kind], None, None, None, "–"))
            continue
        made = each.strength(place)
        low, high = (None, None) if kind == "raw" else (made.low, made.high)
        text = words.signed(made.value)
        if kind != "raw":
            text += f" [{words.signed(made.low)}, {words.signed(made.high)}]"
        lines.append(plot.Mark(kind, plot.LABELS[kind], made.value, low, high, text))
    return lines


def render_text(found: Preferences) -> Group:
    """For the terminal."""
    parts: list[RenderableType] = [Text(sentence(found), "bold"), Text(), table(HEADINGS, rows(found), right={1, 5})]
    parts += [Text(), table(PAIR_HEADINGS, pair_rows(found), right={*range(2, 10), 11}), Text()]
    return Group(*parts, *(Text(f"{line[:1].upper()}{line[1:]}.") for line in how(found)))


def render_markdown(found: Preferences) -> str:
    """As Markdown."""
    lines = [f"**{escaped(sentence(found))}**", ""]
    for headings, body in ((HEADINGS, rows(found)), (PAIR_HEADINGS, pair_rows(found))):
        lines += [f"| {' | '.join(headings)} |", f"|{' --- |' * len(headings)}"]
        lines += [*(f"| {' | '.join(map(escaped, row))} |" for row in body), ""]
    lines += [f"- {escaped(line[:1].upper() + line[1:])}." for line in how(found)]
    return "\n".join(lines) + "\n"


def render_html(found: Preferences) -> str:
    """As one self-contained page."""
    shown = [(found.names[place], strength_marks(found, place)) for place in _order(found)]
    ends = [
        end for _, marks in shown for mark in marks for end in (mark.low, mark.high, mark.value) if end is not None
    ] or [-1.0, 1.0]
    lowest, highest = min(-0.5, *ends) - 0.1, max(0.5, *ends) + 0.1
    return page(
        _world(),
        "preferences.html.jinja",
        styles=("report.css", "versions.css"),
        found=found,
        sentence=sentence(found),
        shown=[(name, {mark.kind: mark for mark in marks}) for name, marks in shown],
        axis=plot.axis_of([mark for _, marks in shown for mark in marks], (lowest, highest), percent=False),
        headings=HEADINGS,
        rows_=rows(found),
        pair_headings=PAIR_HEADINGS,
        pair_rows=pair_rows(found),
        how=how(found),
    )


@cache
def _world() -> Environment:
    return environment({"minus": lambda text: text.replace("-", "\N{MINUS SIGN}")})


def to_json(found: Preferences) -> dict[str, Any]:
    """For machines."""
    return {
        "schema": SCHEMA,
        "versions": [_version(found, place) for place in range(len(found.names))],
        "dataset": found.dataset,
        "judge": found.judge,
        "run": found.run,
        "both_orders": found.both_ways,
        "level": found.level,
        "sentence": sentence(found),
        "refused": result(found.corrected).model_dump(mode="json") if isinstance(found.corrected, Refused) else None,
        "pairs": [
            {
                "a": found.names[each.a],
                "b": found.names[each.b],
                **{name: getattr(each, name) for name in ("pairs", "wins", "ties", "losses", "differ", "abstained")},
                "rated": each.rated,
                "raw": each.raw,
                "win_rate": result(each.corrected).model_dump(mode="json"),
                "p": each.p,
            }
            for each in found.tallies
        ],
    }


def _version(found: Preferences, place: int) -> dict[str, Any]:
    made: dict[str, Any] = {"name": found.names[place]}
    for name, each in (("raw", found.raw), ("people_alone", found.human), ("corrected", found.corrected)):
        estimate = each if isinstance(each, Refused) else each.strength(place)
        made[name] = result(estimate).model_dump(mode="json")
    made["places"] = None if found.ranks is None else list(found.ranks[place])
    made["strongest"] = float(found.corrected.first[place]) if isinstance(found.corrected, Strengths) else None
    return made
