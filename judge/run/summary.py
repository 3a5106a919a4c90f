"""The summary of a run: what was scored, what was not and why, and what it cost."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from judge.errors import ModelError
from judge.scales import Level
from judge.scores import Reason
from judge.store import judgements, judges, ledger, measures
from judge.store.tables import now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from judge.rubric.schema import Criterion, Rubric
    from judge.store.database import Database
    from judge.store.ledger import Totals
    from judge.store.measures import MeasureSummary
    from judge.store.runs import Run

UNCALIBRATED = "uncalibrated"
"""What a judge's figures are called until ratings for exactly this judge say how far they can be trusted."""


_UNASKED = frozenset(map(str, (Reason.MISSING_FIELD, Reason.TOO_LONG, Reason.UNSUPPORTED)))
"""Reasons that are found without asking the judge."""


@dataclass(frozen=True, slots=True)
class CriterionSummary:
    """One criterion over a run.

    Attributes:
        rubric: The rubric's name.
        criterion: The criterion's name.
        fingerprint: The judge's.
        scored: Items with a score.
        abstained: Reason -> items without.
        distribution: Value -> items; every value of the scale is there, in its order.
        positive: The values whose share is the rate.
        mean: Mean of the raw scores of an ordinal or interval scale; None elsewhere.
        contested: Items on which the judge says something else once the suspicious spans are cut.
        status: ``uncalibrated``: a run alone cannot say how far its figures can be trusted.
    """

    rubric: str
    criterion: str
    fingerprint: str
    scored: int
    abstained: Mapping[str, int]
    distribution: Mapping[str, int]
    positive: tuple[str, ...]
    mean: float | None
    contested: int = 0
    status: str = UNCALIBRATED

    @property
    def raw_rate(self) -> float | None:
        """The raw share of positive values among the scored; None without a rate or a score."""
        if not self.positive or not self.scored:
            return None
        return sum(self.distribution.get(value, 0) for value in self.positive) / self.scored


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in figures.

    Attributes:
        run: The run.
        criteria: One entry a criterion.
        measures: One entry a metric.
        totals: What its calls came to.
        seconds: How long it took.
        trouble: What the last call met, where not one of them brought a reply; else None.
    """

    run: Run
    criteria: tuple[CriterionSummary, ...]
    measures: tuple[MeasureSummary, ...]
    totals: Totals
    seconds: float
    trouble: str | None = None

    def check(self) -> None:
        """Make sure that the judge could be asked at all.

        Raises:
            ModelError: None of the calls brought a reply.
        """
        if self.trouble is not None:
            raise ModelError(
                f"no call of {self.totals.calls:,} brought a reply; the last one met: {self.trouble}",
                where=self.run.model,
                hint="the same command asks again",
            )

    def to_json(self) -> dict[str, Any]:
        """The summary for machines."""
        criteria = [asdict(each) | {"raw_rate": each.raw_rate} for each in self.criteria]
        run = asdict(self.run)
        for name in ("started", "finished"):
            run[name] = run[name].isoformat() if run[name] is not None else None
        return {
            "run": run,
            "criteria": criteria,
            "measures": [asdict(each) for each in self.measures],
            "totals": asdict(self.totals),
            "seconds": self.seconds,
        }


def summarise(db: Database, run: Run) -> Summary:
    """The summary of a run, finished or not."""
    counts, contested = judgements.distribution(db, run), judgements.contested(db, run)
    criteria = [
        _criterion(
            rubric,
            criterion,
            fingerprint,
            counts.get((fingerprint, criterion.name), {}),
            contested.get((fingerprint, criterion.name), 0),
        )
        for fingerprint in run.fingerprints
        for rubric in [judges.find(db, fingerprint).rubric]
        for criterion in rubric.criteria
    ]
    seconds = ((run.finished or now()) - run.started).total_seconds()
    trouble = ledger.last_trouble(db, run.id) if _is_unanswered(criteria) else None
    return Summary(
        run, tuple(criteria), tuple(measures.summaries(db, run)), ledger.totals(db, run.id), seconds, trouble
    )


def _is_unanswered(criteria: Sequence[CriterionSummary]) -> bool:
    reasons = {reason for each in criteria for reason in each.abstained} - _UNASKED
    return reasons == {str(Reason.UNREACHABLE)} and not any(each.scored for each in criteria)


def _criterion(
    rubric: Rubric, criterion: Criterion, fingerprint: str, counts: judgements.Counts, contested: int
) -> CriterionSummary:
    scale = criterion.scale
    scores = {value: n for (value, _), n in counts.items() if value is not None}
    scored = sum(scores.values())
    mean = None
    if scored and scale.level in {Level.ORDINAL, Level.INTERVAL}:
        numbers = {value: judgements.score_from_text(value, scale) or value for value in scores}
        mean = sum(scale.number(numbers[value]) * n for value, n in scores.items()) / scored
    return CriterionSummary(
        rubric=rubric.name,
        criterion=criterion.name,
        fingerprint=fingerprint,
        scored=scored,
        abstained={str(reason): n for (_, reason), n in counts.items() if reason is not None},
        distribution={name: scores.get(name, 0) for name in scale.names} | scores,
        positive=scale.positive,
        mean=mean,
        contested=contested,
    )
