"""Versions compared: what every format says of them, and the document for machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from judge.comparing.conclusion import Conclusion
from judge.reports import mix, plot, words
from judge.reports.build import figures, result
from judge.reports.form import EstimatePart
from judge.stats.contrast import Contrast
from judge.stats.intervals import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.comparing.found import ArmFound, Compared, CriterionFound, GuardrailFound, Pair
    from judge.reports.plot import Axis, Mark
    from judge.stats.intervals import Estimate

SCHEMA = 1
CORRECTIONS = {"holm": "Holm", "bh": "Benjamini-Hochberg", "none": "no"}


def is_rate(found: CriterionFound) -> bool:
    """Whether the quantity is a share."""
    return found.measure.what != "mean"


def gap(value: float, *, percent: bool, unit: bool = True) -> str:
    """A difference with its sign: points of a rate, or the scale's own unit."""
    if not percent:
        return words.signed(value)
    text = f"{100 * value:+.1f}".replace("-", "\N{MINUS SIGN}")
    text = "0.0" if text in {"+0.0", "\N{MINUS SIGN}0.0"} else text
    return f"{text} points" if unit else text


def limits(estimate: Estimate, *, percent: bool) -> str:
    """The limits of a difference in brackets."""
    ends = (gap(end, percent=percent, unit=False) for end in (estimate.low, estimate.high))
    return f"[{', '.join(ends)}]"


def told(found: Estimate | Refused, *, percent: bool) -> str:
    """A difference with its limits, or why there is none."""
    if isinstance(found, Refused):
        return f"none: {found.reason}"
    return f"{gap(found.value, percent=percent)} {limits(found, percent=percent)}"


def sentence(compared: Compared, found: CriterionFound, pair: Pair) -> str:
    """What may be said of two sides on a criterion."""
    a, b = compared.names[pair.a], compared.names[pair.b]
    on, percent = f"On `{found.criterion.name}`, ", is_rate(found)
    if isinstance(pair.contrast, Refused):
        return f"{on}`{b}` and `{a}` cannot be compared yet: {pair.contrast.reason}. Next: {pair.contrast.needed}."
    estimate = pair.contrast.estimate
    change = f"{found.measure.what} {gap(estimate.value, percent=percent)} {limits(estimate, percent=percent)}"
    conclusion = pair.decided.conclusion
    if conclusion is Conclusion.UNKNOWN:
        return f"{on}it is not yet known whether `{b}` differs from `{a}`: {change}."
    if conclusion is Conclusion.SAME:
        return f"{on}`{b}` differs from `{a}` by no more than {_margin(compared, found)}: {change}."
    how = {Conclusion.HIGHER: "is higher than", Conclusion.LOWER: "is lower than"}
    return f"{on}`{b}` {how.get(conclusion, f'is {conclusion.value} than')} `{a}`: {change}."


def _margin(compared: Compared, found: CriterionFound) -> str:
    low, high = found.measure.ends
    size = compared.wanted.margin * (high - low)
    return f"{100 * size:g} points" if is_rate(found) else f"{size:.2f}"


def stamp(pair: Pair) -> str:
    """The conclusion in as few words as a stamp has."""
    short = {Conclusion.SAME: "no relevant difference"}
    return short.get(pair.decided.conclusion, pair.decided.conclusion.value)


def notes(compared: Compared, found: CriterionFound, pair: Pair) -> list[str]:
    """How sure it is, what the judge alone would have said, and what more it takes."""
    lines = []
    decided, percent = pair.decided, is_rate(found)
    if decided.p is not None and decided.p_same is not None:
        size, correction = _margin(compared, found), CORRECTIONS[compared.wanted.correction]
        lines.append(
            f"p {p_text(decided.p)} for a difference, p {p_text(decided.p_same)} against one of {size} or more "
            f"({correction} correction)"
        )
    raw, a, b = pair.raw, compared.names[pair.a], compared.names[pair.b]
    if raw.value is not None:
        tests = [] if raw.p is None or isinstance(raw.p, Refused) else [f"permutation p {p_text(raw.p)}"]
        if raw.mcnemar is not None:
            made = raw.mcnemar
            tests.append(
                f"McNemar p {p_text(made.p)} on {made.pairs:,} pairs: {made.only_a} positive on {a} alone, "
                f"{made.only_b} on {b} alone"
            )
        who = "the judge alone, unadjusted," if compared.mix is not None else "the judge alone"
        lines.append(f"{who} would say {gap(raw.value, percent=percent)} ({'; '.join(tests) or 'no test'})")
    if pair.need is not None:
        lines.append(_need(pair, percent=percent))
    return lines


