"""The pages of the labelling app, those only that the visitor may open."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
import visitor

# Icons by name or emoji would be fetched from another server, which the content security policy stops.
HERE = Path(__file__).parent
st.set_page_config(page_title="Evenhand", page_icon=str(HERE / "icon.png"), layout="wide")
st.html(HERE / "frame.css")

# The folder is not called "pages": Streamlit would run what lies there without asking this script first.
SIGN_IN = st.Page("views/sign_in.py", title="Sign in", url_path="sign-in")
FOR_ROLE = {
    "annotator": [
        st.Page("views/rate.py", title="Rate", default=True),
        st.Page("views/my_work.py", title="My work", url_path="my-work"),
        st.Page("views/training.py", title="Training", url_path="training"),
    ],
    "adjudicator": [st.Page("views/adjudicate.py", title="Adjudicate", url_path="adjudicate")],
    "owner": [
        st.Page("views/study.py", title="Study", url_path="study"),
        st.Page("views/agreement.py", title="Agreement", url_path="agreement"),
        st.Page("views/monitoring.py", title="Monitoring", url_path="monitoring"),
    ],
}


def _first() -> None:
    """Where whoever does not rate arrives: a default page has no address of its own, and every page here has one."""
    st.switch_page(pages[0])


person = visitor.current()
if person is None:
    st.navigation([SIGN_IN], position="hidden").run()
else:
    pages = [page for role, some in FOR_ROLE.items() if role in person.roles for page in some]
    account = st.Page("views/sign_in.py", title=person.name, url_path="account")
    pages.append(account)
    arrival = [] if "annotator" in person.roles else [st.Page(_first, default=True, visibility="hidden")]
    st.navigation([*pages, *arrival], position="top").run()
