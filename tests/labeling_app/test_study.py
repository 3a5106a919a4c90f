from datetime import UTC, datetime

import pytest
import visitor
from app_house import House, make_item
from app_world import RUBRIC
from hostility import HOSTILE_MARKUP, is_harmless
from office import let_in, open_page, phone_width
from streamlit.testing.v1 import AppTest

from judge.labeling import leases, opening, people, studies
from judge.labeling.people import Role
from judge.labeling.stored import StoredFrontDesk
from judge.labeling.study import State
from judge.shipped import folder

VIEW = folder("labeling_app") / "views" / "study.py"


@pytest.fixture
def office(tmp_path, monkeypatch):
    """A study of six items in this process, with its owner signed in."""
    house = House(tmp_path)
    made = house.study("office", [make_item(f"i{n}", f"Response {n}.") for n in range(6)], RUBRIC)
    people.add(house.db, "boss", roles=[Role.OWNER])
    monkeypatch.setattr(opening, "_front", [StoredFrontDesk(house.db)])
    monkeypatch.setattr(visitor, "current", lambda: people.find(house.db, "boss"))
    yield made
    house.close()


def run():
    """The page, run without a browser."""
    page = AppTest.from_file(VIEW, default_timeout=60).run()
    assert not page.exception
    return page


def press(page, label):
    """Press a button of that label."""
    found = next(button for button in page.button if button.label == label).click().run()
    assert not found.exception
    return found


def texts(page):
    """All that stands on a page as plain text."""
    return [element.value for element in page.text]


def told(page):
    """The same in one piece."""
    return "\n".join(texts(page))


def field(page, kind, label):
    """The widget of that label."""
    return next(widget for widget in getattr(page, kind) if widget.label == label)


def test_an_owner_pauses_reopens_and_closes(office):
    """Each button does what it says, and says so; the events name who did it."""
    page = run()
    for label, state in (("Pause", State.PAUSED), ("Reopen", State.OPEN), ("Close", State.CLOSED)):
        page = press(page, label)
        assert studies.find(office.db, "office").state is state
        assert texts(page)[0] == f"Study office is {state}."


def test_an_owner_lets_somebody_in_with_a_link_of_their_own(office):
    """A new person takes part and has a link that works once; a name that is taken changes nobody's roles."""
    page = run()
    field(page, "text_input", "Name of somebody new").input("Ann Lee")
    page = press(page, "Let in")
    assert people.find(office.db, "Ann Lee").studies == ("office",)
    code = page.code[0].value.rpartition("/")[2]
    assert StoredFrontDesk(office.db).peek(code, datetime.now(UTC)).name == "Ann Lee"
    assert not run().code
    field(page, "text_input", "Name of somebody new").input("boss")
    page = press(page, "Let in")
    assert "there is boss already" in told(page)
    assert people.find(office.db, "boss").roles == {Role.OWNER}
    field(page, "text_input", "Name of somebody new").input("a/b")
    assert "is no name for an annotator" in told(press(page, "Let in"))


def test_an_owner_takes_people_in_and_out(office):
    """Somebody known takes part, gets another link, and leaves; what they rated stays."""
    office.rate("ann", 2, "supported")
    page = run()
    ann = office.person("ann")
    field(page, "selectbox", "Somebody known").select(ann)
    page = press(page, "Takes part no more")
    assert people.find(office.db, ann).studies == ()
    field(page, "selectbox", "Somebody known").select(ann)
    page = press(page, "Takes part")
    assert people.find(office.db, ann).studies == ("office",)
    field(page, "selectbox", "Somebody known").select(ann)
    assert "/enter/" in press(page, "New link").code[0].value
    assert len(office.ratings()) == 2


def test_an_owner_gives_back_what_somebody_holds(office):
    """What a person who has left holds goes back to the pool."""
    office.seat("ann")
    office.desk.lease(office.person("ann"), 3, datetime.now(UTC))
    page = press(run(), "Give back what they hold")
    assert "held go to whoever asks next." in texts(page)[0]
    found = leases.listing(office.db, studies.find(office.db, "office"))
    assert all(lease.expires <= datetime.now(UTC) for lease in found)
    assert not [button for button in page.button if button.label == "Give back what they hold"]