def _need(pair: Pair, *, percent: bool) -> str:
    need = pair.need
    if need is None:
        return ""
    size, least = (gap(value, percent=percent).lstrip("+") for value in (need.margin, need.detectable))
    now = f"a true difference of {size} is found with a chance of {words.share(need.power)}"
    if not need.ratings:
        return f"{now}; differences from {least} on are found in 80 % of cases"
    more = f"{need.ratings:,} more ratings over both sides"
    if need.records:
        more += f" and {need.records:,} more judged records"
    return f"{now}; for 80 % it takes {more}"


def p_text(value: float) -> str:
    """A p-value with three digits."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"  # noqa: PLR2004 - three digits are shown


def how(compared: Compared) -> list[str]:
    """How the sides hang together and how often they are looked at."""
    pairing, wanted = compared.pairing, compared.wanted
    if pairing.paired:
        lines = [f"paired by {pairing.kind}: {pairing.shared:,} shared by all sides"]
    else:
        lines = ["unpaired: the sides share no records, questions, groups or conversations"]
        if wanted.pair_by == "no":
            lines = ["unpaired, as was asked for"]
    lines += mix.how(compared)
    if pairing.clusters is not None:
        lines.append("intervals hold for whole clusters of records that belong together")
    if wanted.looks.planned is None:
        lines.append(f"intervals hold at every look ({words.percent(wanted.level)}, anytime valid)")
    elif wanted.looks.planned > 1:
        lines.append(
            f"intervals hold over {wanted.looks.planned} equally spaced looks together ({words.percent(wanted.level)})"
        )
    if len({arm.fingerprint for criterion in compared.criteria[:1] for arm in criterion.arms}) > 1:
        lines.append("the sides were judged by different judges; each is corrected by its own ratings")
    return lines


def guardrail_told(compared: Compared, found: GuardrailFound) -> str:
    """A guardrail and what came of it."""
    return (
        f"{found.guardrail.name} of {compared.names[found.b]} must not be worse by more than "
        f"{100 * found.guardrail.margin:g} % of the scale: {found.kept.value}"
    )


def difference_marks(found: CriterionFound, pair: Pair) -> list[Mark]:
    """The three lines of a difference: the judge alone, people alone, corrected."""
    percent = is_rate(found)
    raw = pair.raw.value
    text = "nothing scored" if raw is None else gap(raw, percent=percent)
    lines = [plot.Mark("raw", plot.LABELS["raw"], raw, None, None, text)]
    kinds: tuple[tuple[plot.Kind, Contrast | Refused], ...] = (("human", pair.human), ("corrected", pair.contrast))
    for kind, each in kinds:
        made = each.estimate if isinstance(each, Contrast) else each
        text = told(made, percent=percent)
        if isinstance(made, Refused):
            lines.append(plot.Mark(kind, plot.LABELS[kind], None, None, None, text))
        else:
            lines.append(plot.Mark(kind, plot.LABELS[kind], made.value, made.low, made.high, text))
    return lines


def difference_axis(found: CriterionFound, pairs: Sequence[Pair], margin: float) -> Axis:
    """One axis for differences, with 0 and the margin on it."""
    low, high = found.measure.ends
    size = margin * (high - low)
    lines = [mark for pair in pairs for mark in difference_marks(found, pair)]
    edge = plot.Mark("corrected", "", 0.0, -size, size, "")
    return plot.axis_of([*lines, edge], (low - high, high - low), percent=is_rate(found))


def tick(value: float, axis: Axis) -> str:
    """A tick of a difference: with its sign, and in points without their unit."""
    text = axis.label(value).removesuffix(" %")
    return text.replace("-", "\N{MINUS SIGN}") if float(text) <= 0 else f"+{text}"


def arm_marks(arm: ArmFound) -> list[Mark]:
    """The three lines of a side."""
    return plot.marks(figures(arm.figures))


def arm_axis(found: CriterionFound) -> Axis:
    """One axis for all sides."""
    lines = [mark for arm in found.arms for mark in arm_marks(arm)]
    return plot.axis_of(lines, found.measure.ends, percent=is_rate(found))


def ranked(found: CriterionFound) -> list[tuple[ArmFound, str]]:
    """The sides by their corrected figure, the best first, each with the places it may have."""

    def key(place: int) -> float:
        value = getattr(found.arms[place].figures.corrected, "value", None)
        return float("inf") if value is None else -(found.measure.better or 1) * float(value)

    order = sorted(range(len(found.arms)), key=key)
    return [(found.arms[place], "" if found.ranks is None else places(found.ranks[place])) for place in order]


def places(ends: tuple[int, int]) -> str:
    """The places that a side may have, in words."""
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def arm_rows(found: CriterionFound) -> list[list[str]]:
    """Side, places, items, rated, raw, people alone, corrected."""
    percent, rows = is_rate(found), []
    for arm, where in ranked(found):
        part = figures(arm.figures)
        raw = "–" if part.raw is None else words.number(part.raw, percent=percent)
        row = [arm.name, *([where] if len(found.arms) > 2 else []), f"{arm.items:,}", f"{arm.abstained:,}"]  # noqa: PLR2004 - two sides need no places
        row += [f"{arm.rated:,}", raw, *(words.brief(each, percent=percent) for each in (part.human, part.corrected))]
        rows.append(row)
    return rows


def arm_headings(found: CriterionFound) -> list[str]:
    """Headings of `arm_rows`."""
    place = ["place"] if len(found.arms) > 2 else []  # noqa: PLR2004 - as above
    return ["side", *place, "judged", "abstained", "rated", "judge alone", "people alone", "corrected"]


def to_json(compared: Compared) -> dict[str, Any]:
    """The comparison for machines."""
    wanted, pairing = compared.wanted, compared.pairing
    return {
        "schema": SCHEMA,
        "sides": list(compared.names),
        "level": wanted.level,
        "margin": wanted.margin,
        "looks": wanted.looks.planned,
        "correction": wanted.correction,
        "pairing": {"kind": pairing.kind, "shared": pairing.shared, "clustered": pairing.clusters is not None},
        **mix.to_json(compared),
        "guardrails": None if compared.kept is None else compared.kept.value,
        "criteria": [_criterion(compared, each) for each in compared.criteria],
    }


def _criterion(compared: Compared, found: CriterionFound) -> dict[str, Any]:
    return {
        "rubric": found.rubric.name,
        "criterion": found.criterion.name,
        "quantity": found.measure.what,
        "better": {1: "higher", -1: "lower", 0: None}[found.measure.better],
        "sides": [
            {
                "name": arm.name,
                "judge": arm.judge,
                "run": arm.run,
                "fingerprint": arm.fingerprint,
                "judged": arm.items,
                "abstained": arm.abstained,
                "rated": arm.rated,
                **figures(arm.figures).model_dump(mode="json"),
                "places": None if found.ranks is None else list(found.ranks[place]),
            }
            for place, arm in enumerate(found.arms)
        ],
        "pairs": [_pair(compared, found, each) for each in found.pairs],
        "guardrails": [
            {"side": compared.names[each.b], "margin": each.guardrail.margin, "kept": each.kept.value}
            for each in found.guardrails
        ],
    }


def _pair(compared: Compared, found: CriterionFound, pair: Pair) -> dict[str, Any]:
    raw = asdict(pair.raw)
    if isinstance(pair.raw.p, Refused):
        raw["p"] = None
    return {
        "a": compared.names[pair.a],
        "b": compared.names[pair.b],
        "conclusion": pair.decided.conclusion.value,
        "sentence": sentence(compared, found, pair).replace("`", ""),
        "difference": _result(pair.contrast),
        "people_alone": _result(pair.human),
        "raw": raw,
        "p": pair.decided.p,
        "p_margin": pair.decided.p_same,
        "need": None if pair.need is None else asdict(pair.need),
    }


def _result(found: Contrast | Refused) -> dict[str, Any]:
    made = result(found.estimate if isinstance(found, Contrast) else found)
    return made.model_dump(mode="json") | ({"signed": True} if isinstance(made, EstimatePart) else {})
