"""Sign in: by the link you were given, or through your organisation."""

from __future__ import annotations

import entrance
import streamlit as st
import visitor

person = visitor.current()
stranger = visitor.stranger() if person is None else ""
st.header("Sign in" if person is None else "Signed in", anchor=False)
if person is not None:
    st.text(f"You are signed in as {person.name}.")
    if visitor.came_by_link():
        st.link_button("Sign out", entrance.LEAVE)
    else:
        st.button("Sign out", on_click=st.logout)
elif stranger:
    st.text(stranger)
    st.button("Sign in as somebody else", on_click=st.logout, type="primary")
else:
    st.write("Open the link you were given for this study. It works once, and this browser stays signed in.")
    if entrance.has_identity_provider():
        st.button("Sign in with your organisation", on_click=st.login, type="primary")
