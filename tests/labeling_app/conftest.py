"""What the app's tests share: a house on a real database, the server over it, and headless Chromium."""

from __future__ import annotations

import http.server
import importlib.util
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from judge.shipped import folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app_house import HouseStudy
    from playwright.sync_api import Browser, BrowserContext, Page

    from judge.records import Record

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(folder("labeling_app"))]

from app_house import House  # noqa: E402 - found only now
from app_world import CHROMIUM, FLAGS, RUBRIC, Server  # noqa: E402 - as above


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The house of all tests that do not kill its server."""
    one = House(tmp_path_factory.mktemp("house"))
    yield one
    one.close()


@pytest.fixture(scope="session")
def server(house: House) -> Iterator[Server]:
    """One server for all tests that do not kill it."""
    one = Server(house)
    one.start()
    yield one
    one.kill()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, to be killed, over a house of the test's own."""
    one = Server(House(tmp_path))
    one.start()
    yield one
    one.kill()
    one.house.close()


@pytest.fixture
def study(house: House, request: pytest.FixtureRequest) -> Callable[..., HouseStudy]:
    """Makes the test's study: records, or how many plain ones, a rubric, and more of its plan."""

    def make(items: list[Record] | int, rubric: dict[str, Any] = RUBRIC, **plan: Any) -> HouseStudy:
        name = "".join(letter for letter in request.node.name if letter.isalnum())[:30]
        return house.study(name, items, rubric, **plan)

    return make


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    if importlib.util.find_spec("playwright") is None or not CHROMIUM.exists():
        pytest.skip(f"needs playwright and {CHROMIUM} (EVENHAND_CHROMIUM names another place)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield one
        one.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile of the test's own."""
    one = browser.new_context(viewport={"width": 1280, "height": 800})
    yield one
    one.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page in it, that is given time on a machine with nothing left to give."""
    page = context.new_page()
    page.set_default_timeout(150_000)
    return page


@pytest.fixture
def trap() -> Iterator[tuple[str, list[str]]]:
    """A server that writes down who asks it for anything: its address, and the list."""
    hits: list[str] = []

    class Trap(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - as the base class calls them

        def log_message(self, *_args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Trap)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", hits
    server.shutdown()
    server.server_close()
    thread.join()
