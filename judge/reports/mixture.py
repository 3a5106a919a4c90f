"""Mixtures of judges and people in words, and as points of cost and quality."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from judge.calibration.mixture import ALIKE, Mixtures
from judge.reports import plot, words
from judge.reports.build import result
from judge.reports.form import EstimatePart

if TYPE_CHECKING:
    from judge.calibration.compare import Comparison
    from judge.calibration.mixture import Mixture
    from judge.stats.intervals import Estimate, Refused

HEADINGS = ("asked for", "who decides", "agreement with people", "shown", "ratings a 1,000 items", "$ a 1,000 items")


def headings(mixtures: Mixtures) -> tuple[str, ...]:
    """The headings of the table; that of prices only where one is known."""
    return HEADINGS if any(each.cost is not None for each in mixtures.found) else HEADINGS[:-1]


def rows(found: Comparison, mixtures: Mixtures) -> list[list[str]]:
    """One line a target, and people alone."""
    width = len(headings(mixtures))
    lines = [
        [
            words.percent(each.target),
            rule(found, each),
            words.brief(result(each.agreement), percent=True),
            "yes" if each.met else "no",
            f"{1000 * each.asked[2]:,.0f}",
            dollars(each.cost),
        ]
        for each in mixtures.found
    ]
    price = found.mixing.rating_price
    people = ["", "people alone", "100 %", "", "1,000", dollars(None if price is None else 1000 * price)]
    return [line[:width] for line in (*lines, people)]


def dollars(cost: float | None) -> str:
    """A price, as far as it is known."""
    return "not known" if cost is None else f"{cost:,.2f}"


def rule(found: Comparison, mixture: Mixture) -> str:
    """Who decides what, in one sentence."""
    first, second = (found.contenders[place].run.model for place in mixture.judges)
    steps = []
    if mixture.first:
        steps.append(f"{first} where it says {_scores(mixture.first, first)}")
    if mixture.second:
        steps.append(f"{'else ' if steps else ''}{second} where it says {_scores(mixture.second, first)}")
    if mixture.decided[2] > 0:
        steps.append("people rate the rest")
    return "; ".join(steps)


def _scores(taken: object, first: str) -> str:
    told: dict[str, list[str]] = {}
    for name, least in dict(taken).items():  # type: ignore[call-overload]  # a mapping, whatever its values
        how = f" as {first} does" if least == ALIKE else f" with certainty {least:g} or more" if least else ""
        told.setdefault(how, []).append(name)
    return ", or ".join(f"{' or '.join(names)}{how}" for how, names in told.items())


def sentence(found: Comparison, mixtures: Mixtures | Refused) -> str:
    """Whether a mixture meets the target that was asked for; the dearest of the usual ones that is met, without one."""
    on = f"On `{found.criterion}`, "
    if not isinstance(mixtures, Mixtures):
        return f"{on}no mixture can be chosen: {mixtures.reason}. Next: {mixtures.needed}."
    names = " and ".join(found.contenders[place].run.model for place in mixtures.found[0].judges)
    target = found.mixing.target
    if target is None:
        met = [each for each in mixtures.found if each.met]
        if not met:
            return f"{on}no mixture of {names} is shown to keep {words.percent(mixtures.found[0].target)} agreement."
        return f"{on}{_told(met[-1], names)}"
    mixture = next(each for each in mixtures.found if each.target == target)
    if mixture.met:
        return f"{on}{_told(mixture, names)}"
    made = words.brief(result(mixture.agreement), percent=True)
    return (
        f"{on}no mixture of {names} is shown to keep {words.percent(target)} agreement with people: "
        f"the one chosen has {made}. Rate more items, or ask for less."
    )


def _told(mixture: Mixture, names: str) -> str:
    made = words.brief(result(mixture.agreement), percent=True)
    cost = "" if mixture.cost is None else f" and ${mixture.cost:,.2f}"
    return (
        f"a mixture of {names} is shown to keep {words.percent(mixture.target)} agreement with people: {made}, for "
        f"{1000 * mixture.asked[2]:,.0f} ratings{cost} a thousand items."
    )


def how(mixtures: Mixtures) -> str:
    """How the mixtures were chosen and measured."""
    return (
        f"Each rule is the cheapest of {mixtures.tried:,} by {mixtures.choosing:,} ratings, and its figure is measured "
        f"by {mixtures.reporting:,} others, which took no part in choosing it. What people decide counts as agreed."
    )


@dataclass(frozen=True, slots=True)
class Point:
    """One point of cost and quality.

    Attributes:
        kind: A judge alone, a mixture, or people alone.
        name: What it is called.
        cost: Where it lies from left to right.
        value: Agreement with people.
        low: Lower limit.
        high: Upper limit.
        below: Whether its name stands below it, where two would stand on one another.
    """

    kind: Literal["judge", "mixture", "people"]
    name: str
    cost: float
    value: float
    low: float
    high: float
    below: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """Cost against quality.

    Attributes:
        points: What is drawn.
        across: The axis of cost.
        up: The axis of agreement.
        title: What the cost is counted in.
    """

    points: tuple[Point, ...]
    across: plot.Axis
    up: plot.Axis
    title: str


def picture(found: Comparison, mixtures: Mixtures, right: dict[int, Estimate | Refused]) -> Picture | None:
    """Judges alone, each mixture, and people alone; None where hardly anything is known.

    Args:
        found: The comparison.
        mixtures: The mixtures of one pair.
        right: Place of each of the two judges -> how often it gives people's value.
    """
    prices = [found.contenders[place].cost for place in right]
    rating = found.mixing.rating_price
    in_money = rating is not None and None not in prices
    points = []
    for place, estimate in right.items():
        made, cost = result(estimate), found.contenders[place].cost
        if isinstance(made, EstimatePart):
            name = found.contenders[place].run.model
            points.append(Point("judge", name, (cost or 0.0) if in_money else 0.0, made.value, made.low, made.high))
    for each in mixtures.found:
        made = result(each.agreement)
        cost = each.cost if in_money else 1000 * each.asked[2]
        if isinstance(made, EstimatePart) and cost is not None:
            same = next((one for one in points if (one.cost, one.value) == (cost, made.value)), None)
            if same is None:
                points.append(Point("mixture", words.percent(each.target), cost, made.value, made.low, made.high))
    if len(points) < len(right):
        return None
    least = min((each for each in points if each.kind == "judge"), key=lambda each: each.value)
    points[points.index(least)] = replace(least, below=True)
    most = 1000 * rating if in_money and rating is not None else 1000.0
    points.append(Point("people", "people alone", most, 1.0, 1.0, 1.0))
    title = "US dollars a thousand items" if in_money else "ratings by people a thousand items"
    return Picture(tuple(points), _across([each.cost for each in points]), _up(points), title)


def _across(costs: list[float]) -> plot.Axis:
    marks = [plot.Mark("raw", "", cost, None, None, "") for cost in costs]
    return plot.axis_of(marks, (0.0, max(costs) * 1.001), percent=False)


def _up(points: list[Point]) -> plot.Axis:
    marks = [plot.Mark("raw", "", each.value, each.low, each.high, "") for each in points]
    return plot.axis_of(marks, (0.0, 1.0), percent=True)
