"""The real app over the fake house in the folder that EVENHAND_FAKE_HOUSE names."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from streamlit.starlette import App

from judge.labeling.opening import provide
from judge.shipped import folder

APP = folder("labeling_app")
sys.path.insert(0, str(APP))

from entrance import MIDDLEWARE, ROUTES  # noqa: E402 - found only now
from fake_house import FakeFrontDesk  # noqa: E402 - as above

provide(lambda: FakeFrontDesk(Path(os.environ["EVENHAND_FAKE_HOUSE"])))
app = App(APP / "main.py", middleware=MIDDLEWARE, routes=ROUTES)
