"""Going back: the last version before one that moved whose corrected figures held, with the comparison."""

from __future__ import annotations

import shlex
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from judge.monitoring.alert import Advice
from judge.monitoring.figure import corrected_rate, merged_series
from judge.monitoring.rated import read_rated
from judge.monitoring.window import Window
from judge.stats.intervals import Estimate, Refused
from judge.stats.mover import difference_limits
from judge.store import watches
from judge.store.tables import DATASET, RECORD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from judge.monitoring.form import RuleForm, Watch
    from judge.monitoring.rated import Rated
    from judge.scales import Scale
    from judge.store.watches import Kept

LOOK = "Look at what changed in the system at that time: prompt, model, provider."


@dataclass(frozen=True, slots=True)
class Compared:
    """A version and the one that moved, on one criterion, each corrected by its own ratings alone.

    Attributes:
        criterion: ``RUBRIC.CRITERION``.
        former: The corrected rate of the version before.
        moved: That of the one that moved.
        difference: The one that moved minus the one before; None where one of them is not known.
        failing: Why the version before did not hold; empty where it did, or where that is not known.
        ruled: Whether a rule of the owner is on this criterion.
    """

    criterion: str
    former: Estimate | Refused
    moved: Estimate | Refused
    difference: Estimate | None
    failing: str
    ruled: bool

    def told(self, version: str, moved: str) -> str:
        """Both figures and their difference, or why there is none, in words."""
        for name, figure in ((version, self.former), (moved, self.moved)):
            if isinstance(figure, Refused):
                return f"{self.criterion} of {name} is not known: {figure.reason}; {figure.needed}"
        parts = ((version, self.former), (moved, self.moved), ("difference", self.difference))
        shown = ", ".join(f"{name} {_shown(one)}" for name, one in parts if isinstance(one, Estimate))
        chance = self.difference is not None and self.difference.low <= 0 <= self.difference.high
        return f"{self.criterion}: {shown}" + (", which may be chance" if chance else "")

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        named = {"to": self.former, "from": self.moved, "difference": self.difference}
        figures = {name: None if one is None else asdict(one) for name, one in named.items()}
        return {"criterion": self.criterion, "failing": self.failing} | figures


