"""New study: the form that draws one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import owning
import streamlit as st
import visitor

from judge.errors import EvenhandError, UsageError
from judge.labeling import studies
from judge.labeling.opening import database
from judge.labeling.study import Design, Plan
from judge.rubric.load import load_rubric, parse_rubric, shipped_rubrics
from judge.store import datasets, runs

if TYPE_CHECKING:
    from judge.store.runs import Run

DESIGNS = {
    Design.UNIFORM: "uniform: every record alike",
    Design.STRATIFIED: "stratified: enough of each of the judge's scores",
    Design.UNCERTAINTY: "uncertainty: likelier where the judge was unsure",
    Design.DISAGREEMENT: "disagreement: half of them where two runs differ",
    Design.CONTESTED: "contested: half of them where the judge's second look differs",
}


def form(*, first: bool) -> None:
    """Draw a new study, or the first one."""
    known = datasets.listing(database())
    with st.expander("New study", expanded=first, key="new"):
        if not known:
            st.text("There are no records yet: judge import answers.jsonl --dataset shop")
            return
        with st.form("new study", border=False):
            name = st.text_input("Name", max_chars=60)
            counts = dict(known)
            dataset = st.selectbox("Records", list(counts), format_func=lambda each: f"{each} ({counts[each]:,})")
            rubric = st.selectbox("Rubric", shipped_rubrics())
            own = st.file_uploader("or a rubric of your own", type=["yaml", "yml"])
            design = st.selectbox("Which records", list(Design), format_func=lambda each: DESIGNS[each])
            left, right = st.columns(2)
            n = left.number_input("How many", min_value=1, value=min(200, max(counts.values())))
            raters = right.number_input("Raters each", min_value=1, max_value=20, value=2)
            overlap = left.number_input("Share rated by so many, the rest by one", 0.0, 1.0, 1.0, 0.05)
            repeats = right.number_input("Share shown to a person twice", 0.0, 1.0, 0.05, 0.05)
            gold = left.number_input("Gold records for training, as a share", 0.0, 1.0, 0.0, 0.05)
            half_width = right.number_input("Half the interval's width you want", 0.001, 1.0, 0.05, 0.01)
            if st.form_submit_button("Draw the records"):
                try:
                    plan = Plan(
                        name=name.strip(),
                        n=int(n),
                        raters=int(raters),
                        overlap=overlap,
                        repeats=repeats,
                        gold=gold,
                        half_width=half_width,
                        design=design,
                    )
                    _draw(plan, dataset, rubric, None if own is None else own.getvalue())
                except EvenhandError as error:
                    owning.refused(error)
                    return
                visitor.choose(plan.name)
                owning.done(f"Study {plan.name} is drawn. Let annotators in under People.")


def _draw(plan: Plan, dataset: str, rubric: str, own: bytes | None) -> None:
    loaded = load_rubric(rubric) if own is None else parse_rubric(own, "your rubric")
    studies.create(database(), plan, loaded, datasets.find(database(), dataset), runs=_runs(plan, dataset))


def _runs(plan: Plan, dataset: str) -> list[Run]:
    """The newest runs over the records, as many as the design goes by."""
    wanted = {Design.UNIFORM: 0, Design.DISAGREEMENT: 2}.get(plan.design, 1)
    judged = [run for run in runs.listing(database()) if run.dataset == dataset and run.fingerprints]
    if len(judged) < wanted:
        raise UsageError(
            f"a draw by {plan.design} goes by {wanted} judged runs, and there are {len(judged)} of {dataset}",
            hint="choose uniform, or judge the records first: judge run",
        )
    return judged[:wanted]
