"""My work: what you rated, to read again and to correct."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rating
import streamlit as st
import visitor

from judge.labeling.opening import front_desk

if TYPE_CHECKING:
    from judge.labeling.desk import Answer, PastRating

PAGE = 20
OPENING = 120


def _said(answer: Answer) -> str:
    if answer.score is not None:
        return f"{answer.score:g}" if isinstance(answer.score, float) else answer.score
    return str(answer.abstention.reason).replace("_", " ") if answer.abstention else ""


def _seconds(seconds: float) -> str:
    return "under 1 s" if seconds < 1 else f"{seconds:.0f} s"


def _line(past: PastRating, several: bool) -> str:  # noqa: FBT001 - one of two ways to write a line
    answers = past.answers if several and past.answers[0].score is not None else past.answers[:1]
    said = ", ".join(f"{a.criterion}: {_said(a)}" if several else _said(a) for a in answers)
    extras = [f"version {past.version}"] if past.version > 1 else []
    extras += ["flagged"] if past.flagged else []
    return " · ".join([said, _seconds(past.seconds), f"{past.saved:%d %b %H:%M} UTC", *extras])


def _show(past: PastRating, several: bool) -> None:  # noqa: FBT001 - as above
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container():
            # Model output: st.text draws it as plain text.
            st.text(f"{past.opening} …" if len(past.opening) >= OPENING else past.opening or "(no response)")
            st.text(_line(past, several))
            if past.note:
                st.text(f"Note: {past.note}")
        if st.button("Open", key=f"open/{past.item}"):
            rating.open_at_desk(past.item)
            st.switch_page("views/rate.py")


person = visitor.required("annotator")
study = visitor.study_of(person)
rating.courier(study, person.id)
desk = front_desk().desk(study)
progress = desk.progress(person.id, visitor.now())
page = int(st.session_state.get("work_page", 0))
rows = desk.history(person.id, limit=PAGE + 1, offset=page * PAGE)

st.header("My work", anchor=False)
times = sorted(row.seconds for row in rows[:PAGE])
with st.container(horizontal=True):
    st.metric("Rated", progress.done if progress.assigned is None else f"{progress.done} of {progress.assigned}")
    if times:
        st.metric("Usual time", _seconds(times[len(times) // 2]), help="Median of the ratings on this page.")
if not rows:
    st.info("Nothing yet: what you rate appears here, to read again and to correct.")
for row in rows[:PAGE]:
    _show(row, several=len(desk.rubric.criteria) > 1)
with st.container(horizontal=True):
    if page and st.button("Newer"):
        st.session_state["work_page"] = page - 1
        st.rerun()
    if len(rows) > PAGE and st.button("Older"):
        st.session_state["work_page"] = page + 1
        st.rerun()
