"""Rate: the rating desk."""

from __future__ import annotations

import logging
from typing import Any

import desk_component
import streamlit as st
import visitor

from judge.errors import EvenhandError
from judge.labeling import wire
from judge.labeling.desk import LOOKAHEAD, Ack, Desk
from judge.labeling.opening import front_desk
from judge.labeling.outbox import handle_outbox

OPEN = "open_item"


def _acks(study: str, sent: dict[str, Any], desk: Desk, annotator: str) -> tuple[Ack, ...]:
    # What this session has acknowledged already is said again without asking the database; it is a memory, no record.
    memory = f"acks/{study}/{annotator}"
    known: dict[str, Ack] = st.session_state.get(memory, {})
    result = handle_outbox(sent.get("entries"), desk, annotator, visitor.now(), known=known)
    st.session_state[memory] = {ack.key: ack for ack in result.acks}
    return result.acks


def _opened(desk: Desk, annotator: str) -> dict[str, Any] | None:
    wanted = st.session_state.get(OPEN)
    item = desk.reopen(annotator, wanted["item"]) if wanted else None
    return None if item is None or wanted is None else {"nonce": wanted["nonce"], "item": wire.item_data(item)}


def _answer(study: str, sent: dict[str, Any], annotator: str) -> dict[str, Any]:
    desk = front_desk().desk(study)
    acks = _acks(study, sent, desk, annotator)
    items = desk.lease(annotator, LOOKAHEAD, visitor.now())
    have = sent.get("have")
    return {
        **wire.rubric_data(desk.rubric),
        **wire.queue_data(items, set(have) if isinstance(have, list) else ()),
        "acks": wire.ack_data(acks),
        "progress": wire.progress_data(desk.progress(annotator, visitor.now())),
        "lease_seconds": desk.lease_seconds,
        "open": _opened(desk, annotator),
    }


@st.fragment
def _desk(study: str, annotator: str) -> None:
    key = f"desk/{study}/{annotator}"
    sent = desk_component.sent(key)
    data: dict[str, Any] = {"study": study, "annotator": annotator, "beat": sent.get("beat", 0)}
    person = visitor.current()
    if person is None or person.id != annotator or "annotator" not in person.roles:
        data["problem"] = "signed out"
    else:
        try:
            data |= _answer(study, sent, annotator)
        except EvenhandError:
            # The browser keeps what it has and sends it again; the owner reads the reason here.
            logging.getLogger(__name__).exception("The desk of %s could not answer", study)
            data["problem"] = "busy"
    desk_component.mount(key, data)


visitor_now = visitor.required("annotator")
_desk(visitor.study_of(visitor_now), visitor_now.id)
