"""The wire: what is sent to the rating desk in the browser, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from judge.scales import NOT_APPLICABLE
from judge.scores import Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from judge.labeling.desk import Ack, DeskItem, Entry, Progress
    from judge.rubric.schema import Criterion, Rubric


def rubric_data(rubric: Rubric) -> dict[str, Any]:
    """A rubric as the desk's form shows it: hash, title, guidance and criteria."""
    return {
        "rubric": rubric.hash,
        "title": rubric.title,
        "guidance": rubric.guidance,
        "criteria": [_criterion(criterion) for criterion in rubric.criteria],
    }


def _criterion(criterion: Criterion) -> dict[str, Any]:
    scale = criterion.scale
    evidence = criterion.evidence
    return {
        "name": criterion.name,
        "question": criterion.question,
        "guidance": criterion.guidance,
        "kind": str(scale.level),
        "values": [{"name": name, "meaning": meaning} for name, meaning in scale.values.items()],
        "low": scale.low,
        "high": scale.high,
        "step": scale.step,
        "inapplicable": criterion.not_applicable,
        "evidence": None if evidence is None else evidence.model_dump(mode="json"),
    }


def item_data(item: DeskItem) -> dict[str, Any]:
    """An item's texts, and the annotator's own earlier answers where it is opened again."""
    return {
        "id": item.id,
        "order": item.order,
        "passages": [{"source": p.source, "text": p.text, "title": p.title} for p in item.passages],
        "given": None if item.given is None else _given(item.given),
    }


def _given(entry: Entry) -> dict[str, Any]:
    scores: dict[str, Any] = {}
    for answer in entry.answers:
        if answer.score is not None:
            scores[answer.criterion] = answer.score
        elif answer.abstention is not None and answer.abstention.reason is Reason.NOT_APPLICABLE:
            scores[answer.criterion] = NOT_APPLICABLE
    marks = {
        answer.criterion: [{"source": m.source, "start": m.start, "end": m.end} for m in answer.marks]
        for answer in entry.answers
        if answer.marks
    }
    return {"scores": scores, "marks": marks, "note": entry.note, "flagged": entry.flagged}


def queue_data(items: Sequence[DeskItem], have: Collection[str]) -> dict[str, Any]:
    """The items to rate in their order, with the texts of those only that the browser does not have yet."""
    return {
        "queue": [item.id for item in items],
        "items": [item_data(item) for item in items if item.id not in have],
    }


def ack_data(acks: Sequence[Ack]) -> list[dict[str, Any]]:
    """What became of the entries that the browser sent."""
    return [{"key": ack.key, "saved": ack.saved, "reason": ack.reason} for ack in acks]


def progress_data(progress: Progress) -> dict[str, Any]:
    """How far the annotator is."""
    return {"done": progress.done, "assigned": progress.assigned, "closed": progress.closed}
