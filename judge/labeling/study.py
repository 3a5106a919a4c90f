"""A study: records drawn to be rated, by whom and how."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from judge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import RowMapping

    from judge.rubric.schema import Rubric
    from judge.run.selection import Condition

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._\-]{0,59}")
MOST_RATERS = 20
MOST_SEED = 2**31 - 1


class State(StrEnum):
    """Whether a study takes ratings."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class Design(StrEnum):
    """How records are drawn."""

    UNIFORM = "uniform"
    STRATIFIED = "stratified"
    UNCERTAINTY = "uncertainty"
    DISAGREEMENT = "disagreement"
    CONTESTED = "contested"


@dataclass(frozen=True, slots=True)
class Plan:
    """What the owner asks for.

    Attributes:
        name: The study's name; ratings are stored with it as their source.
        n: Records to draw.
        raters: Annotators who rate an overlapping item.
        overlap: Share of the items that so many rate; the others are rated once.
        gold: Items for training, as a share of n; they are drawn among records with an adjudicated rating.
        repeats: Share of the items that an annotator is shown a second time.
        design: How records are drawn.
        floor: Least number of records from each stratum.
        clusters: Keep conversations together: all of one is rated, or nothing of it.
        criterion: The criterion whose judgements guide the draw; the rubric's first if left out.
        seed: Seed of everything random in it.
        guideline: Version of the instructions for annotators.
        half_width: Half the width of the interval the owner wants, in units of the rate or of the scale.
        level: Confidence level of that interval.
        lease_seconds: How long a claim lasts without a sign of life.
        least_seconds: A rating given in less is marked as rushed.
        where: Conditions that every record drawn meets.

    Raises:
        UsageError: A figure that cannot be meant.
    """

    name: str
    n: int
    raters: int = 2
    overlap: float = 1.0
    gold: float = 0.0
    repeats: float = 0.0
    design: Design = Design.UNIFORM
    floor: int = 10
    clusters: bool = False
    criterion: str | None = None
    seed: int = 0
    guideline: int = 1
    half_width: float = 0.05
    level: float = 0.95
    lease_seconds: float = 300.0
    least_seconds: float = 2.0
    where: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise UsageError(
                f"{self.name!r} is no name for a study", hint="up to 60 letters, digits, spaces, dots, _ and -"
            )
        if self.name == "import":
            raise UsageError("`import` is where imported ratings come from: no study can have that name")
        checks = (
            ("--n", self.n, 1, math.inf),
            ("--raters", self.raters, 1, MOST_RATERS),
            ("--overlap", self.overlap, 0, 1),
            ("--gold", self.gold, 0, 1),
            ("--repeats", self.repeats, 0, 1),
            ("--floor", self.floor, 0, math.inf),
            ("--seed", self.seed, 0, MOST_SEED),
            ("--guideline", self.guideline, 1, MOST_SEED),
            ("--lease", self.lease_seconds, 5, 86_400),
            ("--least-seconds", self.least_seconds, 0, 3600),
        )
        for option, value, least, most in checks:
            if not least <= value <= most:
                upto = "up" if math.isinf(most) else f"to {most:g}"
                raise UsageError(f"{value:g} is out of range; allowed: from {least:g} {upto}", where=option)
        if not (0 < self.level < 1 and self.half_width > 0):
            raise UsageError(
                f"no interval has half-width {self.half_width:g} at level {self.level:g}",
                where="--half-width",
                hint="such as --half-width 0.05 --level 0.95",
            )


@dataclass(frozen=True, slots=True)
class Study:
    """A study as it is stored.

    Attributes:
        id: Its number in this database.
        name: Its name.
        dataset: The data set's name.
        dataset_id: The data set's number.
        rubric: The rubric it rates with; never changes.
        state: Whether it takes ratings.
        population: Records it was drawn from.
        design: The draw: its kind, runs, criterion, floor, missing fields.
        created: When it was made.
        closed: When it was closed.
        guideline: Version of the instructions for annotators.
        raters: As in `Plan`, and so are the following.
        overlap: As in `Plan`.
        gold: As in `Plan`.
        repeats: As in `Plan`.
        seed: As in `Plan`.
        half_width: As in `Plan`.
        level: As in `Plan`.
        lease_seconds: As in `Plan`.
        least_seconds: As in `Plan`.
    """

    id: int
    name: str
    dataset: str
    dataset_id: int
    rubric: Rubric
    state: State
    population: int
    design: Mapping[str, Any]
    created: datetime
    closed: datetime | None
    guideline: int
    raters: int
    overlap: float
    gold: float
    repeats: float
    seed: int
    half_width: float
    level: float
    lease_seconds: float
    least_seconds: float

    @classmethod
    def from_row(cls, row: RowMapping, rubric: Rubric) -> Study:
        """A study from its row, which names its data set."""
        same = (
            *("id", "name", "dataset", "dataset_id", "population", "design", "created", "closed", "guideline"),
            *("raters", "overlap", "gold", "repeats", "seed", "half_width", "level", "lease_seconds", "least_seconds"),
        )
        return cls(rubric=rubric, state=State(row["state"]), **{name: row[name] for name in same})
