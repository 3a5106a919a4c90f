"""The rating desk as a Streamlit component: its html, css and js stand in files, its data comes from the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

_FOLDER = Path(__file__).parent / "components" / "desk"
_SCRIPTS = ("text", "outbox", "keys", "form", "evidence", "search", "desk")


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


_mount = st.components.v2.component(
    "evenhand_desk",
    html=_read("desk.html"),
    css=_read("desk.css"),
    js="\n".join(_read(f"{name}.js") for name in _SCRIPTS),
)


def sent(key: str) -> dict[str, Any]:
    """What the browser has sent to the desk of that key, before it is mounted in this run; empty where nothing."""
    state = st.session_state.get(key)
    outbox = state.get("outbox") if state is not None and hasattr(state, "get") else None
    return outbox if isinstance(outbox, dict) else {}


def mount(key: str, data: dict[str, Any]) -> None:
    """Show the desk."""
    _mount(key=key, data=data, on_outbox_change=_nothing)


def _nothing() -> None:
    """The script reads the outbox itself, also in the first run after a reconnection, which calls no callback."""
