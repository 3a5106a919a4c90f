"""Owning: what an owner does with a study; the page asks for the role anew before any of it runs."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st
import visitor

from judge import exporting
from judge.errors import EvenhandError
from judge.labeling import incoming, leases, links, people, studies
from judge.labeling.label_studio import LabelStudioMap, is_label_studio, read_label_studio
from judge.labeling.opening import database
from judge.labeling.people import Role
from judge.labeling.rating_rows import read_rating_file
from judge.labeling.study import State
from judge.rows import write_rows
from judge.store import datasets
from judge.store.datasets import Dataset

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from judge.labeling.desk import Person
    from judge.labeling.leases import Lease
    from judge.labeling.study import Study

_NOTICE = "owner_notice"
FORMATS = {"JSONL": "jsonl", "CSV": "csv", "Parquet": "parquet"}
WORDS = {State.PAUSED: "Pause", State.OPEN: "Reopen", State.CLOSED: "Close"}
NEXT = {
    State.OPEN: (State.PAUSED, State.CLOSED),
    State.PAUSED: (State.OPEN, State.CLOSED),
    State.CLOSED: (State.OPEN,),
}


def done(text: str, secret: str = "") -> None:
    """Show the page anew, with what was done on top."""
    st.session_state[_NOTICE] = (text, secret)
    st.rerun()


def notice() -> None:
    """What was done last, once; a link is shown only now."""
    text, secret = st.session_state.pop(_NOTICE, ("", ""))
    # The place is kept while it is empty, so that what is open below stays open.
    with st.container():
        if text:
            with st.container(border=True):
                st.text(text)
                if secret:
                    st.code(secret, language=None, wrap_lines=True)


def refused(error: EvenhandError, **names: str) -> None:
    """Why something was not done, as plain text: it may quote a file or a name."""
    lines = [f"{error.where}: {error.message}" if error.where else error.message, *([error.hint] if error.hint else [])]
    text = "\n".join(lines)
    for found, shown in names.items():
        text = text.replace(found, shown)
    with st.container(border=True):
        st.text("This was not done.")
        st.text(text)


def state(study: Study, person: Person) -> None:
    """Pause, reopen, close."""
    with st.container(horizontal=True):
        for wanted in NEXT[study.state]:
            if st.button(WORDS[wanted], key=f"state/{wanted}"):
                studies.set_state(database(), study, wanted, who=person.id)
                done(f"Study {study.name} is {wanted}.")


def give_back(study: Study, person: Person, held: Sequence[Lease]) -> None:
    """End the leases of somebody who has left."""
    names = sorted({lease.annotator for lease in held if lease.expires > visitor.now()})
    if not names:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Who has left", names, width=280)
        if st.button("Give back what they hold"):
            count = leases.give_back(database(), study, name, visitor.now(), owner=person.id)
            done(f"{count} items that {name} held go to whoever asks next.")


def let_in(study: Study) -> None:
    """Somebody new, with a link; or somebody known, who takes part, gets another link, or leaves."""
    with st.expander("People", key="people"):
        with st.form("somebody new", clear_on_submit=True, border=False):
            name = st.text_input("Name of somebody new", max_chars=60)
            roles = st.multiselect("May", [str(role) for role in Role], default=[str(Role.ANNOTATOR)])
            if st.form_submit_button("Let in"):
                _let_in(study, name.strip(), roles)
        known = [person.id for person in people.listing(database())]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox("Somebody known", known, width=280)
            if st.button("Takes part"):
                people.assign(database(), study, chosen)
                done(f"{chosen} takes part in study {study.name}.")
            if st.button("Takes part no more"):
                people.dismiss(database(), study, chosen)
                done(f"{chosen} takes part in study {study.name} no more. What they rated stays.")
            if st.button("New link"):
                done(f"This link signs {chosen} in once. It is shown only now.", _link(chosen))


def _let_in(study: Study, name: str, roles: Sequence[str]) -> None:
    if name in {person.id for person in people.listing(database())}:
        refused(EvenhandError(f"there is {name} already", hint="choose them below, or write another name"))
        return
    try:
        people.add(database(), name, roles=[Role(role) for role in roles])
    except EvenhandError as error:
        refused(error)
        return
    people.assign(database(), study, name)
    done(f"This link signs {name} in once. It is shown only now.", _link(name))


def _link(name: str) -> str:
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}/enter/{links.invite(database(), name, visitor.now())}"


def export(study: Study, person: Person) -> None:
    """The ratings as a file."""
    with st.expander("Ratings as a file", key="export"):
        st.text("Each with its rubric's hash and the probability that its record was drawn with.")
        with st.container(horizontal=True):
            for label, format_ in FORMATS.items():
                file = f"{study.name}.{format_}"
                st.download_button(label, _exporter(study, person, format_), file, on_click="ignore")


def _exporter(study: Study, person: Person, format_: str) -> Callable[[], bytes]:
    def data() -> bytes:
        with database().read() as connection:
            people.require(connection, person.id, Role.OWNER)
        rows = exporting.rating_rows(
            database(),
            Dataset(study.dataset_id, study.dataset),
            {study.rubric.hash: study.rubric},
            study=study.name,
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"ratings.{format_}"
            write_rows(rows, exporting.RATING_COLUMNS, format_=format_, output=path)
            return path.read_bytes()

    return data


def import_(study: Study) -> None:
    """Ratings from a file: exported before, or annotated in Label Studio."""
    with st.expander("Ratings from a file", key="import"), st.form("import", border=False):
        st.text(
            "What was exported before (JSONL, CSV, Parquet), or Label Studio's JSON. All of a file or nothing of it."
        )
        file = st.file_uploader("File", type=["jsonl", "csv", "tsv", "parquet", "json"])
        field = st.text_input("Label Studio: where a task names the record", placeholder="record_id or id")
        controls = st.text_input(
            "Label Studio: control=criterion, where they differ", placeholder="sentiment=supported"
        )
        choices = st.text_input("Label Studio: choice=value, where they differ", placeholder="Fine=supported")
        if st.form_submit_button("Import") and file is not None:
            with tempfile.TemporaryDirectory() as folder:
                path = str(Path(folder) / f"ratings{Path(file.name).suffix.lower()}")
                Path(path).write_bytes(file.getvalue())
                try:
                    read, new = _import(study, path, field, controls, choices)
                except EvenhandError as error:
                    refused(error, **{path: file.name})
                    return
            done(f"{read:,} ratings read, {new:,} new.")


def _import(study: Study, path: str, field: str, controls: str, choices: str) -> tuple[int, int]:
    dataset = datasets.find(database(), study.dataset)
    if is_label_studio(path):
        names = LabelStudioMap(study.rubric, field.strip(), _pairs(controls), _pairs(choices))
        found = read_label_studio(database(), dataset, path, names)
    else:
        found = read_rating_file(database(), path, study.rubric)
    return len(found), incoming.store(database(), dataset, found, study=study)


def _pairs(text: str) -> dict[str, str]:
    """``a=b, c=d`` as a mapping."""
    parts = (part.partition("=") for part in text.split(",") if "=" in part)
    return {name.strip(): value.strip() for name, _, value in parts}
