"""Sign in: by the link you were given, or through your organisation."""

from __future__ import annotations

import entrance
import streamlit as st
import visitor

person = visitor.current()
st.header("Sign in" if person is None else "Signed in", anchor=False)
if person is None:
    st.write("Open the link you were given for this study. It works once, and this browser stays signed in.")
    if entrance.has_identity_provider():
        st.button("Sign in with your organisation", on_click=st.login, type="primary")
else:
    st.text(f"You are signed in as {person.name}.")
    st.link_button("Sign out", entrance.LEAVE)
