"""Judges side by side, for the terminal and for machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from judge.calibration.mixture import Mixtures
from judge.reports import mixture, words
from judge.reports.build import result
from judge.reports.form import EstimatePart
from judge.reports.table import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from judge.calibration.compare import Comparison, Contender, Pairing
    from judge.reports.form import Result
    from judge.stats.intervals import Estimate, Refused


def render(found: Sequence[Comparison]) -> Group:
    """Each criterion: the judges side by side, then each two of them on the same items."""
    parts: list[RenderableType] = []
    for each in found:
        names = [contender.run.model for contender in each.contenders]
        parts += [Text(sentence(each, pairing, names), "bold") for pairing in each.pairings]
        parts += [Text(mixture.sentence(each, mixtures), "bold") for mixtures in each.mixtures]
        parts += [Text(), table(JUDGES, judge_rows(each), right={2, 5, 6}), Text()]
        for pairing in each.pairings:
            heading = pairing_heading(pairing)
            parts += [table([heading, "figure"], pairing_rows(pairing, names)), Text(f"  {left_to_people(pairing)}")]
            parts.append(Text())
        for mixtures in each.mixtures:
            if isinstance(mixtures, Mixtures):
                parts += [table(mixture.headings(mixtures), mixture.rows(each, mixtures), right={0, 4, 5})]
                parts += [Text(f"  {mixture.how(mixtures)}"), Text()]
    return Group(*parts)


JUDGES = ("judge", "standing", "raw", "corrected", "alpha with people", "abstained", "$ a 1,000 items")


def judge_rows(found: Comparison) -> list[list[str]]:
    """One line a judge."""
    return [_row(contender) for contender in found.contenders]


def sentence(found: Comparison, pairing: Pairing, names: Sequence[str]) -> str:
    """Which of two judges gives people's value more often, in one sentence."""
    first, second = names[pairing.first], names[pairing.second]
    on = f"On `{found.criterion}`, "
    difference = pairing.difference
    made = result(difference)
    if not isinstance(made, EstimatePart):
        return f"{on}{first} and {second} cannot be compared: {made.reason}. Next: {made.needed}."
    limits = f"[{_points(made.low)}, {_points(made.high)}]"
    if made.low <= 0 <= made.high:
        return f"{on}{first} and {second} cannot be told apart: {_points(made.value)} points {limits}."
    better, worse, sign = (first, second, 1) if made.value > 0 else (second, first, -1)
    low, high = sorted((sign * made.low, sign * made.high))
    return (
        f"{on}{better} gives people's value more often than {worse}: by {_points(sign * made.value)} points "
        f"[{_points(low)}, {_points(high)}]."
    )


def in_points(made: Result) -> str:
    """A difference of two rates with its interval, or why there is none."""
    if not isinstance(made, EstimatePart):
        return words.brief(made, percent=True)
    return f"{_points(made.value)} [{_points(made.low)}, {_points(made.high)}] points"


def _points(value: float) -> str:
    return f"{100 * value:+.1f}".replace("-", "\N{MINUS SIGN}")


def _row(contender: Contender) -> list[str]:
    main = contender.found.main
    percent = main.what != "mean"
    standing = str(contender.found.standing.answer) if contender.found.panel.size else "uncalibrated"
    return [
        contender.run.model,
        standing,
        "–" if main.raw is None else words.number(main.raw, percent=percent),
        words.brief(result(main.corrected), percent=percent),
        words.agreement(result(contender.found.agreement.alpha)),
        f"{sum(contender.found.pool.abstained.values()):,}",
        "not known" if contender.cost is None else f"{contender.cost:.2f}",
    ]


def pairing_heading(pairing: Pairing) -> str:
    """What a pairing rests on."""
    return f"{pairing.items:,} items both judged, {pairing.rated:,} rated"


def pairing_rows(pairing: Pairing, names: Sequence[str]) -> list[list[str]]:
    """Two judges on the same items."""
    first, second = names[pairing.first], names[pairing.second]
    return [
        [f"{first} gives people's value", words.brief(result(pairing.right[0]), percent=True)],
        [f"{second} gives people's value", words.brief(result(pairing.right[1]), percent=True)],
        ["difference, paired", in_points(result(pairing.difference))],
        [f"only {first} · only {second}", f"{pairing.only_first} · {pairing.only_second} (McNemar p {pairing.p:.3g})"],
        ["both give the same value", words.share(pairing.alike)],
        ["... which is people's", words.brief(result(pairing.confirmed), percent=True)],
    ]


def left_to_people(pairing: Pairing) -> str:
    """What people would still rate, were they asked where the two differ."""
    left = words.share(1 - pairing.alike)
    return f"Were people asked only where the two differ, they would rate {left} of the items."


def to_json(found: Sequence[Comparison]) -> dict[str, Any]:
    """The comparison for machines."""
    return {"schema": 1, "criteria": [_plain(each) for each in found]}


def _plain(found: Comparison) -> dict[str, Any]:
    return {
        "rubric": found.rubric,
        "criterion": found.criterion,
        "judges": [
            {
                "model": each.run.model,
                "run": each.run.id,
                "fingerprint": each.found.fingerprint,
                "standing": str(each.found.standing.answer) if each.found.panel.size else "uncalibrated",
                "raw": each.found.main.raw,
                "corrected": _result(each.found.main.corrected),
                "alpha": _result(each.found.agreement.alpha),
                "abstained": sum(each.found.pool.abstained.values()),
                "cost_per_1000": each.cost,
            }
            for each in found.contenders
        ],
        "pairings": [
            asdict(each)
            | {
                "right": [_result(one) for one in each.right],
                "difference": _result(each.difference),
                "confirmed": _result(each.confirmed),
            }
            for each in found.pairings
        ],
        "mixtures": [_plain_mixtures(found, each) for each in found.mixtures],
    }


def _plain_mixtures(found: Comparison, mixtures: Mixtures | Refused) -> dict[str, Any]:
    if not isinstance(mixtures, Mixtures):
        return _result(mixtures)
    return {
        "kind": "mixtures",
        "rules_tried": mixtures.tried,
        "chosen_by_ratings": mixtures.choosing,
        "measured_by_ratings": mixtures.reporting,
        "targets": [
            {
                "target": each.target,
                "met": each.met,
                "judges": [found.contenders[place].run.model for place in each.judges],
                "first": dict(each.first),
                "second": dict(each.second),
                "asked": dict(zip(WHO, each.asked, strict=True)),
                "decided": dict(zip(WHO, each.decided, strict=True)),
                "cost_per_1000": each.cost,
                "agreement": _result(each.agreement),
            }
            for each in mixtures.found
        ],
    }


WHO = ("first", "second", "people")


def _result(found: Estimate | Refused) -> dict[str, Any]:
    return result(found).model_dump(mode="json")
