"""Monitoring: what the watches of this database have seen, for owners; records stand in the board's file only."""

from __future__ import annotations

import board_sheet
import desk_component
import sheets
import streamlit as st
import visitor

from judge.errors import NotFoundError
from judge.labeling.opening import database
from judge.monitoring.boarding import board_of
from judge.reports.board_html import render_board
from judge.store import watches

visitor.required("owner")
names = watches.names(database())
if not names:
    nothing = sheets.message(
        "Nothing is watched yet.", "judge watch CONFIG.yaml takes new records in and watches them."
    )
    desk_component.mount_sheet("monitoring", [nothing])
    st.stop()
name = names[0] if len(names) == 1 else st.sidebar.selectbox("Watch", names)
try:
    board = board_of(database(), name, visitor.now())
except NotFoundError as error:
    desk_component.mount_sheet("monitoring", [sheets.message("Nothing to show yet.", f"{error.message}: {error.hint}")])
    st.stop()
desk_component.mount_sheet(f"monitoring/{name}", board_sheet.board_blocks(board))
st.download_button(
    "The whole board as a page", render_board(board), f"{name}.html", mime="text/html", on_click="ignore"
)
