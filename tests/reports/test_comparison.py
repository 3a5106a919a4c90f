import re

import pytest

from judge.calibration.compare import Mixing, compare
from judge.reports.comparison_html import render_html
from judge.reports.comparison_markdown import render_markdown
from judge.settings import CalibrationTable

HOSTILE = "</script><img src=x onerror=alert(1)>"
LIMITS = CalibrationTable()


@pytest.fixture
def compared(db, rubric, stored):
    """Two judges of 160 rated items; the second errs on a fifth of them."""

    def make(first="small", second="large", mixing=None):
        truths = ["rude" if n % 3 else "polite" for n in range(160)]
        others = ["polite" if n % 5 == 0 else truth for n, truth in enumerate(truths)]
        for model, said in ((first, others), (second, truths)):
            rows = [(f"r{n:03}", said[n], {"ann": truths[n]}) for n in range(160)]
            stored(rubric, rows, model=model)
        return compare(db, [first, second], LIMITS, mixing=mixing)

    return make


def test_nothing_foreign_is_markup(compared):
    """A judge's name that holds markup stands on page and Markdown as text, and the page forbids every script."""
    found = compared(first=HOSTILE)
    page = render_html(found)
    assert HOSTILE not in page
    assert "&lt;/script&gt;&lt;img" in page
    assert "<script" not in page
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    assert policy.startswith("default-src 'none'; style-src 'sha256-".replace("'", "&#39;"))
    assert "script-src" not in policy
    assert "<img" not in render_markdown(found)


def test_both_say_the_same(compared):
    """Page and Markdown begin with the two sentences, and hold the difference and every target."""
    found = compared(mixing=Mixing(0.85, rating_price=0.5, prices={"small": 0.1, "large": 4}))
    page, text = render_html(found), render_markdown(found)
    for shown in ("large gives people", "small and large is shown to keep 85", "people alone", "difference, paired"):
        assert shown in page.replace("<i>", "").replace("</i>", "").replace("\N{NARROW NO-BREAK SPACE}", " ")
        assert shown in text
    assert page.count('<g class="mixture">') >= 1
    assert "US dollars a thousand items" in page


def test_what_is_not_known_is_not_drawn(db, rubric, stored):
    """Without ratings there is no picture of cost and quality, and the page says what to rate."""
    for model in ("small", "large"):
        stored(rubric, [(f"r{n}", "rude", {}) for n in range(20)], model=model)
    page = render_html(compare(db, ["small", "large"], LIMITS))
    assert "<figcaption>Agreement with people" not in page
    assert "Next: rate" in page
