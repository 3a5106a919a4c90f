import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from judge.calibration.calibrate import calibrate
from judge.records import Document
from judge.reports.build import build
from judge.reports.calibration_html import render_html
from judge.reports.page import typeset
from judge.scores import Quote, Reason
from judge.settings import CalibrationTable
from making import make_rubric
from rated import rows_of

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
LIMITS = CalibrationTable()


@pytest.fixture(scope="module")
def chromium():
    """Headless Chromium."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no Chromium at {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def trap():
    """A server that nothing may ever ask; gives its address and the list of what was asked."""
    asked = []

    class Trap(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Trap)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


class Opened:
    """A page in Chromium with everything it did that it must not do."""

    def __init__(self, page, path):
        self.page, self.dialogs, self.requests, self.complaints = page, [], [], []
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.goto(path.as_uri(), wait_until="load")


@contextmanager
def opened(chromium, path, **options):
    context = chromium.new_context(**options)
    try:
        yield Opened(context.new_page(), path)
    finally:
        context.close()


def written(tmp_path, text):
    path = tmp_path / "report.html"
    path.write_text(text, encoding="utf-8")
    return path


def page_of(db, run, **options):
    return render_html(build(db, calibrate(db, run, LIMITS, **options), LIMITS))


def hostile(trap):
    return f"</script><img src=//{trap}/i onerror=\"alert(1);fetch('//{trap}/f')\"><script>alert(2)</script>"


def planted(stored, evil):
    """A run with the evil text in every field that holds text."""
    scale = {
        "kind": "binary",
        "values": {"polite": evil, "</script><img src=x onerror=alert(3)>": evil},
        "good": "polite",
    }
    rude = "</script><img src=x onerror=alert(3)>"
    rubric = make_rubric(
        title=evil,
        guidance=evil,
        reads=["question", "documents", "response"],
        criteria=[{"name": "tone", "question": evil, "guidance": evil, "scale": scale}],
        sources=[evil],
    )
    quote = Quote("response", evil, 0, len(evil))
    more = {
        "record": {
            "question": evil,
            "response": evil,
            "documents": (Document(evil, id=evil, title=evil), Document(evil)),
            "segment": evil,
            "model_version": evil,
        },
        "judgement": {"rationale": evil, "evidence": (quote, Quote("response", evil))},
        "rating": {"note": evil, "evidence": (quote, Quote(evil, evil)), "inclusion_probability": 0.5},
    }
    rows = [(f"{evil}{n}", rude if n % 2 else "polite", {evil: rude, "bob": "polite"}, more) for n in range(40)]
    rows += [(f"x{evil}{n}", Reason.UNPARSED, {evil: rude}, more) for n in range(6)]
    rows += [(f"y{n}", rude, {evil: "polite", "bob": "polite", "gold": "polite"}, more) for n in range(6)]
    return stored(rubric, rows, name=evil, model=evil, source=evil)


@pytest.mark.browser
def test_a_planted_script_does_nothing(db, stored, chromium, trap, tmp_path):
    """With `</script><img onerror>` in every text field: no dialog, no request but the file's own, no complaint."""
    address, asked = trap
    run = planted(stored, hostile(address))
    path = written(tmp_path, page_of(db, run, by=("segment", "model_version")))
    with opened(chromium, path) as found:
        for details in found.page.query_selector_all("details"):
            details.evaluate("each => { each.open = true }")
        found.page.locator("select").first.select_option(index=1)
        found.page.locator("input").first.fill("alert")
        found.page.wait_for_load_state("networkidle")
        assert found.page.locator("img").count() == 0
        assert found.page.locator("script").count() == 1
        assert "onerror" in found.page.locator("main").inner_text()
        assert found.dialogs == []
        assert found.requests == [path.as_uri()]
        assert found.complaints == []
    assert asked == []


@pytest.mark.browser
def test_the_trap_would_catch(chromium, trap, tmp_path):
    """The same text as markup does open a dialog and ask the trap: the test above can fail."""
    address, asked = trap
    path = written(tmp_path, f"<!doctype html><script>var a = '{hostile('x')}".replace("//x/", f"http://{address}/"))
    with opened(chromium, path) as found:
        found.page.wait_for_load_state("networkidle")
        assert found.dialogs
        assert asked


