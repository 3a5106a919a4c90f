from datetime import UTC, datetime

import pytest
from app_house import make_item
from hostility import HOSTILE_MARKUP, is_harmless
from office import JUDGE_WHY, judge_all, let_in, open_page, phone_width, rate_all

from judge.labeling import people
from judge.labeling.adjudicating import Adjudication
from judge.labeling.desk import Answer, Entry
from judge.labeling.people import Role

pytestmark = pytest.mark.browser
SAID = {"Zebedee": "supported", "Quillon": "unsupported"}


@pytest.fixture
def court(house, study):
    """A study of two items on which two raters differ, which a judge has scored; and the adjudicator's code."""

    def make(response="It is so.", rationale=JUDGE_WHY):
        made = study([make_item(f"r{n:03}", response) for n in range(2)], raters=2)
        for name, score in SAID.items():
            made.seat(name)
            rate_all(made, name, dict.fromkeys(made.codes, score), notes=True)
        judge_all(house, made, dict.fromkeys(made.codes, "supported"), rationale)
        return made, let_in(made, "boss", Role.ADJUDICATOR)

    return make


def decide(page, key="2"):
    """Decide the item on the screen, and wait for what the judge had said of it."""
    item = page.locator("[data-desk][data-painted]").get_attribute("data-painted")
    page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.locator(f"[data-learning='{item}']").wait_for()
    return item


def test_a_decision_becomes_gold_and_only_then_the_judge_is_shown(court, server, page):
    """Raters are letters; nothing of the judge reaches the browser before the decision, all of it afterwards."""
    made, code = court()
    received = []
    page.on("websocket", lambda ws: ws.on("framereceived", lambda frame: received.append(str(frame))))
    open_page(page, server, code, "adjudicate")
    said = page.locator("[data-slot=said]").inner_text()
    assert [line for line in said.splitlines() if line in {"A", "B", "C"}] == ["A", "B"]
    assert not any(name in page.content() + "".join(received) for name in SAID)
    assert not any("careful-judge" in each or JUDGE_WHY in each for each in [page.content(), *received])
    page.keyboard.press("n")
    page.keyboard.type("It stands nowhere.")
    page.keyboard.press("Escape")
    item = decide(page)
    told = page.locator("[data-slot=lesson]").inner_text()
    assert JUDGE_WHY in told
    assert "careful-judge" in told
    decision = Adjudication(made.db, made.name).case(made.person("boss"), item).decisions["supported"]
    assert (decision.score, decision.by, decision.version) == ("unsupported", made.person("boss"), 1)
    assert decision.note == "It stands nowhere."
    page.keyboard.press("Enter")
    decide(page, "1")
    page.keyboard.press("Enter")
    page.get_by_text("Nothing is left to decide.").wait_for()


def test_an_answer_that_changed_meanwhile_is_shown_anew(court, server, page):
    """A decision on what no longer stands is refused in words, and the item stays with what was said since."""
    made, code = court()
    open_page(page, server, code, "adjudicate")
    item = page.locator("[data-desk]").get_attribute("data-painted")
    correct(made, "Zebedee", item)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.get_by_text("has changed since you opened it").wait_for()
    assert page.locator("[data-slot=said]").inner_text().count("I looked again.") == 1
    assert Adjudication(made.db, made.name).case(made.person("boss"), item).decisions == {}


def correct(made, name, item):
    """Have a rater say the same again with a note."""
    entry = Entry(f"again-{item}", item, (Answer("supported", score=SAID[name]),), note="I looked again.")
    (ack,) = made.desk.save(made.person(name), [entry], datetime.now(UTC))
    assert ack.saved


def test_what_waits_for_later_comes_last(court, server, page):
    """An item put off is shown again once the others are decided."""
    _, code = court()
    open_page(page, server, code, "adjudicate")
    first = page.locator("[data-desk]").get_attribute("data-painted")
    page.keyboard.press("s")
    page.locator(f"[data-desk][data-painted]:not([data-painted='{first}'])").wait_for()
    decide(page)
    page.keyboard.press("Enter")
    page.locator(f"[data-painted='{first}']").wait_for()


def test_annotators_do_not_adjudicate(court, server, page):
    """A rater who asks for the page by its address is not shown it."""
    made, _ = court()
    open_page(page, server, made.seat("Zebedee"), "adjudicate", wait=None)
    page.get_by_role("heading", name="Page not found").wait_for()
    assert page.locator("[data-slot=said]").count() == 0


def test_who_loses_the_role_decides_nothing_more(court, server, page):
    """The role is asked at the action, not only when the page is opened."""
    made, code = court()
    open_page(page, server, code, "adjudicate")
    item = page.locator("[data-desk]").get_attribute("data-painted")
    people.add(made.db, made.person("boss"), roles=(Role.ANNOTATOR,))
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.get_by_text("no longer for you").wait_for()
    people.add(made.db, made.person("boss"), roles=(Role.ADJUDICATOR,))
    assert Adjudication(made.db, made.name).case(made.person("boss"), item).decisions == {}


def test_hostile_texts_are_text_there_too(court, server, page, trap):
    """Markup in a response, and in what a judge wrote, fetches nothing, runs nothing and is readable."""
    url, hits = trap
    markup = HOSTILE_MARKUP.format(trap=url)
    _, code = court(markup, markup)
    watch = is_harmless(page, server, hits)
    open_page(page, server, code, "adjudicate")
    assert markup in page.locator("[data-slot=right]").inner_text()
    decide(page)
    assert markup in page.locator("[data-slot=lesson]").inner_text()
    watch()


def test_adjudication_fits_a_phone(court, server, page):
    """On a narrow screen nothing is cut off, and a decision takes two taps."""
    _, code = court()
    phone_width(page)
    open_page(page, server, code, "adjudicate")
    page.get_by_role("radio", name="unsupported").click()
    page.get_by_role("button", name="Decide").click()
    page.locator("[data-learning]").wait_for()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
