"""Training: items with a known answer, each explained after yours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bench
import rating
import streamlit as st
import visitor

from judge.labeling import opinions, wire
from judge.labeling.opening import database
from judge.labeling.outbox import read_answers
from judge.labeling.training import Training

if TYPE_CHECKING:
    from collections.abc import Sequence

    from judge.labeling.desk import Person
    from judge.labeling.training import Feedback, TrainingProgress


@st.fragment
def _bench(training: Training, person: Person) -> None:
    study = training.study

    def hear(asked: dict[str, Any]) -> dict[str, Any]:
        item = str(asked.get("item"))
        found = training.answer(person.id, item, read_answers(asked, study.rubric), visitor.now())
        lesson = opinions.feedback_data(found, study.rubric)
        return {"lesson": {"item": item, "summary": _summary(found), **lesson}}

    def show() -> dict[str, Any]:
        item = training.next(person.id)
        progress = training.progress(person.id)
        shown = None if item is None else wire.item_data(item)
        told = f"{progress.done} of {progress.items} done"
        return {"item": shown, "progress": told, "words": "Check", "rest": _rest(progress)}

    bench.serve(study, person, hear, show, role="annotator")


def _summary(found: Sequence[Feedback]) -> str:
    right = sum(each.agrees for each in found)
    if right == len(found):
        return "As the gold rating has it."
    return (
        "Not as the gold rating has it: read why." if len(found) == 1 else f"{right} of {len(found)} as it should be."
    )


def _rest(progress: TrainingProgress) -> tuple[str, str]:
    if not progress.items:
        return "This study has no training.", "Read the guidelines (G), then go to Rate."
    share = f"You gave {progress.right} of {progress.asked} answers as the gold ratings have them."
    return "Training is done.", f"{share} Go to Rate when you are ready; the guidelines are one key away there, too."


person = visitor.required("annotator")
study = visitor.study_of(person)
_bench(Training(database(), study), person)
rating.courier(study, person.id)
