"""The visitor: who is signed in, asked anew at every run and every action."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from judge.labeling.opening import front_desk

if TYPE_CHECKING:
    from judge.labeling.desk import Person

COOKIE = "evenhand_session"
_CHOSEN = "chosen_study"


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def current() -> Person | None:
    """Who is signed in: by the session's cookie, else by the identity provider; None where nobody is."""
    secret = st.context.cookies.get(COOKIE)
    person = front_desk().who(secret, now()) if secret else None
    if person is None and has_proven_address():
        person = front_desk().who_has_email(str(st.user.get("email")), now())
    return person


def came_by_link() -> bool:
    """Whether this browser has a session of ours, and not only the identity provider's."""
    return COOKIE in st.context.cookies


def has_proven_address() -> bool:
    """Whether the identity provider vouches for the visitor's address; one that says nothing of it does not."""
    return bool(st.user.get("is_logged_in")) and st.user.get("email_verified") is True


def stranger() -> str:
    """Why somebody whom the identity provider has let in is nobody here; empty where it has let nobody in."""
    if not st.user.get("is_logged_in"):
        return ""
    email = st.user.get("email")
    if not has_proven_address():
        return f"Your organisation has not confirmed the address {email}, so that nobody can be let in by it."
    return f"{email} is not registered here. Ask the study's owner to add you with this address."


def required(role: str) -> Person:
    """Who is signed in and has the role; anybody else sees why not, and the page ends."""
    person = current()
    if person is None:
        st.info("Please sign in first.")
        st.stop()
    if role not in person.roles:
        st.warning("This page is not for your role in the study.")
        st.stop()
    return person


def choose(study: str) -> None:
    """Have every page show a study from now on, where the visitor takes part in it."""
    st.session_state[_CHOSEN] = study


def study_of(person: Person) -> str:
    """The study the visitor is in: the only one, or the one chosen in the sidebar or the address; else the newest."""
    if not person.studies:
        st.info("You take part in no study yet.")
        st.stop()
    if len(person.studies) == 1:
        return person.studies[0]
    # Each page has a widget of its own: what was chosen on one is remembered for the others.
    wanted = st.session_state.get(_CHOSEN, st.query_params.get("study"))
    place = person.studies.index(wanted) if wanted in person.studies else len(person.studies) - 1
    chosen: str = st.sidebar.selectbox("Study", person.studies, index=place)
    st.session_state[_CHOSEN] = chosen
    return chosen
