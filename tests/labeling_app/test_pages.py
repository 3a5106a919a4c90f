from datetime import UTC, datetime

import pytest
import visitor
from app_house import House, make_item
from app_world import RUBRIC
from streamlit.testing.v1 import AppTest

from judge.labeling import opening, people
from judge.labeling.desk import Answer, Entry, Person
from judge.labeling.stored import StoredFrontDesk
from judge.shipped import folder

PAGES = folder("labeling_app") / "views"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A study of 30 items in this process, with ana signed in."""
    house = House(tmp_path)
    made = house.study("pages", [make_item(f"i{n}", f"Response {n} **bold**.") for n in range(30)], RUBRIC)
    made.seat("ana")
    monkeypatch.setattr(opening, "_front", [StoredFrontDesk(house.db)])
    monkeypatch.setattr(visitor, "current", lambda: people.find(house.db, made.person("ana")))
    yield made
    house.close()


def rate(made, count, score="supported"):
    """Rate so many items as ana, those rated before anew."""
    ana = made.person("ana")
    for n in range(count):
        made.desk.lease(ana, 10, NOW)
        entry = Entry(f"key-{score}-{n:04}", made.codes[f"i{n}"], (Answer("supported", score=score),), seconds=3)
        (ack,) = made.desk.save(ana, [entry], NOW)
        assert ack.saved


def run(name):
    """A page, run without a browser."""
    return AppTest.from_file(PAGES / f"{name}.py", default_timeout=30).run()


def texts(page):
    """All that stands on a page as plain text."""
    return [element.value for element in page.text]


def test_my_work_is_empty_at_first(desk):
    """Before the first rating the page says what will stand here."""
    assert desk.ratings() == []
    page = run("my_work")
    assert not page.exception
    assert "Nothing yet" in page.info[0].value


def test_my_work_lists_the_newest_first_as_plain_text(desk):
    """What was said, how long it took, and how often it was changed; model output is never markdown."""
    rate(desk, 2)
    rate(desk, 1, "unsupported")
    page = run("my_work")
    assert not page.exception
    assert texts(page) == [
        "Response 0 **bold**.",
        "unsupported · 3 s · 01 Mar 00:00 UTC · version 2",
        "Response 1 **bold**.",
        "supported · 3 s · 01 Mar 00:00 UTC",
    ]
    assert page.metric[0].value == "2 of 30"


def test_my_work_has_pages(desk):
    """Twenty at a time, older ones behind a button, and back again."""
    rate(desk, 25)
    page = run("my_work")
    assert len(texts(page)) == 40
    older = next(button for button in page.button if button.label == "Older")
    page = older.click().run()
    assert len(texts(page)) == 10
    newer = next(button for button in page.button if button.label == "Newer")
    assert len(texts(newer.click().run())) == 40


@pytest.mark.parametrize("name", ["rate", "my_work", "training"])
def test_pages_ask_who_is_there(desk, monkeypatch, name):
    """Nobody sees a page without being signed in, or without the role for it."""
    rate(desk, 1)
    monkeypatch.setattr(visitor, "current", lambda: None)
    page = run(name)
    assert (page.info[0].value, texts(page)) == ("Please sign in first.", [])
    monkeypatch.setattr(visitor, "current", lambda: Person("eve", "Eve", frozenset({"owner"}), ("pages",)))
    page = run(name)
    assert (page.warning[0].value, texts(page)) == ("This page is not for your role in the study.", [])


def test_somebody_without_a_study_is_told_so(desk, monkeypatch):
    """A person who is in no study reads that, instead of an error."""
    rate(desk, 1)
    monkeypatch.setattr(visitor, "current", lambda: Person("ana", "Ana", frozenset({"annotator"})))
    page = run("my_work")
    assert page.info[0].value == "You take part in no study yet."


def test_sign_in_says_how(desk, monkeypatch):
    """Without a session: the way in. With one: who it is, and the way out."""
    assert texts(run("sign_in")) == [f"You are signed in as {desk.person('ana')}."]
    monkeypatch.setattr(visitor, "current", lambda: None)
    page = run("sign_in")
    assert "Open the link you were given" in page.markdown[0].value
