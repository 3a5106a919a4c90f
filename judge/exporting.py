"""Exporting: judgements, ratings and records as flat rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from judge.store import datasets, judgements, judges, ratings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from judge.rubric.schema import Rubric
    from judge.scores import Quote
    from judge.store.database import Database
    from judge.store.datasets import Dataset
    from judge.store.runs import Run

Row = dict[str, Any]

JUDGEMENT_COLUMNS: Final[tuple[str, ...]] = (
    *("record_id", "rubric", "criterion", "outcome", "score", "probability", "probability_from", "probability_repeats"),
    *("no_probability", "reason", "rationale", "evidence"),
    *("suspicious", "contested", "repeat", "model", "answered_by", "fingerprint", "rubric_hash", "attempts"),
    *("prompt_tokens", "completion_tokens", "cost", "from_ledger"),
)
RATING_COLUMNS: Final[tuple[str, ...]] = (
    *("record_id", "rubric", "criterion", "annotator", "outcome", "score", "reason", "detail", "evidence", "note"),
    *("seconds", "gold", "repeat", "inclusion_probability", "source", "time", "rubric_hash"),
)
RECORD_COLUMNS: Final[tuple[str, ...]] = (
    *("id", "question", "response", "rival", "documents", "reference", "model", "model_version", "time", "latency"),
    *("prompt_tokens", "completion_tokens", "feedback", "segment", "conversation", "group", "metadata"),
)


def judgement_rows(db: Database, run: Run) -> Iterator[Row]:
    """One row a judgement of a run; calls asked for several criteria at once share their tokens and cost."""
    found = {fingerprint: judges.find(db, fingerprint) for fingerprint in run.fingerprints}
    scales = {
        (fingerprint, criterion.name): criterion.scale
        for fingerprint, judge in found.items()
        for criterion in judge.rubric.criteria
    }
    for stored in judgements.stream(db, run, scales):
        each, judge = stored.judgement, found[stored.fingerprint]
        yield {
            "record_id": each.record_id,
            "rubric": each.rubric,
            "criterion": each.criterion,
            "outcome": "scored" if each.abstention is None else "abstained",
            "score": each.score,
            "probability": each.probability,
            "probability_from": each.probability_from,
            "probability_repeats": each.repeats,
            "no_probability": each.no_probability or None,
            "reason": str(each.abstention.reason) if each.abstention else None,
            "rationale": each.rationale or (each.abstention.detail if each.abstention else "") or None,
            "evidence": _quotes(each.evidence),
            "suspicious": list(each.suspicious),
            "contested": each.contested,
            "repeat": each.repeat,
            "model": judge.model,
            "answered_by": stored.answered_by,
            "fingerprint": stored.fingerprint,
            "rubric_hash": judge.rubric.hash,
            "attempts": stored.attempts,
            "prompt_tokens": stored.prompt_tokens,
            "completion_tokens": stored.completion_tokens,
            "cost": stored.cost,
            "from_ledger": not stored.fresh,
        }


def rating_rows(
    db: Database, dataset: Dataset, rubrics: Mapping[str, Rubric], *, study: str | None = None
) -> Iterator[Row]:
    """One row a rating in force, repeats among them, for these rubrics (by hash), from one study or from everywhere."""
    for hash_, rubric in rubrics.items():
        for _, source, each in ratings.stream(db, dataset, rubric, source=study, repeats=True):
            yield {
                "record_id": each.record_id,
                "rubric": each.rubric,
                "criterion": each.criterion,
                "annotator": each.annotator,
                "outcome": "scored" if each.abstention is None else "abstained",
                "score": each.score,
                "reason": str(each.abstention.reason) if each.abstention else None,
                "detail": (each.abstention.detail if each.abstention else "") or None,
                "evidence": _quotes(each.evidence),
                "note": each.note or None,
                "seconds": each.seconds,
                "gold": each.gold,
                "repeat": each.repeat,
                "inclusion_probability": each.inclusion_probability,
                "source": source,
                "time": each.time.isoformat() if each.time else None,
                "rubric_hash": hash_,
            }


def record_rows(db: Database, dataset: Dataset) -> Iterator[Row]:
    """One row a record."""
    for chunk in datasets.chunks(db, dataset):
        for _, record in chunk:
            row = {name: getattr(record, name) for name in RECORD_COLUMNS}
            row["documents"] = [{"id": d.id, "title": d.title, "text": d.text} for d in record.documents]
            row["metadata"] = dict(record.metadata)
            row["time"] = record.time.isoformat() if record.time else None
            yield row


def _quotes(quotes: tuple[Quote, ...]) -> list[Row]:
    return [
        {"source": q.source, "text": q.text, "start": q.start, "end": q.end, "role": q.role, "found": q.found}
        for q in quotes
    ]