@pytest.mark.browser
def test_the_policy_stops_what_escaping_would_not(mixed, chromium, trap, tmp_path):
    """Even a page into which markup has been put runs no script and asks for nothing: the policy forbids it."""
    address, asked = trap
    evil = hostile(address).replace("//", "http://")
    path = written(tmp_path, mixed.replace("<main>", f"<main>{evil}", 1))
    with opened(chromium, path) as found:
        found.page.wait_for_load_state("networkidle")
        assert found.page.locator("main img").count() == 1
        assert found.dialogs == []
        assert any("Content Security Policy" in each for each in found.complaints)
    assert asked == []


@pytest.fixture
def mixed(db, rubric, stored):
    """A page of a judge that errs both ways, with quotes."""
    quote = Quote("response", "R", 0, 1)
    rows = rows_of([("rude", "rude", 20), ("polite", "polite", 20)])
    rows += [
        (f"a{n}", "rude", {"ann": "polite"}, {"judgement": {"rationale": "so there", "evidence": (quote,)}})
        for n in range(3)
    ]
    rows += [(f"b{n}", "polite", {"ann": "rude"}, {"rating": {"note": "not kind"}}) for n in range(2)]
    return page_of(db, stored(rubric, rows))


@pytest.mark.browser
def test_disagreements_can_be_filtered(mixed, chromium, tmp_path):
    """By kind and by words; the count says how many are left, and quotes are highlighted."""
    with opened(chromium, written(tmp_path, mixed)) as found:
        items = found.page.locator("details[data-kind]:visible")
        told = found.page.locator("output")
        assert (items.count(), told.inner_text()) == (5, "5 of 5")
        found.page.locator("select").select_option(label="people rude, judge polite (2)")
        assert (items.count(), told.inner_text()) == (2, "2 of 5")
        found.page.locator("select").select_option(value="")
        found.page.locator("input").fill("SO THERE")
        assert items.count() == 3
        items.first.locator("summary").click()
        assert found.page.locator("mark.judge:visible").all_inner_texts() == ["R"]


@pytest.mark.browser
def test_without_scripts(mixed, chromium, tmp_path):
    """Without JavaScript everything is there; only the filter, which could do nothing, is not shown."""
    with opened(chromium, written(tmp_path, mixed), java_script_enabled=False) as found:
        assert found.page.locator("details[data-kind]:visible").count() == 5
        assert found.page.locator(".filter:visible").count() == 0
        assert found.page.locator("h2:visible").first.inner_text().startswith("On tone, this judge is")


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_window(db, stored, chromium, tmp_path, width):
    """On a phone as on a desk the page does not scroll sideways, even with words that never end."""
    run = planted(stored, "W" * 300)
    path = written(tmp_path, page_of(db, run, by=("segment",)))
    with opened(chromium, path, viewport={"width": width, "height": 800}) as found:
        for details in found.page.query_selector_all("details"):
            details.evaluate("each => { each.open = true }")
        assert found.page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_the_page_holds(mixed):
    """The standing, the figures, agreement, confusion, abstentions, disagreements, provenance, rubric, methods."""
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", mixed))
    for shown in (
        *("How far can judge", "judge alone (raw)", "people alone", "corrected", "Krippendorff", "Who said what"),
        *("abstained on none", "Where judge and people differ", "so there", "not kind", "fingerprint", "sha256"),
        *("Is it polite?", "Methods", "Cochran", "thresholds", "versions"),
    ):
        assert shown in text, shown
    assert "http" not in mixed.replace("http-equiv", "")


def test_nobody_rated(db, rubric, stored):
    """An uncalibrated judge's page says so first, and shows no agreement."""
    made = page_of(db, stored(rubric, rows_of([("rude", None, 5), ("polite", None, 5)])))
    assert 'data-answer="uncalibrated"' in made
    assert "people with one another" not in made
    assert "rate at least" in made or "rate 30 more items" in made.replace("Rate", "rate")


def test_figures_are_set_whole():
    """A per cent sign hangs on its figure by a narrow space, and an interval is never broken."""
    assert typeset("12.3 % [9.8 %, 15.1 %] of 5 %") == ("12.3\u202f% [9.8\u202f%,\u00a015.1\u202f%] of 5\u202f%")