def test_an_owner_draws_a_study(office):
    """A study is drawn from records there are; a name that is taken, and runs that are not there, are told in words."""
    page = run()
    field(page, "text_input", "Name").input("office")
    assert "there is a study 'office' already" in told(press(page, "Draw the records"))
    field(page, "text_input", "Name").input("winter")
    field(page, "number_input", "How many").set_value(4)
    field(page, "selectbox", "Rubric").select("hallucination")
    field(page, "selectbox", "Which records").select_index(1)
    assert "choose uniform, or judge the records first" in told(press(page, "Draw the records"))
    field(page, "selectbox", "Which records").select_index(0)
    page = press(page, "Draw the records")
    assert texts(page)[0] == "Study winter is drawn. Let annotators in under People."
    made = studies.find(office.db, "winter")
    assert (made.rubric.name, made.design["n"], made.dataset) == ("hallucination", 4, "office")


def test_who_is_no_owner_any_more_does_nothing(office):
    """The role is asked at the press, not only when the page is opened."""
    page = run()
    people.add(office.db, "boss", roles=[Role.ANNOTATOR])
    page = press(page, "Close")
    assert page.warning[0].value == "This page is not for your role in the study."
    assert studies.find(office.db, "office").state is State.OPEN


@pytest.mark.browser
def test_an_owner_takes_ratings_out_and_in(study, server, page, tmp_path):
    """A file that was exported goes in again without a change; what fits nothing is refused with its place."""
    made = study(3)
    made.rate("ann", 3, "supported")
    open_page(page, server, let_in(made, "boss", Role.OWNER), f"study?study={made.name}", wait="[data-sheet] section")
    page.get_by_text("Ratings as a file").click()
    for label in ("CSV", "Parquet", "JSONL"):
        with page.expect_download() as download:
            page.get_by_role("button", name=label).click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        assert file.stat().st_size > 100
    assert file.read_text().count('"inclusion_probability":1.0') == 3
    page.get_by_text("Ratings from a file").click()
    page.locator("input[type=file]").first.set_input_files(file)
    page.get_by_role("button", name="Import").click()
    page.get_by_text("3 ratings read, 0 new.").wait_for()
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text('{"record_id": "nobody", "criterion": "supported", "annotator": "eve", "score": "supported"}\n')
    page.locator("input[type=file]").first.set_input_files(wrong)
    page.get_by_text("wrong.jsonl").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Import").click()
    page.get_by_text("has no record 'nobody'").wait_for()
    assert str(tmp_path.parents[1]) not in page.locator("main").inner_text()


@pytest.mark.browser
def test_the_study_page_is_for_owners_fits_a_phone_and_draws_names_as_text(study, server, page, trap):
    """Records, people and flags are text whatever they are called; somebody else who asks for it is not shown it."""
    url, hits = trap
    made = study([make_item(f"r{n}{HOSTILE_MARKUP.format(trap=url)}", "It is so.") for n in range(2)])
    rude = "<b>![i](x)**b**"
    made.rate(rude, 1, "supported")
    made.desk.lease(made.person(rude), 2, datetime.now(UTC))
    watch = is_harmless(page, server, hits)
    phone_width(page)
    open_page(page, server, let_in(made, "boss", Role.OWNER), f"study?study={made.name}", wait="[data-sheet] section")
    shown = page.locator("[data-sheet]").inner_text()
    assert rude in shown
    assert HOSTILE_MARKUP.format(trap=url) in shown
    page.get_by_text("People", exact=True).click()
    page.get_by_role("combobox", name="Somebody known").click()
    page.wait_for_timeout(500)
    assert page.locator("main :is(b, strong) img").count() == 0
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    watch()
    open_page(page, server, made.seat(rude), "study", wait=None)
    page.get_by_role("heading", name="Page not found").wait_for()
    assert page.locator("[data-sheet]").count() == 0
