"""Hostile texts, and a watch over what a page does with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from app_world import Server
    from playwright.sync_api import Page

HOSTILE_MARKUP = (
    "![x]({trap}/m.png) <img src={trap}/i onerror=alert(1)> <script>alert(2)</script> [l](javascript:alert(3)) "
    "$x^2$ :red[red] :material/home:"
)
"""One line that would be fetched, run or drawn by whatever reads HTML, Markdown or Streamlit's own marks."""

_EARS = "window.ran = []; for (const f of ['alert', 'confirm', 'prompt']) window[f] = (x) => ran.push(x)"


def is_harmless(page: Page, server: Server, hits: list[str]) -> Callable[[], None]:
    """Watch a page from before it is loaded; what is given back asserts that nothing ran and nothing was fetched."""
    asked: list[str] = []
    page.add_init_script(_EARS)
    page.on("request", lambda request: asked.append(request.url))

    def check() -> None:
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.ran") == []
        assert hits == []
        assert [url for url in asked if not url.startswith((server.url, "blob:", "data:"))] == []
        assert page.locator("[data-desk] :is(script, img, iframe, svg, a, link, style)").count() == 0
        assert page.locator("main :is(script, iframe, a[href^=javascript], img[src*='127.0.0.1'])").count() == 0

    return check
