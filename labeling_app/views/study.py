"""Study: how far it is, who takes part, and what its owner does with it; every action asks for the role anew."""

from __future__ import annotations

import desk_component
import new_study
import owning
import streamlit as st
import study_sheet
import visitor

from judge.labeling import leases, studies
from judge.labeling.opening import database
from judge.labeling.status import read_status

person = visitor.required("owner")
if not person.studies:
    st.header("Draw a first study", anchor=False)
    new_study.form(first=True)
    st.stop()
db, now = database(), visitor.now()
study = studies.find(db, visitor.study_of(person))
held = leases.listing(db, study)
owning.notice()
desk_component.mount_sheet(
    f"study/{study.name}", study_sheet.study_blocks(study, read_status(db, study, now), held, now)
)
owning.state(study, person)
owning.give_back(study, person, held)
owning.let_in(study)
owning.export(study, person)
owning.import_(study)
new_study.form(first=False)