class GoingBack:
    """Where a version that moved may be rolled back to.

    Args:
        watch: The watch.
        kept: The watch in the store.
        scales: Judged series -> its scale.
    """

    def __init__(self, watch: Watch, kept: Kept, scales: Mapping[str, Scale]) -> None:
        self._watch = watch
        self._kept = kept
        self._judges: Mapping[str, str] = kept.state.get("judges", {})
        self._scales = scales

    def advise(self, connection: Connection, version: str, until: int, since: int | None = None) -> Advice:
        """Name the last version before this one that held, or say why none can be named.

        A version held whose corrected bounds are within every threshold that the owner set on a judged criterion and
        that is not surely worse there than the one that moved; where there is no such threshold, whose corrected rates
        are no worse. Both sides are corrected by their own ratings alone, so that a judge that is milder with one of
        them decides nothing.

        Args:
            connection: An open transaction.
            version: The version that moved.
            until: Number of the newest window.
            since: Number of the window from which on it has moved; None where all of it did.
        """
        spans = self._spans(connection, until)
        mine = spans.pop(version, [])
        if not mine:
            return Advice("look", LOOK)
        before = [name for name, rows in spans.items() if rows[0].number <= mine[0].number]
        before.sort(key=lambda name: (spans[name][0].number, spans[name][-1].number), reverse=True)
        moved = [row for row in mine if since is None or row.number >= since] or mine
        passed: dict[str, str] = {}
        for former in before:
            found = self._compare(connection, (former, spans[former]), (version, moved))
            refusal = _refusal(found, former, version)
            if not refusal:
                return self._back(connection, version, former, found, passed)
            passed[former] = refusal
        return self._nowhere(connection, version, passed)

    def _spans(self, connection: Connection, until: int) -> dict[str, list[Window]]:
        spans: dict[str, list[Window]] = {}
        for row in watches.windows(connection, self._kept, versions=True):
            if row["number"] <= until:
                spans.setdefault(row["version"], []).append(Window.from_row(row))
        return spans

    def _rules(self) -> list[RuleForm]:
        """The owner's thresholds on corrected figures of everything or of a version."""
        return [
            rule
            for rule in self._watch.alerts
            if rule.watch is not None and "." in rule.watch and not rule.raw and rule.trend is None
            if rule.each != "segment"
        ]

    def _compare(
        self, connection: Connection, former: tuple[str, Sequence[Window]], moved: tuple[str, Sequence[Window]]
    ) -> list[Compared]:
        ruled = {rule.watch for rule in self._rules()}
        found = []
        for series, scale in self._scales.items():
            criterion, _, judge = series.partition("@")
            rubric, _, name = criterion.partition(".")
            fingerprint = self._judges.get(rubric, "")
            if not scale.positive or not fingerprint.startswith(judge) or (ruled and criterion not in ruled):
                continue
            rated = read_rated(connection, fingerprint, name, scale)
            figures = [self._figure(series, scale, rated, *side) for side in (former, moved)]
            found.append(self._held(criterion, scale, figures[0], figures[1]))
        return found

    def _figure(
        self, series: str, scale: Scale, rated: Sequence[Rated], version: str, windows: Sequence[Window]
    ) -> Estimate | Refused:
        own = [one for one in rated if one.version == version]
        return corrected_rate(merged_series(windows, series), own, scale, windows, self._watch.detectors.level)

    def _held(self, criterion: str, scale: Scale, former: Estimate | Refused, moved: Estimate | Refused) -> Compared:
        rules = [rule for rule in self._rules() if rule.watch == criterion]
        difference, failing = None, ""
        if isinstance(former, Estimate) and isinstance(moved, Estimate):
            difference = _difference(moved, former)
            failing = _failing(rules, scale, former, difference)
        return Compared(criterion, former, moved, difference, failing, ruled=bool(rules))

    def _back(
        self,
        connection: Connection,
        version: str,
        former: str,
        found: Sequence[Compared],
        passed: Mapping[str, str],
    ) -> Advice:
        command = self._command(connection, former, version)
        told = "; ".join(one.told(former, version) for one in found)
        over = "".join(f" Not {name}: {reason}." for name, reason in passed.items())
        text = f"Roll version {version} back to {former}, the last before it whose corrected figures held: {told}."
        details: dict[str, Any] = {"from": version, "to": former, "command": command, "passed_over": dict(passed)}
        details["compared"] = [one.to_json() for one in found]
        return Advice("roll_back", f"{text}{over} {command}", details)

    def _nowhere(self, connection: Connection, version: str, passed: Mapping[str, str]) -> Advice:
        if not passed:
            return Advice("look", f"{LOOK} There is no version before {version} to go back to.")
        why = "; ".join(f"{name}: {reason}" for name, reason in passed.items())
        command = self._command(connection, next(iter(passed)), version)
        text = f"{LOOK} No version before {version} is known to be better, so none is named to go back to: {why}."
        return Advice("look", f"{text} {command}", {"from": version, "passed_over": dict(passed), "command": command})

    def _command(self, connection: Connection, former: str, version: str) -> str:
        name = connection.scalar(select(DATASET.c.name).where(DATASET.c.id == self._kept.dataset_id))
        sides = [f"{name}:{self._field(connection, each)}={each}" for each in (former, version)]
        return f"judge compare {' '.join(shlex.quote(side) for side in sides)}"

    def _field(self, connection: Connection, version: str) -> str:
        """What records call their version by: those that name none go by their model."""
        query = select(RECORD.c.id).where(
            RECORD.c.dataset_id == self._kept.dataset_id, RECORD.c.model_version == version
        )
        return "model" if connection.scalar(query.limit(1)) is None else "model_version"


def _difference(moved: Estimate, former: Estimate) -> Estimate:
    low, high = difference_limits((moved.value, moved.low, moved.high), (former.value, former.low, former.high))
    return Estimate(moved.value - former.value, low, high, moved.level, moved.n + former.n, "MOVER, unpaired")


def _failing(rules: Sequence[RuleForm], scale: Scale, former: Estimate, difference: Estimate) -> str:
    for rule in rules:
        limit, sign = (rule.above, 1) if rule.above is not None else (rule.below, -1)
        bound = {"low": former.low, "value": former.value, "high": former.high}[rule.bound]
        if limit is not None and sign * bound > sign * limit:
            side = "above" if sign > 0 else "below"
            return f"it did not hold rule {rule.name}: {_shown(former)} against {side} {limit:g}"
        if sign * (difference.high if sign > 0 else difference.low) < 0:
            return f"it is worse, by {_shown(difference)}"
    if not rules and not scale.good:
        return "neither a rule nor its scale says which way is better"
    if not rules:
        good = set(scale.positive) & set(scale.good)
        if (-1 if good else 1) * difference.value < 0:
            return f"it is no better: {_shown(former)}, difference {_shown(difference)}"
    return ""


def _refusal(found: Sequence[Compared], former: str, moved: str) -> str:
    """Why a version is not named; empty where it is."""
    failing = [f"{one.criterion}: {one.failing}" for one in found if one.failing]
    unknown = [one.told(former, moved) for one in found if one.difference is None]
    if failing:
        return "; ".join(failing)
    if not found:
        return "no judged rate is watched"
    return "; ".join(unknown) if len(unknown) == len(found) or any(_unheld(one) for one in found) else ""


def _unheld(one: Compared) -> bool:
    return one.ruled and one.difference is None


def _shown(one: Estimate) -> str:
    return f"{100 * one.value:.1f} % [{100 * one.low:.1f} %, {100 * one.high:.1f} %]"
