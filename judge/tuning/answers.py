"""Answers: what a judge says of items, and how near that is to what people say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from judge.calibration.disagreements import FAR
from judge.scales import Level
from judge.stats.strata import ABSTAINED
from judge.store import judgements

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judge.rubric.schema import Rubric
    from judge.scales import Scale, Score
    from judge.store.database import Database
    from judge.store.runs import Run
    from judge.tuning.items import Item


@dataclass(frozen=True, slots=True)
class Said:
    """What a judge said of a record on one criterion.

    Attributes:
        score: Its score; None where it abstained.
        certainty: The probability it gives to that score; None where it gives none.
        reason: Why.
    """

    score: Score | None
    certainty: float | None
    reason: str

    @property
    def shown(self) -> str:
        """The score in words."""
        return ABSTAINED if self.score is None else str(self.score)


Answers = dict[int, dict[str, Said]]
"""Row key -> criterion -> what the judge said."""


def read_answers(db: Database, run: Run, rubric: Rubric) -> Answers:
    """What a run's judge said of every record."""
    scales = {(name, each.name): each.scale for name in run.fingerprints for each in rubric.criteria}
    found: Answers = {}
    for stored in judgements.stream(db, run, scales):
        given = stored.judgement
        found.setdefault(stored.key, {})[given.criterion] = Said(given.score, given.probability, given.rationale)
    return found


def nearness(scale: Scale, said: Score | None, truth: Score) -> float:
    """How near a judge's score is to people's, 0 to 1; an abstention is as far as can be.

    Equality on binary and nominal scales; 1 - |difference| / length of the scale on ordinal and interval ones.
    """
    if said is None:
        return 0.0
    if scale.level in {Level.BINARY, Level.NOMINAL}:
        return float(said == truth)
    numbers = [scale.number(name) for name in scale.names]
    low, high = (min(numbers), max(numbers)) if numbers else (scale.low or 0.0, scale.high or 1.0)
    return 1 - abs(scale.number(said) - scale.number(truth)) / (high - low)


def right(rubric: Rubric, item: Item, answers: Answers) -> float:
    """How near a judge is to people on an item: the mean over the criteria that people gave a value."""
    near = [
        nearness(rubric.criterion(name).scale, answers[item.key][name].score, voice.score)
        for name, voice in item.people.items()
    ]
    return sum(near) / len(near)


def mistakes(rubric: Rubric, item: Item, answers: Answers) -> Mapping[str, Said]:
    """Criterion -> what the judge said, where people say something else."""
    wrong = {}
    for name, voice in item.people.items():
        scale, said = rubric.criterion(name).scale, answers[item.key][name]
        near = nearness(scale, said.score, voice.score)
        if near < (1 - FAR if scale.level is Level.INTERVAL else 1):
            wrong[name] = said
    return wrong
