"""Repeats: what the replies to one question, asked again and again, say of how sure a judge is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from judge.scales import Level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from judge.scales import Scale, Score

JUDGE: Final = "judge"
"""Probabilities that came with the score: from token log-probabilities, or a classifier's own."""
REPEATS: Final = "repeats"
"""Probabilities that are shares of repeats."""
FEWEST: Final = 2
"""With one scored reply there is nothing to take a share of."""


class NoProbability(StrEnum):
    """Why a judgement has no probability."""

    ABSTAINED = "abstained"
    """There is no score."""
    ASKED_ONCE = "asked_once"
    """The judge gave none with its score, and was not asked again."""
    NOT_IMPORTED = "not_imported"
    """The judgement came with a log that gives none."""
    TEMPERATURE_0 = "temperature_0"
    """The judge was asked again, but told to draw nothing: its repeats are one reply over and over."""
    CONTINUOUS = "continuous"
    """An interval scale has too many values to count replies by."""
    FEW_REPEATS = "few_repeats"
    """All but one of the repeats are abstentions."""


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure a judge is of a score.

    Attributes:
        values: Value -> probability; empty where there is none.
        repeats: Of how many scored replies the probabilities are the shares; 0 where the judge gave them itself.
        absent: Why there are none.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    repeats: int = 0
    absent: NoProbability | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """How a run asked its questions.

    Attributes:
        often: How often it asked each of them; 0 where the answers came with a log.
        draws: Whether the judge draws its replies, so that two of them can differ.
    """

    often: int = 1
    draws: bool = True

    @classmethod
    def by(cls, settings: Mapping[str, object]) -> Asked:
        """As the settings of a run tell."""
        often, table, adapted = settings.get("repeats"), settings.get("judge"), settings.get("adaptations")
        temperature = table.get("temperature") if isinstance(table, dict) else None
        refused = isinstance(adapted, list) and "temperature left out" in adapted
        if table is None:
            return cls(0)
        return cls(often if isinstance(often, int) else 1, draws=temperature != 0 or refused)

    def certainty(
        self, scale: Scale, score: Score | None, given: Mapping[str, float], scores: Sequence[str | None]
    ) -> Certainty:
        """The probabilities of a score's judgement: the judge's own, else the shares of the repeats, else why none.

        Of n scored replies of which k say a value, out of K values, its probability is (k + 1/K) / (n + 1): the shares
        with one more reply spread evenly over the scale (Perks 1947, Journal of the Institute of Actuaries 73). Five
        replies that agree are not a proof, and the plain share would say 1. Between records asked equally often this
        changes no order; with many replies it is the share.

        Args:
            scale: The criterion's scale.
            score: The judgement's score, None where abstained.
            given: Value -> probability as the judge gave them with this score.
            scores: The score of every repeat as text, this one's among them; None where abstained.
        """
        if score is not None and given:
            return Certainty(given)
        said = Counter(each for each in scores if each is not None)
        n = said.total()
        absent = self._absent(scale, n) if score is not None else NoProbability.ABSTAINED
        if absent is not None:
            return Certainty(absent=absent)
        spread = 1 / len(scale.names)
        return Certainty({name: (said[name] + spread) / (n + 1) for name in scale.names}, n)

    def _absent(self, scale: Scale, scored: int) -> NoProbability | None:
        """Why the repeats of a question say nothing, of which this many were scored; None if they do."""
        if self.often < FEWEST:
            return NoProbability.ASKED_ONCE if self.often else NoProbability.NOT_IMPORTED
        if scale.level is Level.INTERVAL:
            return NoProbability.CONTINUOUS
        if not self.draws:
            return NoProbability.TEMPERATURE_0
        return NoProbability.FEW_REPEATS if scored < FEWEST else None
