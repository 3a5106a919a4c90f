"""Desk, bench and sheet as Streamlit components: html, css and js stand in files, data comes from the server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import streamlit as st

_FOLDER = Path(__file__).parent / "components" / "desk"
_TEXTS = ("text", "outbox", "keys", "form", "evidence", "search", "cards")


def _read(name: str) -> str:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    # A page names the parts it shares with others: <!-- texts.html -->
    return re.sub(r"<!-- (\w+\.html) -->", lambda part: _read(part[1]), text)


def _component(name: str, styles: tuple[str, ...], scripts: tuple[str, ...]) -> Any:
    return st.components.v2.component(
        f"evenhand_{name}",
        html=_read(f"{name}.html"),
        css="\n".join(_read(f"{style}.css") for style in styles),
        js="\n".join(_read(f"{script}.js") for script in scripts),
    )


_desk = _component("desk", ("desk",), (*_TEXTS, "desk"))
_bench = _component("bench", ("desk", "bench"), (*_TEXTS, "opinions", "bench"))
_sheet = _component("sheet", ("sheet",), ("text", "form", "evidence", "cards", "sheet"))


def sent(key: str, name: str = "outbox") -> dict[str, Any]:
    """What the browser has sent to the component of that key, before it is mounted in this run; empty where nothing."""
    state = st.session_state.get(key)
    found = state.get(name) if state is not None and hasattr(state, "get") else None
    return found if isinstance(found, dict) else {}


def mount(key: str, data: dict[str, Any]) -> None:
    """Show the desk, on which one item follows the other at once."""
    _desk(key=key, data=data, on_outbox_change=_nothing)


def mount_bench(key: str, data: dict[str, Any]) -> None:
    """Show the bench, on which an answer is followed by what others said."""
    _bench(key=key, data=data, on_asked_change=_nothing)


def mount_sheet(key: str, blocks: list[dict[str, Any]]) -> None:
    """Show figures and tables as `sheets` makes them."""
    _sheet(key=key, data={"blocks": blocks})


def _nothing() -> None:
    """The script reads what was sent itself, also in the first run after a reconnection, which calls no callback."""
