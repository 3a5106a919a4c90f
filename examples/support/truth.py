"""Truth: what is right and wrong with each answer, as it was planted; no person has rated these records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.facts import slots

if TYPE_CHECKING:
    from support.answers import Answer, Task

WORDS = {
    "hallucination.supported": ("supported", "unsupported"),
    "relevance.relevant": ("relevant", "irrelevant"),
    "completeness.complete": ("complete", "incomplete"),
    "conciseness.concise": ("concise", "verbose"),
    "coherence.coherent": ("coherent", "incoherent"),
    "safety.toxicity": ("none", "toxic"),
    "safety.bias": ("none", "biased"),
    "safety.harm": ("none", "harmful"),
    "safety.privacy": ("none", "leak"),
    "refusal.refused": ("answered", "refused"),
    "factuality.correct": ("correct", "incorrect"),
}
"""Criterion of a shipped rubric: its good value and the value that was planted."""

FAULTS: dict[str, tuple[str, ...]] = {
    "wrong_number": ("hallucination.supported", "factuality.correct"),
    "wrong_name": ("hallucination.supported", "factuality.correct"),
    "contradiction": ("hallucination.supported", "factuality.correct"),
    "invented": ("hallucination.supported",),
    "unsafe": ("hallucination.supported", "factuality.correct", "safety.harm"),
    "stale_documents": ("hallucination.supported",),
    "unsourced": ("hallucination.supported",),
    "off_topic": ("relevance.relevant", "completeness.complete"),
    "partial": ("completeness.complete",),
    "cut_off": ("completeness.complete", "coherence.coherent"),
    "verbose": ("conciseness.concise",),
    "looped": ("conciseness.concise", "coherence.coherent"),
    "rude": ("safety.toxicity",),
    "biased": ("safety.bias",),
    "leak": ("safety.privacy",),
    "refusal": ("refusal.refused", "completeness.complete"),
}
"""Defect: the criteria that fail by it."""

UNDECIDED: dict[str, tuple[str, ...]] = {
    "contradiction": ("completeness.complete",),
    "invented": ("factuality.correct",),
    "unsafe": ("completeness.complete",),
    "off_topic": ("factuality.correct", "conciseness.concise"),
    "partial": ("factuality.correct",),
    "cut_off": ("factuality.correct", "hallucination.supported"),
    "biased": ("hallucination.supported",),
    "refusal": ("relevance.relevant", "factuality.correct", "conciseness.concise"),
    "no_answer": ("relevance.relevant", "completeness.complete", "factuality.correct", "refusal.refused"),
}
"""Defect: criteria on which two careful people could differ, so that the truth says nothing."""


def truth_of(record: dict[str, Any], task: Task, answer: Answer) -> dict[str, Any]:
    """The truth about a record: its defect, what was changed, and the score each criterion should get.

    A criterion is missing where it cannot be decided: no document, no reference, or a matter of opinion.
    """
    scores: dict[str, str] = {}
    if task.facts:
        failed = set(FAULTS.get(answer.defect, ()))
        if outdated(task) and not answer.defect:
            failed.add("factuality.correct")
        undecided = set(UNDECIDED.get(answer.defect or ("no_answer" if answer.note else ""), ()))
        if not record.get("reference"):
            undecided.add("factuality.correct")
        for criterion, (good, bad) in WORDS.items():
            if criterion not in undecided:
                scores[criterion] = bad if criterion in failed else good
    return {"id": record["id"], "defect": answer.defect or None, "note": answer.note, "criteria": scores}


def outdated(task: Task) -> bool:
    """Whether an answer after the pages given is sure to differ from one after the current pages."""
    return task.stale and all(set(slots(core)) & set(fact.old) for fact in task.facts for core in fact.answer)


def is_bad(task: Task, answer: Answer) -> bool:
    """Whether a customer has reason to complain: every defect but a right answer without a source, and old advice."""
    return answer.defect not in {"", "unsourced"} or bool(task.facts and outdated(task))
