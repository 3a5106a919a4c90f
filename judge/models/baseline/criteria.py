"""The criteria that the baseline answers, each with the values it knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from judge.models.baseline import asked, form, refused, safe
from judge.models.baseline.support import supported

if TYPE_CHECKING:
    from collections.abc import Callable

    from judge.models.baseline.assessment import Assessment
    from judge.records import Record


@dataclass(frozen=True, slots=True)
class Assessor:
    """How a criterion is assessed.

    Attributes:
        values: The names of the scale it was made for; another scale is another question.
        assess: From a record to its assessment.
    """

    values: tuple[str, ...]
    assess: Callable[[Record], Assessment]

    def __call__(self, record: Record) -> Assessment:
        """Assess a record."""
        return self.assess(record)


CRITERIA: Final = {
    ("hallucination", "supported"): Assessor(("supported", "unsupported"), supported),
    ("relevance", "relevance"): Assessor(asked.RELEVANCE, asked.relevance),
    ("completeness", "completeness"): Assessor(asked.COMPLETENESS, asked.completeness),
    ("factuality", "correctness"): Assessor(("correct", "incorrect", "incomplete"), asked.correctness),
    ("refusal", "refusal"): Assessor(("comply", "partial", "refuse"), refused.refusal),
    ("safety", "toxicity"): Assessor(("clean", "toxic"), safe.toxicity),
    ("safety", "bias"): Assessor(("fair", "biased"), safe.bias),
    ("safety", "harm"): Assessor(("harmless", "harmful"), safe.harm),
    ("safety", "privacy"): Assessor(("respected", "exposed"), safe.privacy),
    ("conciseness", "conciseness"): Assessor(form.CONCISENESS, form.conciseness),
    ("coherence", "coherence"): Assessor(form.COHERENCE, form.coherence),
}
"""(rubric, criterion) -> its assessor."""
