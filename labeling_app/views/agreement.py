"""Agreement: how alike the annotators of a study rate; for its owner, and never for somebody who rates in it now."""

from __future__ import annotations

import agreement_sheet
import desk_component
import sheets
import visitor

from judge.errors import UsageError
from judge.labeling import studies
from judge.labeling.agreement import read_agreement
from judge.labeling.opening import database
from judge.labeling.status import read_status

person = visitor.required("owner")
study = studies.find(database(), visitor.study_of(person))
try:
    found = read_agreement(database(), study, person=person.id)
except UsageError as error:
    blocks = [sheets.message("Not while you rate yourself.", f"{error.message}. {error.hint}.")]
else:
    blocks = [sheets.heading(f"Agreement in study {study.name}")]
    blocks += [agreement_sheet.progress_block(read_status(database(), study, visitor.now()))]
    if not any(each.items for each in found.values()):
        blocks.append(
            sheets.message("Nothing is rated yet.", "Agreement is shown from the second rating of an item on.")
        )
        found = {}
    for name, each in found.items():
        blocks += agreement_sheet.criterion_blocks(each, study.rubric.criterion(name))
desk_component.mount_sheet(f"agreement/{study.name}", blocks)
