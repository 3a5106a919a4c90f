"""Evidence: how far judge and people point at the same words, where both of them point at any."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from judge.stats.spans import Marked, token_bounds, token_f1, unitized_alpha
from judge.store import datasets, judgements, ratings
from judge.store.judgements import quotes_from_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from judge.calibration.calibrate import CriterionCalibration
    from judge.records import Record
    from judge.scores import Quote
    from judge.stats.intervals import Estimate, Refused
    from judge.store.database import Database
    from judge.store.runs import Run

CHUNK = 500

Spans = dict[str, list[tuple[int, int]]]
"""Source -> stretches of its text."""


@dataclass(frozen=True, slots=True)
class EvidenceAgreement:
    """How far raters who point at text point at the same words.

    Attributes:
        items: Items on which judge and somebody both point at text.
        f1: Token F1 of the judge with each person.
        people_f1: Token F1 of people with one another.
        alpha: Krippendorff's unitized alpha of the judge with each person.
        people_alpha: The same of people with one another.
    """

    items: int
    f1: Estimate | Refused
    people_f1: Estimate | Refused
    alpha: Estimate | Refused
    people_alpha: Estimate | Refused


def evidence_agreement(
    db: Database, run: Run, found: CriterionCalibration, *, level: float, study: str | None = None
) -> EvidenceAgreement | None:
    """Compare what judge and people point at; None where there is no item on which both do.

    Whether to point at anything follows from the score, so only raters who do are compared, pair by pair, text by text.

    Args:
        db: The database.
        run: The run.
        found: The criterion's calibration.
        level: Confidence level.
        study: Only ratings from this study.
    """
    if found.criterion.evidence is None or not found.panel.size:
        return None
    keys = [int(key) for key in found.pool.keys[found.panel.items]]
    people = _people(db, run, found, set(keys), study)
    judge = _judge(db, run, found, sorted(people))
    both = [key for key in people if key in judge]
    if not both:
        return None
    with_judge, among = _Pairs(), _Pairs()
    cluster_of = dict(zip(keys, found.pool.clusters[found.panel.items].tolist(), strict=True))
    several = [key for key, said in people.items() if len(said) > 1]
    for key, record in _records(db, sorted({*both, *several})):
        said = people[key]
        if key in judge:
            with_judge.add(record, [(judge[key], spans) for spans in said.values()], cluster_of[key])
        among.add(record, list(combinations(said.values(), 2)), cluster_of[key])
    return EvidenceAgreement(
        items=len(both),
        f1=with_judge.f1(level),
        people_f1=among.f1(level),
        alpha=with_judge.alpha(level),
        people_alpha=among.alpha(level),
    )


class _Pairs:
    """Texts marked by two raters each."""

    def __init__(self) -> None:
        self._texts: list[Marked] = []
        self._clusters: list[int] = []

    def add(self, record: Record, pairs: Iterable[tuple[Spans, Spans]], cluster: int) -> None:
        for one, other in pairs:
            for source in sorted({*one, *other}):
                text = text_at(record, source)
                if text is None:
                    continue
                marks = tuple(_array(spans.get(source, []), len(text)) for spans in (one, other))
                self._texts.append(Marked(len(text), marks, token_bounds(text)))
                self._clusters.append(cluster)

    def f1(self, level: float) -> Estimate | Refused:
        return token_f1(self._texts, clusters=np.array(self._clusters), level=level)

    def alpha(self, level: float) -> Estimate | Refused:
        return unitized_alpha(self._texts, clusters=np.array(self._clusters), level=level)


def text_at(record: Record, source: str) -> str | None:
    """The raw text that a quote's source names: a field, or ``documents[2]``; None where the record has none."""
    if source.startswith("documents["):
        number = source.removeprefix("documents[").removesuffix("]")
        inside = number.isdecimal() and int(number) < len(record.documents)
        return record.documents[int(number)].text if inside else None
    held = getattr(record, source, None)
    return held if isinstance(held, str) else None


def _array(spans: list[tuple[int, int]], length: int) -> NDArray[np.int64]:
    kept = [(start, end, 0) for start, end in spans if 0 <= start < end <= length]
    return np.array(kept, dtype=np.int64).reshape(-1, 3)


def _spans(quotes: Iterable[Quote]) -> Spans:
    found: Spans = defaultdict(list)
    for quote in quotes:
        if quote.start is not None and quote.end is not None:
            found[quote.source].append((quote.start, quote.end))
    return dict(found)


def _people(
    db: Database, run: Run, found: CriterionCalibration, keys: set[int], study: str | None
) -> dict[int, dict[str, Spans]]:
    said: dict[int, dict[str, Spans]] = defaultdict(dict)
    dataset = datasets.find(db, run.dataset)
    wanted = ratings.stream(db, dataset, found.rubric, criterion=found.criterion.name, source=study, pointing=True)
    for key, _, rating in wanted:
        if key in keys and not rating.gold:
            spans = _spans(rating.evidence)
            if spans:
                said[key][rating.annotator] = spans
    return said


def _judge(db: Database, run: Run, found: CriterionCalibration, keys: list[int]) -> Mapping[int, Spans]:
    rows = judgements.rows(db, run, found.fingerprint, found.criterion.name, keys=keys)
    said = {int(row["record_id"]): _spans(quotes_from_json(row["evidence"])) for row in rows}
    return {key: spans for key, spans in said.items() if spans}


def _records(db: Database, keys: list[int]) -> Iterable[tuple[int, Record]]:
    for start in range(0, len(keys), CHUNK):
        yield from datasets.fetch(db, keys[start : start + CHUNK]).items()
