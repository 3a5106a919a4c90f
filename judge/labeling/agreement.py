"""Agreement in a study: annotators with one another, with themselves and with a judge, for the owner alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import select

from judge.errors import UsageError
from judge.labeling import people
from judge.labeling.people import Role
from judge.labeling.study import State
from judge.labeling.tables import read_tables
from judge.rubric.pairs import ORDERS
from judge.scales import Level
from judge.stats.alpha import alpha, distances
from judge.stats.chance import percent
from judge.stats.ratings import MISSING, read_ratings
from judge.stats.severity import Consistency, consistency, severity
from judge.store.judgements import score_from_text
from judge.store.labeling_tables import ASSIGNMENT
from judge.store.orders import PLACE, both_ways, first_of_each
from judge.store.tables import JUDGE, JUDGEMENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from judge.labeling.study import Study
    from judge.labeling.tables import Table
    from judge.stats.intervals import Estimate, Refused
    from judge.store.database import Database

    Figure = Estimate | Refused

MOST_DISPUTED: Final = 20
OUTLYING: Final = 3.5
"""Modified z-score above which a time is told: Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two raters on the items both have rated.

    Attributes:
        first: A rater.
        second: The other.
        items: Items both rated.
        percent: Share of them with the same value.
        alpha: Krippendorff's alpha of the two.
    """

    first: str
    second: str
    items: int
    percent: Figure
    alpha: Figure


@dataclass(frozen=True, slots=True)
class Standing:
    """One annotator beside the others, the judge and themselves.

    Attributes:
        annotator: Who.
        rated: Items rated.
        others: Agreement with the other annotators, each shared item paired with each of them.
        severity: Mean difference to the others, in units of the scale (a rate's shares); None on a nominal scale.
        judge: Agreement with the judge; None where none is compared.
        repeats: Agreement with themselves on items shown twice.
        seconds: Median time on an item; None where unknown.
    """

    annotator: str
    rated: int
    others: Pair
    severity: Figure | None
    judge: Pair | None
    repeats: Consistency
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """An item on which annotators differ.

    Attributes:
        record: Its id in the log.
        distance: Mean squared distance of the pairs of its ratings, by the scale's metric; 1 where all pairs of names
            differ.
        values: Annotator -> what they said.
    """

    record: str
    distance: float
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outlier:
    """A rating that took far longer or shorter than this annotator's others."""

    record: str
    annotator: str
    seconds: float
    usual: float


@dataclass(frozen=True, slots=True)
class CriterionAgreement:
    """How alike the annotators of a study rate one criterion.

    Attributes:
        criterion: Its name.
        metric: Level of measurement the distances are of.
        items: Items with a rating.
        alpha: Krippendorff's alpha over all annotators.
        percent: Share of pairs of ratings with the same value.
        pairs: Every two annotators who share an item.
        standings: Every annotator.
        disputes: The items people disagree on most, the worst first.
        outliers: Times out of the ordinary.
    """

    criterion: str
    metric: str
    items: int
    alpha: Figure
    percent: Figure
    pairs: tuple[Pair, ...]
    standings: tuple[Standing, ...]
    disputes: tuple[Dispute, ...]
    outliers: tuple[Outlier, ...]


def read_agreement(db: Database, study: Study, *, person: str | None = None) -> dict[str, CriterionAgreement]:
    """How alike the annotators of a study rate, by criterion.

    Args:
        db: The database.
        study: The study.
        person: Who asks; None for the operator at the command line, who can read the database anyway.

    Raises:
        UsageError: They are no owner, or rate in this study themselves while it runs.
    """
    if person is not None:
        check_may_see(db, study, person)
    judged = _judged(db, study)
    tables = read_tables(db, study)
    return {name: _agreement(table, judged.get(name, {}), study.level) for name, table in tables.items()}


def check_may_see(db: Database, study: Study, person: str) -> None:
    """Whether a person may see how the annotators of a study agree.

    Raises:
        UsageError: They are no owner, or rate in this study themselves while it runs: what others said, and the judge,
            would lead them.
    """
    with db.read() as connection:
        key = people.require(connection, person, Role.OWNER)
        mine = (ASSIGNMENT.c.study_id == study.id, ASSIGNMENT.c.annotator_id == key, ASSIGNMENT.c.active.is_(True))
        rates = connection.scalar(select(ASSIGNMENT.c.annotator_id).where(*mine)) is not None
    if rates and study.state is State.OPEN:
        raise UsageError(
            f"{person} rates in study {study.name}, and would be led by what others said",
            hint=f"agreement is shown once the study is paused or closed: judge study pause {study.name!r}",
        )


def _agreement(table: Table, judged: dict[int, Any], level: float) -> CriterionAgreement:
    values, domain = table.values, table.domain
    judge = np.array([judged.get(int(key)) for key in table.keys], dtype=np.object_)
    return CriterionAgreement(
        criterion=table.criterion.name,
        metric=table.metric,
        items=len(table.keys),
        alpha=alpha(values, table.metric, values=domain, level=level),
        percent=percent(values, values=domain, level=level),
        pairs=tuple(
            pair
            for first in range(len(table.annotators))
            for second in range(first + 1, len(table.annotators))
            if (pair := _columns(table, first, second, level)).items
        ),
        standings=_standings(table, judge, level),
        disputes=_disputes(table),
        outliers=_outliers(table),
    )


def _columns(table: Table, first: int, second: int, level: float) -> Pair:
    rows = table.values[:, [first, second]]
    return _pair(table, (table.annotators[first], table.annotators[second]), rows, level)


def _pair(
    table: Table, names: tuple[str, str], rows: NDArray[Any], level: float, clusters: NDArray[Any] | None = None
) -> Pair:
    both = np.array([all(value is not None for value in row) for row in rows], dtype=bool)
    rows = rows[both]
    of = None if clusters is None else clusters[both]
    return Pair(
        *names,
        items=int(both.sum()) if of is None else int(np.unique(of).size),
        percent=percent(rows, values=table.domain, level=level, clusters=of),
        alpha=alpha(rows, table.metric, values=table.domain, level=level, clusters=of),
    )


def _standings(table: Table, judge: NDArray[Any], level: float) -> tuple[Standing, ...]:
    nominal = table.criterion.scale.level is Level.NOMINAL
    severities: Sequence[Figure | None] = (
        [None] * len(table.annotators) if nominal else severity(table.numbers(), level=level)
    )
    compared = any(value is not None for value in judge)
    found = []
    for place, name in enumerate(table.annotators):
        mine = table.values[:, place]
        known = table.seconds[:, place][~np.isnan(table.seconds[:, place])]
        against = _pair(table, (name, "judge"), np.column_stack([mine, judge]), level) if compared else None
        repeats = np.column_stack([mine, table.again[:, place]])
        found.append(
            Standing(
                annotator=name,
                rated=sum(value is not None for value in mine),
                others=_others(table, place, level),
                severity=severities[place],
                judge=against,
                repeats=consistency(repeats, table.metric, values=table.domain, level=level),
                seconds=float(np.median(known)) if known.size else None,
            )
        )
    return tuple(found)


def _others(table: Table, place: int, level: float) -> Pair:
    """An annotator against each of the others, stacked; an item's pairs belong together."""
    others = [other for other in range(len(table.annotators)) if other != place]
    units = np.arange(len(table.keys))
    rows = [table.values[:, [place, other]] for other in others]
    stacked = np.concatenate(rows) if rows else np.empty((0, 2), dtype=np.object_)
    names = (table.annotators[place], "the others")
    return _pair(table, names, stacked, level, np.tile(units, max(len(others), 1))[: len(stacked)])


def _disputes(table: Table) -> tuple[Dispute, ...]:
    read = read_ratings(table.values, table.domain)
    if not read.pairable.any():
        return ()
    counts, m = read.counts, read.per_unit
    numbers = (
        read.values.astype(np.float64) if table.metric == "interval" else np.arange(read.values.size, dtype=np.float64)
    )
    distance = distances(table.metric, numbers, read.paired.sum(axis=0))
    inside = ((counts @ distance) * counts).sum(axis=1) / np.maximum(m * (m - 1), 1)
    worst = [int(row) for row in np.argsort(-inside, kind="stable")[:MOST_DISPUTED] if inside[row] > 0]
    return tuple(
        Dispute(
            record=str(table.names[row]),
            distance=float(inside[row]),
            values={
                name: table.values[row, place]
                for place, name in enumerate(table.annotators)
                if read.codes[row, place] != MISSING
            },
        )
        for row in worst
    )


def _outliers(table: Table) -> tuple[Outlier, ...]:
    """Times whose logarithm is far from the annotator's median: |log t - m| > 3.5·1.4826·MAD."""
    found = []
    for place, name in enumerate(table.annotators):
        times = table.seconds[:, place]
        rows = np.flatnonzero(~np.isnan(times) & (times > 0))
        logs = np.log(times[rows])
        if rows.size == 0:
            continue
        middle = np.median(logs)
        scale = 1.4826 * np.median(np.abs(logs - middle))
        far = np.abs(logs - middle) > OUTLYING * scale if scale > 0 else np.zeros(rows.size, dtype=bool)
        usual = float(np.exp(middle))
        found += [Outlier(str(table.names[row]), name, float(times[row]), usual) for row in rows[far]]
    return tuple(found)


def _judged(db: Database, study: Study) -> dict[str, dict[int, Any]]:
    """Criterion -> record -> the score of the newest run that judged this rubric's exact wording."""
    place = tuple(JUDGEMENT.c[name] for name in PLACE)
    query = (
        select(*place, JUDGEMENT.c.repeat, JUDGEMENT.c.score, JUDGEMENT.c.reason)
        .join(JUDGE, JUDGE.c.fingerprint == JUDGEMENT.c.fingerprint)
        .where(JUDGE.c.rubric_hash == study.rubric.hash, JUDGEMENT.c.repeat.in_(range(len(ORDERS))))
        .order_by(*place, JUDGEMENT.c.repeat)
    )
    guided = study.design["runs"]
    found: dict[str, dict[int, dict[int, Any]]] = {}
    with db.read() as connection:
        for row in first_of_each(connection.execute(query).mappings(), both_ways(connection)):
            criterion, scale = row["criterion"], study.rubric.criterion(row["criterion"]).scale
            if row["score"] is not None:
                of_run = found.setdefault(criterion, {}).setdefault(row["run_id"], {})
                of_run[row["record_id"]] = score_from_text(row["score"], scale)
    # The run that guided the draw is the one the owner asks about; else the newest.
    return {name: runs[next((r for r in guided if r in runs), max(runs))] for name, runs in found.items()}
