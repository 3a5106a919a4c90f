"""What tuning a rubric came to: for the terminal, in Markdown, and for machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from judge.reports import words
from judge.reports.build import result
from judge.reports.calibration_markdown import escaped
from judge.reports.form import EstimatePart
from judge.reports.table import table
from judge.rubric.writing import difference
from judge.store.splits import Split
from judge.tuning.gain import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from judge.store.ledger import Totals
    from judge.tuning.gain import Gain
    from judge.tuning.tune import Attempt, Tuned

COLOURS = {
    Outcome.BETTER: "green",
    Outcome.UNCLEAR: "yellow",
    Outcome.WORSE: "red",
    Outcome.NOTHING: "yellow",
}

SPLITS = {Split.TUNE: "to tune", Split.HELD_OUT: "held out", Split.CALIBRATION: "kept for calibration"}


@dataclass(frozen=True, slots=True)
class TuningReport:
    """What tuning came to, with what it cost.

    Attributes:
        tuned: What came of it.
        totals: What the calls of each run came to.
        file: Where the new rubric was written; None where there is none.
    """

    tuned: Tuned
    totals: Sequence[Totals]
    file: str | None

    @property
    def calls(self) -> int:
        """Calls that were made; answers that were on the ledger already cost nothing and are not among them."""
        return sum(each.calls for each in self.totals)

    @property
    def cost(self) -> str:
        """What they cost, in words."""
        unknown = sum(each.unknown for each in self.totals)
        told = f"${sum(each.cost for each in self.totals):.4f}"
        return f"{told} and {unknown:,} calls of unknown cost" if unknown else told


def sentence(tuned: Tuned) -> str:
    """What came of it, in one sentence."""
    name = f"Rubric {tuned.task.rubric.name}, version {tuned.task.rubric.version + 1},"
    if tuned.gain is None:
        return f"There is nothing to propose for rubric {tuned.task.rubric.name}: {tuned.reason}."
    made = result(tuned.gain.gain)
    if not isinstance(made, EstimatePart):
        return f"{name} is not shown to be better: {made.reason}. Next: {made.needed}."
    limits = f"{points(made.value)} points [{points(made.low)}, {points(made.high)}]"
    on = f"on {tuned.gain.items:,} records that took no part in making it"
    if tuned.outcome is Outcome.UNCLEAR:
        return f"{name} is not shown to be better: agreement with people moves by {limits} {on}."
    return f"{name} is {tuned.outcome}: agreement with people moves by {limits} {on}."


def points(value: float) -> str:
    """A difference of shares in points, with its sign."""
    return f"{100 * value:+.1f}".replace("-", "\N{MINUS SIGN}")


def advice(report: TuningReport) -> str:
    """What to do next, in one sentence."""
    tuned = report.tuned
    if tuned.outcome is Outcome.BETTER:
        return (
            f"judge by {report.file}, then `judge calibrate --unseen`: the {tuned.rated[Split.CALIBRATION]:,} rated "
            "records kept for calibration have not been touched"
        )
    if tuned.outcome is Outcome.UNCLEAR:
        return "keep the old rubric, or rate more records and tune again"
    if tuned.outcome is Outcome.WORSE:
        return "keep the old rubric"
    return "keep the old rubric; a clearer question may help where examples do not"


def caveat(tuned: Tuned) -> str:
    """What weakens the figure; empty where nothing does."""
    if not tuned.looks:
        return ""
    times = "once" if tuned.looks == 1 else f"{tuned.looks} times"
    return (
        f"this held-out split was looked at {times} before to tune this rubric; the best of several tries flatters "
        "itself, so trust the calibration split"
    )


def attempt_rows(attempts: Sequence[Attempt]) -> list[list[str]]:
    """Each change on the inner folds."""
    return [
        [each.recipe.name, each.note or f"{points(each.gain)} points", str(each.fixed), str(each.broken)]
        for each in attempts
    ]


def gain_rows(tuned: Tuned) -> list[list[str]]:
    """The gain on the held-out split: over all criteria where there are several, then of each."""
    gains = [tuned.gain, *tuned.gains] if len(tuned.gains) > 1 else tuned.gains
    return [_gain_row(each) for each in gains if each is not None]


def _gain_row(gain: Gain) -> list[str]:
    made = result(gain.gain)
    if isinstance(made, EstimatePart):
        told = f"{points(made.value)} [{points(made.low)}, {points(made.high)}]"
    else:
        told = f"none: {made.reason}"
    counts = [f"{gain.items:,}", f"{gain.groups:,}", str(gain.fixed), str(gain.broken)]
    return [gain.what, words.share(gain.before), words.share(gain.after), told, *counts]


GAIN = ("held out", "before", "after", "gain in points, paired", "records", "groups", "nearer", "further")
ATTEMPTS = ("change, tried on inner folds of the tuning split", "gain", "nearer", "further")
MISTAKES = ("criterion", "people", "judge", "records")


def mistake_rows(tuned: Tuned) -> list[list[str]]:
    """Every kind of mistake on the tuning split, the commonest first."""
    return [[*kind, str(count)] for kind, count in tuned.mistakes.items()]


def counts(report: TuningReport) -> str:
    """How the rated records were split, and what all that cost."""
    tuned = report.tuned
    rated = ", ".join(f"{tuned.rated[split]:,} {told}" for split, told in SPLITS.items())
    guided = f", guidance by {tuned.proposer}" if tuned.proposer else ", no guidance: that needs a model (--proposer)"
    seed = tuned.task.splits.seed
    asked = f"Judge {tuned.model}{guided}. Calls: {report.calls:,}, {report.cost}."
    return f"Rated records: {rated} (by group, seed {seed}). {asked}"


def render(report: TuningReport) -> Group:
    """For the terminal: the sentence, the held-out gain, the tries, the mistakes, the diff."""
    tuned = report.tuned
    parts: list[RenderableType] = [Text(sentence(tuned), f"bold {COLOURS[tuned.outcome]}"), Text()]
    if tuned.gain is not None:
        parts += [table(GAIN, gain_rows(tuned), right={1, 2, 4, 5, 6, 7}), Text()]
    if tuned.attempts:
        parts += [table(ATTEMPTS, attempt_rows(tuned.attempts), right={2, 3}), Text()]
    if tuned.mistakes:
        parts += [table(MISTAKES, mistake_rows(tuned), right={3}), Text()]
    if tuned.rubric is not None:
        parts += [*_coloured(difference(tuned.task.rubric, tuned.rubric)), Text()]
    parts.append(Text(counts(report), "dim"))
    if caveat(tuned):
        parts.append(Text(f"Warning: {caveat(tuned)}.", "yellow"))
    parts.append(Text(f"Next: {advice(report)}."))
    return Group(*parts)


def _coloured(diff: str) -> list[Text]:
    styles = {"+": "green", "-": "red", "@": "cyan"}
    return [Text(line, styles.get(line[:1], "dim")) for line in diff.splitlines()]


def render_markdown(report: TuningReport) -> str:
    """In GitHub-flavoured Markdown."""
    tuned = report.tuned
    lines = [
        f"# Tuning {escaped(tuned.task.rubric.name)} for {escaped(tuned.model)}",
        "",
        f"**{escaped(sentence(tuned))}**",
    ]
    for headings, rows in (
        (GAIN, gain_rows(tuned) if tuned.gain else []),
        (ATTEMPTS, attempt_rows(tuned.attempts)),
        (MISTAKES, mistake_rows(tuned)),
    ):
        if rows:
            lines += [
                "",
                *(f"| {' | '.join(map(escaped, row))} |" for row in (headings, ["---"] * len(headings), *rows)),
            ]
    lines += ["", escaped(counts(report))]
    if caveat(tuned):
        lines += ["", f"**Warning**: {escaped(caveat(tuned))}."]
    lines += ["", f"**Next**: {escaped(advice(report))}."]
    if tuned.rubric is not None:
        diff = difference(tuned.task.rubric, tuned.rubric)
        # A fence longer than any in the text, so that no record ends it.
        fence = "`" * (3 + max((len(run) for run in _ticks(diff)), default=0))
        lines += ["", "## What changed", "", f"{fence}diff", diff, fence]
    return "\n".join(lines) + "\n"


def _ticks(text: str) -> list[str]:
    import re  # noqa: PLC0415 - beside its one use

    return re.findall("`+", text)


def to_json(report: TuningReport) -> dict[str, Any]:
    """For machines."""
    tuned = report.tuned
    rubric = tuned.task.rubric
    return {
        "schema": 1,
        "outcome": str(tuned.outcome),
        "sentence": sentence(tuned),
        "rubric": {"name": rubric.name, "version": rubric.version, "hash": rubric.hash},
        "tuned": None if tuned.rubric is None else {"version": tuned.rubric.version, "hash": tuned.rubric.hash},
        "file": report.file,
        "judge": tuned.model,
        "proposer": tuned.proposer,
        "dataset": tuned.task.dataset.name,
        "splits": {
            "seed": tuned.task.splits.seed,
            "tune": tuned.task.splits.tune,
            "held_out": tuned.task.splits.held_out,
            "rated": {str(split): count for split, count in tuned.rated.items()},
        },
        "before_on_tuning_split": tuned.before,
        "mistakes": [dict(zip(MISTAKES, [*kind, count], strict=True)) for kind, count in tuned.mistakes.items()],
        "attempts": [
            {
                "change": each.recipe.name,
                "gain": None if each.note else each.gain,
                "records": each.items,
                "nearer": each.fixed,
                "further": each.broken,
                "note": each.note,
            }
            for each in tuned.attempts
        ],
        "chosen": None if tuned.chosen is None else tuned.chosen.name,
        "gain": None if tuned.gain is None else _plain(tuned.gain),
        "gains": [_plain(each) for each in tuned.gains],
        "looks_before": tuned.looks,
        "calls": report.calls,
        "cost": sum(each.cost for each in report.totals),
        "cost_unknown": sum(each.unknown for each in report.totals),
        "diff": None if tuned.rubric is None else difference(rubric, tuned.rubric),
        "reason": tuned.reason,
        "next": advice(report),
    }


def _plain(gain: Gain) -> dict[str, Any]:
    return {
        "what": gain.what,
        "records": gain.items,
        "groups": gain.groups,
        "before": gain.before,
        "after": gain.after,
        "nearer": gain.fixed,
        "further": gain.broken,
        "gain": result(gain.gain).model_dump(mode="json"),
        "outcome": str(gain.outcome),
    }
