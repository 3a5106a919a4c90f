"""Metrics: what each measures, which record fields it needs, and how to open it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final

from judge.errors import UsageError
from judge.scales import Level, Scale
from judge.scores import Abstention, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from judge.records import Record


@dataclass(frozen=True, slots=True)
class Metric:
    """A score that needs no judge model.

    Attributes:
        name: How commands, reports and exports call it.
        title: What it measures, in one line.
        needs: The record fields it reads; a record without one of them gets an abstention.
        low: Least value.
        high: Greatest value.
        good: The good end, ``high`` or ``low``.
    """

    name: str
    title: str
    needs: tuple[str, ...]
    low: float
    high: float
    good: str

    @property
    def scale(self) -> Scale:
        """The interval scale of its scores."""
        return Scale(Level.INTERVAL, good=(self.good,), low=self.low, high=self.high)


_PAIR: Final = ("response", "reference")

METRICS: Final[Mapping[str, Metric]] = {
    metric.name: metric
    for metric in (
        Metric("rouge1", "F1 of the words shared with the reference", _PAIR, 0, 1, "high"),
        Metric("rouge2", "F1 of the word pairs shared with the reference", _PAIR, 0, 1, "high"),
        Metric("rougeL", "F1 of the longest common subsequence of words with the reference", _PAIR, 0, 1, "high"),
        Metric("bleu", "precision of 1- to 4-word sequences against the reference", _PAIR, 0, 100, "high"),
        Metric("chrf", "F2 of 1- to 6-character sequences shared with the reference", _PAIR, 0, 100, "high"),
        Metric("toxicity", "probability that the response is toxic", ("response",), 0, 1, "low"),
    )
}
"""Every metric by name."""

FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {"rouge": ("rouge1", "rouge2", "rougeL")}
"""Names that stand for several metrics computed together."""


@dataclass(frozen=True, slots=True)
class OpenMetric:
    """A metric, or a family of them, ready to score records.

    Attributes:
        metrics: The metrics it gives, in the order of its scores.
        method: Library, version and settings behind the figures, for the run's provenance.
    """

    metrics: tuple[Metric, ...]
    method: str
    _compute: Callable[..., Mapping[str, float] | Abstention]

    def score(self, record: Record) -> dict[str, float] | Abstention:
        """Score one record.

        Returns:
            Metric name -> score, one for each of `metrics`; or one abstention for all of them where the record lacks
            a field or the metric cannot be computed on its text.
        """
        texts: dict[str, object] = {}
        for name in self.metrics[0].needs:
            texts[name] = record.read(name)
            if texts[name] is None:
                return Abstention(Reason.MISSING_FIELD, name)
        scores = self._compute(**texts)
        if isinstance(scores, Abstention):
            return scores
        return {metric.name: scores[metric.name] for metric in self.metrics}


def open_metric(name: str) -> OpenMetric:
    """Open a metric by its name, or a family by its name (``rouge``).

    The library behind a metric is imported here, not before.

    Raises:
        UsageError: There is no metric of that name.
    """
    names = FAMILIES.get(name, (name,))
    if names[0] not in METRICS:
        raise _unknown(name)
    opener = _open_rouge if names[0].startswith("rouge") else _OPENERS[names[0]]
    method, compute = opener()
    return OpenMetric(tuple(METRICS[each] for each in names), method, compute)


def _unknown(name: str) -> UsageError:
    allowed = [*FAMILIES, *METRICS]
    near = difflib.get_close_matches(name.lower(), [each.lower() for each in allowed], n=1)
    suggestion = next((each for each in allowed if near and each.lower() == near[0]), None)
    return UsageError(
        f"there is no metric {name!r}; allowed: {', '.join(allowed)}",
        where="--metric",
        hint=f"write --metric {suggestion}" if suggestion else None,
    )


_Opened = tuple[str, "Callable[..., Mapping[str, float] | Abstention]"]


def _open_rouge() -> _Opened:
    from judge.metrics import rouge  # noqa: PLC0415 - imports nltk

    return rouge.method(), rouge.rouge


def _open_bleu() -> _Opened:
    from judge.metrics import bleu  # noqa: PLC0415 - imports sacrebleu

    return bleu.method("bleu"), partial(_named, "bleu", bleu.bleu)


def _open_chrf() -> _Opened:
    from judge.metrics import bleu  # noqa: PLC0415 - imports sacrebleu

    return bleu.method("chrf"), partial(_named, "chrf", bleu.chrf)


def _open_toxicity() -> _Opened:
    toxicity = import_module("judge.metrics.toxicity").toxicity

    return "the shipped toxicity classifier", lambda response: {"toxicity": float(toxicity(response))}


def _named(
    name: str, compute: Callable[[str, str], float | Abstention], *, response: str, reference: str
) -> Mapping[str, float] | Abstention:
    value = compute(response, reference)
    return value if isinstance(value, Abstention) else {name: value}


_OPENERS: Final = {"bleu": _open_bleu, "chrf": _open_chrf, "toxicity": _open_toxicity}
