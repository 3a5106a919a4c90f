"""The server's entry: the pages, the routes beside them, and the headers of every answer."""

from __future__ import annotations

from pathlib import Path

from entrance import MIDDLEWARE, ROUTES
from streamlit.starlette import App

app = App(Path(__file__).parent / "main.py", middleware=MIDDLEWARE, routes=ROUTES)
