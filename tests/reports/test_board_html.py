"""The board as a page."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from boards import RATES, make_board
from judge.reports.board_html import headline, render_board
from judge.reports.timeline import FULL, across, dates, timeline

CHROMIUM = Path("/usr/bin/chromium")
HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}"


class Tags(HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """One more."""
        self.found.append((tag, dict(attrs)))


def test_nothing_that_a_record_says_is_markup():
    """Planted markup and template code in every text are shown as they are."""
    page = render_board(make_board(HOSTILE))
    tags = Tags(page).found
    assert not [
        tag for tag, attrs in tags if tag in {"script", "img", "iframe"} or any(a.startswith("on") for a in attrs)
    ]
    assert "{{ 7*7 }}" in page
    assert "49" not in re.sub(r"[\d.]{3,}", "", page.partition("<main")[2])


def test_nothing_is_fetched():
    """The page forbids every request, and has no address to send one to."""
    page = render_board(make_board())
    tags = Tags(page).found
    (policy,) = (a["content"] for t, a in tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    addresses = [value for _, attrs in tags for name, value in attrs.items() if name in {"href", "src", "xlink:href"}]
    assert all(address.startswith("#") for address in addresses)
    assert not [tag for tag, attrs in tags if "style" in attrs]


def test_every_figure_can_be_read_without_seeing():
    """Each point of a series says its date, figure, interval, and the judge's own figure."""
    page = render_board(make_board())
    for rate in RATES:
        assert f"{100 * rate:.1f} % [" in page
    assert "judge alone 10.5 %" in page


def test_uncalibrated_is_said():
    """A series without ratings is called uncalibrated, with the reason, and has no band."""
    board = make_board()
    page = render_board(board)
    assert "<b>uncalibrated</b>: nobody has rated" in page
    assert timeline(board.panels[1], board).band == ()


def test_points_lie_where_they_belong():
    """A point stands in the middle of its window, and as far up as its value lies on the axis."""
    board = make_board()
    drawn = timeline(board.panels[0], board)
    x, y, _, _ = drawn.dots[0]
    assert x == pytest.approx(FULL / 16, abs=0.01)
    assert y == pytest.approx(FULL * (1 - drawn.axis.place(RATES[0])), abs=0.01)
    assert [newest for *_, newest in drawn.dots] == [False] * 7 + [True]


def test_a_gap_is_not_drawn_over():
    """Where a window is missing, the line is broken."""
    board = make_board()
    assert len(timeline(board.panels[1], board).line) == 2
    assert len(timeline(board.panels[0], board).line) == 1


def test_dates_lie_within_the_axis():
    """The time axis has a few whole days, none beyond its ends."""
    board = make_board()
    found = dates(board)
    assert 2 <= len(found) <= 8
    assert all(0 <= x < FULL for x, _ in found)
    assert across(board.end, board) == FULL


def test_the_headline_is_the_gravest_open_alert():
    """The first sentence is what matters most; with nothing open it is the figures."""
    board = make_board()
    assert headline(board) == board.alerts[0].title
    assert headline(replace(board, alerts=board.alerts[1:])) == "No alert is open. unsupported: 9.1 % [7.1 %, 11.7 %]."


@pytest.mark.browser
def test_it_is_drawn_without_a_network(tmp_path):
    """Chromium draws the page with nothing planted executed and nothing asked for."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no Chromium at {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    path = tmp_path / "board.html"
    path.write_text(render_board(make_board(HOSTILE)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 390, "height": 800})
        asked, said = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto(path.as_uri())
        wide = page.evaluate("document.documentElement.scrollWidth")
        bands = page.evaluate("document.querySelectorAll('polygon.band').length")
        browser.close()
    assert (json.dumps(said), asked, wide, bands) == ("[]", [path.as_uri()], 390, 1)
