"""Rating: the server's side of the desk, run anew for every message of the browser."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any

import desk_component
import streamlit as st
import visitor

from judge.errors import EvenhandError
from judge.labeling import wire
from judge.labeling.desk import LOOKAHEAD, Ack, Desk
from judge.labeling.opening import front_desk
from judge.labeling.outbox import handle_outbox

if TYPE_CHECKING:
    from collections.abc import Callable

_OPEN = "open_item"


@st.fragment
def desk(study: str, annotator: str) -> None:
    """The rating desk."""
    _serve(study, annotator, _rate)


@st.fragment
def courier(study: str, annotator: str) -> None:
    """Nothing to see: it saves what the desk had not got through when the page was changed."""
    _serve(study, annotator, _carry, courier=True)


def open_at_desk(item: str) -> None:
    """Have the desk show an item that was rated before.

    The name carries no authority: the study's desk looks up whether this annotator has rated it.
    """
    st.session_state[_OPEN] = {"item": item, "nonce": secrets.token_hex(8)}


def _serve(
    study: str, annotator: str, answer: Callable[[Desk, dict[str, Any], str], dict[str, Any]], **extra: bool
) -> None:
    key = f"{answer.__name__}/{study}/{annotator}"
    sent = desk_component.sent(key)
    data: dict[str, Any] = {"study": study, "annotator": annotator, "beat": sent.get("beat", 0), **extra}
    person = visitor.current()
    if person is None or person.id != annotator or "annotator" not in person.roles:
        data["problem"] = "signed out"
    else:
        try:
            place = front_desk().desk(study)
            data["acks"] = wire.ack_data(_acks(sent, place, annotator))
            data |= answer(place, sent, annotator)
        except EvenhandError:
            # The browser keeps what it has and sends it again; the owner reads the reason here.
            logging.getLogger(__name__).exception("The desk of %s could not answer", study)
            data["problem"] = "busy"
    desk_component.mount(key, data)


def _acks(sent: dict[str, Any], place: Desk, annotator: str) -> tuple[Ack, ...]:
    # What this session has acknowledged already is said again without asking the database; it is a memory, no record.
    memory = f"acks/{place.study}/{annotator}"
    known: dict[str, Ack] = st.session_state.get(memory, {})
    result = handle_outbox(sent.get("entries"), place, annotator, visitor.now(), known=known)
    st.session_state[memory] = {ack.key: ack for ack in result.acks}
    return result.acks


def _carry(_place: Desk, _sent: dict[str, Any], _annotator: str) -> dict[str, Any]:
    return {}


def _rate(place: Desk, sent: dict[str, Any], annotator: str) -> dict[str, Any]:
    items = place.lease(annotator, LOOKAHEAD, visitor.now())
    have = sent.get("have")
    return {
        **wire.rubric_data(place.rubric),
        **wire.queue_data(items, set(have) if isinstance(have, list) else ()),
        "progress": wire.progress_data(place.progress(annotator, visitor.now())),
        "lease_seconds": place.lease_seconds,
        "open": _opened(place, sent, annotator),
    }


def _opened(place: Desk, sent: dict[str, Any], annotator: str) -> dict[str, Any] | None:
    wanted = st.session_state.get(_OPEN)
    if wanted is None or wanted["nonce"] == sent.get("opened"):
        st.session_state.pop(_OPEN, None)
        return None
    item = place.reopen(annotator, wanted["item"])
    return None if item is None else {"nonce": wanted["nonce"], "item": wire.item_data(item)}
