"""The page to beat: a record, two buttons with shortcuts, and a count, in plain Streamlit."""

from __future__ import annotations

import streamlit as st

at = st.session_state.setdefault("at", 0)
st.text(f"record {at}")
st.text("A document.\n" * 20)


def _rate() -> None:
    st.session_state["at"] += 1


st.button("supported", shortcut="1", on_click=_rate)
st.button("unsupported", shortcut="2", on_click=_rate)
