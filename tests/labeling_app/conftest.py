"""What the app's tests share: studies on a fake house, the real server over them, and headless Chromium."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from judge.shipped import folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fake_house import FakeDesk
    from playwright.sync_api import Browser, BrowserContext, Page

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(folder("labeling_app"))]

from app_world import CHROMIUM, FLAGS, RUBRIC, Server, make_item, write_study  # noqa: E402 - found only now


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fake house's folder."""
    return tmp_path_factory.mktemp("house")


@pytest.fixture(scope="session")
def server(root: Path) -> Iterator[Server]:
    """One server for all tests that do not kill it."""
    one = Server(root)
    one.start()
    yield one
    one.kill()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, to be killed; its house is the test's folder."""
    one = Server(tmp_path)
    one.start()
    yield one
    one.kill()


@pytest.fixture
def study(root: Path, request: pytest.FixtureRequest) -> Callable[..., FakeDesk]:
    """Makes the test's study: items, or how many plain ones, and a rubric."""

    def make(items: list[dict[str, Any]] | int, rubric: dict[str, Any] = RUBRIC) -> FakeDesk:
        some = [make_item(f"i{n}", f"Response number {n}.") for n in range(items)] if isinstance(items, int) else items
        name = "".join(letter for letter in request.node.name if letter.isalnum())[:40]
        return write_study(root, name, some, rubric)

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
