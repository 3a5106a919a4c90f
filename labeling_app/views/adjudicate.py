"""Adjudicate: items on which raters differ, settled blind to who said what and to the judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bench
import streamlit as st
import visitor

from judge.labeling import opinions, wire
from judge.labeling.adjudicating import Adjudication
from judge.labeling.desk import DeskItem
from judge.labeling.opening import database
from judge.labeling.outbox import MAX_NOTE, read_answers, read_text

if TYPE_CHECKING:
    from judge.labeling.cases import Case
    from judge.labeling.desk import Person


@st.fragment
def _bench(adjudication: Adjudication, person: Person) -> None:
    study = adjudication.study
    later: list[str] = st.session_state.setdefault(f"later/{study.name}/{person.id}", [])

    def hear(asked: dict[str, Any]) -> dict[str, Any]:
        code = str(asked.get("item"))
        if asked.get("kind") == "later":
            if code not in later:
                later.append(code)
            return {}
        case = adjudication.case(person.id, code)
        # What is heard again, or was decided by somebody else meanwhile, is not decided twice.
        if case.open:
            answers = read_answers(asked, study.rubric, only=case.open)
            note = read_text(asked.get("note"), MAX_NOTE)
            case = adjudication.decide(person.id, code, answers, visitor.now(), note=note, seen=str(asked.get("seen")))
        return {"lesson": {"item": code, "summary": _summary(case, person), **_judged(case)}}

    def _judged(case: Case) -> dict[str, Any]:
        return opinions.judges_data(adjudication.judge_said(person.id, case.item), case, study.rubric)

    def show() -> dict[str, Any]:
        queue = adjudication.queue(person.id)
        waiting = [code for code in queue if code not in later] or queue
        item = _item(adjudication.case(person.id, waiting[0])) if waiting else None
        told = {"progress": f"{len(queue)} to decide", "words": "Decide", "later": len(queue) > 1, "note": True}
        return {"item": item, "rest": _rest(adjudication, person), **told}

    def _item(case: Case) -> dict[str, Any]:
        data = wire.item_data(DeskItem(case.item, case.passages, 1))
        return data | {"said": opinions.voices_data(case, study.rubric), "asks": list(case.open), "seen": case.seen}

    bench.serve(study, person, hear, show, role="adjudicator")


def _summary(case: Case, person: Person) -> str:
    others = {decision.by for decision in case.decisions.values()} - {person.id}
    return (
        f"{', '.join(sorted(others))} had decided it meanwhile." if others else "Decided: this is the gold rating now."
    )


def _rest(adjudication: Adjudication, person: Person) -> tuple[str, str]:
    count = len(adjudication.queue(person.id, everything=True))
    if not count:
        return "Nothing to decide yet.", "An item comes here once two annotators have rated it and differ."
    return "Nothing is left to decide.", f"{count} items have two ratings or more; none that differ are open."


person = visitor.required("adjudicator")
_bench(Adjudication(database(), visitor.study_of(person)), person)
