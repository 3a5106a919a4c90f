"""Words: figures and standings as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from judge.reports.form import EstimatePart

if TYPE_CHECKING:
    from judge.reports.form import CountsPart, FiguresPart, Result, StandingPart


def share(value: float) -> str:
    """A share as a percentage with one digit: 12.3 %."""
    return f"{100 * value:.1f} %"


def percent(value: float) -> str:
    """A round share as it is asked for: 95 %."""
    return f"{100 * value:g} %"


def number(value: float, *, percent: bool) -> str:
    """A share as a percentage, any other figure with two digits."""
    return share(value) if percent else f"{value:.2f}"


def coefficient(value: float) -> str:
    """A coefficient of agreement, with two digits and a true minus sign."""
    return _minus(f"{value:.2f}")


def signed(value: float, digits: int = 2) -> str:
    """A difference with its sign."""
    return _minus(f"{value:+.{digits}f}")


def _minus(text: str) -> str:
    return text[1:] if text in {"-0.00", "+0.00", "-0.0", "+0.0"} else text.replace("-", "\N{MINUS SIGN}")


def begun(text: str) -> str:
    """Words as they begin a sentence; all but the first letter stays as it is, for names of values may stand in it."""
    return text[:1].upper() + text[1:]


def counted(count: int, one: str) -> str:
    """How many there are of something: 1 item, 1,200 items."""
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def pieces(text: str) -> list[tuple[str, bool]]:
    """A sentence cut into its plain pieces and those between backticks, each with whether it is one of the latter."""
    return [(piece, place % 2 == 1) for place, piece in enumerate(text.split("`")) if piece]


def interval(result: Result, *, percent: bool) -> str:
    """An interval in brackets, or the one bound that is known; empty where there is none."""
    if not isinstance(result, EstimatePart):
        return ""
    if result.sides == "upper":
        return f"at most {number(result.high, percent=percent)}"
    if result.sides == "lower":
        return f"at least {number(result.low, percent=percent)}"
    return f"[{number(result.low, percent=percent)}, {number(result.high, percent=percent)}]"


def full(result: Result, *, percent: bool) -> str:
    """A figure with its interval, or why there is none."""
    if not isinstance(result, EstimatePart):
        return f"none: {result.reason}"
    return f"{number(result.value, percent=percent)} {interval(result, percent=percent)}"


def brief(result: Result, *, percent: bool) -> str:
    """A figure with its interval, or that there are too few ratings, where there is no room for the reason."""
    if not isinstance(result, EstimatePart):
        return "too few ratings" if result.more is None else f"too few ratings, rate {result.more:,} more"
    return full(result, percent=percent)


def agreement(result: Result) -> str:
    """A coefficient with its interval, or why there is none."""
    if not isinstance(result, EstimatePart):
        return f"none: {result.reason}"
    return f"{coefficient(result.value)} [{coefficient(result.low)}, {coefficient(result.high)}]"


def is_rate(figures: FiguresPart) -> bool:
    """Whether a figure is a share, to be shown in per cent."""
    return figures.what != "mean"


def quantity(figures: FiguresPart, unit: str) -> str:
    """What a figure is of: ``of responses are `unsupported```."""
    if not is_rate(figures):
        return "the mean"
    return f"of {unit} are `{figures.what.removeprefix('rate of ').replace('/', '` or `')}`"


def sentence(criterion: str, standing: StandingPart, figures: FiguresPart, counts: CountsPart, unit: str) -> str:
    """The standing in one sentence, for a person with one minute."""
    percent = is_rate(figures)
    what = quantity(figures, unit)
    raw = "" if figures.raw is None else number(figures.raw, percent=percent)
    if standing.answer == "uncalibrated":
        told = f" Its raw figure is {raw}; how far that is from the truth, nobody knows." if raw else ""
        return f"On `{criterion}`, this judge is uncalibrated: nobody has rated what it judged.{told}"
    corrected = figures.corrected
    if standing.answer == "not enough ratings" or not isinstance(corrected, EstimatePart):
        told = f" Its raw figure, {raw}, stands uncorrected." if raw else ""
        why = standing.reasons[0] if standing.reasons else f"{counts.rated:,} of {counts.judged:,} items are rated"
        return f"On `{criterion}`, there are not enough ratings to say how far this judge can be trusted: {why}.{told}"
    value, limits = number(corrected.value, percent=percent), interval(corrected, percent=percent)
    figure = f"{value} {what} {limits}" if percent else f"{what} is {value} {limits}"
    judge = f"its raw figure says {raw}" if raw else "it has no raw figure"
    return f"On `{criterion}`, this judge is {standing.answer}: {figure}; {judge}."
