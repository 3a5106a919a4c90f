import agreement_sheet
import pytest
import sheets
from app_house import make_item
from hostility import HOSTILE_MARKUP, is_harmless
from office import judge_all, let_in, open_page, phone_width, rate_all

from judge.labeling import studies
from judge.labeling.agreement import read_agreement
from judge.labeling.people import Role
from judge.labeling.study import State
from judge.stats.intervals import Refused

SHEET = "[data-sheet] section"


def work(house, study, names=("ann", "bob"), items=None):
    """A study of thirty records, rated by these, of which the first says something else of every third."""
    records = items or [make_item(f"r{n:03}", "It is so.") for n in range(30)]
    made = study(records, raters=len(names))
    for place, name in enumerate(names):
        made.seat(name)
        third = {code: "unsupported" if n % 3 == place else "supported" for n, code in enumerate(made.codes)}
        rate_all(made, name, third)
    judge_all(house, made, dict.fromkeys(made.codes, "supported"))
    return made


def test_the_sheet_says_who_agrees_with_whom(house, study):
    """Alpha of all and of each, against the judge too; every pair; and the items they differ on, the worst first."""
    made = work(house, study)
    found = studies.find(house.db, made.name)
    (agreement,) = read_agreement(house.db, found).values()
    _, alphas, matrix, each, disputes = agreement_sheet.criterion_blocks(agreement, found.rubric.criteria[0])
    ann, bob = made.person("ann"), made.person("bob")
    names = [row["name"] for row in alphas["rows"]]
    assert names == ["All annotators", *(f"{n} and {of}" for of in ("the others", "the judge") for n in (ann, bob))]
    assert all(row["low"] <= row["value"] <= row["high"] for row in alphas["rows"])
    assert (matrix["cells"][0][1]["text"], matrix["cells"][0][0]) == ("33 %", None)
    assert [row[:2] for row in each["rows"]] == [[ann, "30"], [bob, "30"]]
    assert len(disputes["rows"]) == 20


def test_a_figure_that_cannot_be_had_says_why():
    """Where there is no estimate there is no point on the axis, but the reason and what to do."""
    refused = Refused("too few units", "have two people rate 7 more items", "alpha")
    assert sheets.interval("ann", refused).keys() == {"name", "about", "tone", "text"}
    assert sheets.said(refused) == "too few units; have two people rate 7 more items"


@pytest.mark.browser
def test_owners_see_agreement_and_nobody_else_does(house, study, server, page):
    """The owner reads the figures; a rater who asks for the page by its address is not shown it."""
    made = work(house, study)
    open_page(page, server, let_in(made, "boss", Role.OWNER), f"agreement?study={made.name}", wait=SHEET)
    assert page.get_by_text("What people disagree on most").is_visible()
    assert page.locator(".plot .point").count() == 5
    open_page(page, server, made.seat("ann"), "agreement", wait=None)
    page.get_by_role("heading", name="Page not found").wait_for()
    assert page.locator("[data-sheet]").count() == 0


@pytest.mark.browser
def test_an_owner_who_rates_sees_it_once_the_study_is_paused(house, study, server, page):
    """While the study runs, what others said would lead them; the page says so in words."""
    made = work(house, study)
    code = made.seat("ann", *Role)
    open_page(page, server, code, f"agreement?study={made.name}", wait=SHEET)
    assert page.get_by_text("would be led by what others said").is_visible()
    assert page.locator(".plot, table").count() == 0
    studies.set_state(house.db, studies.find(house.db, made.name), State.PAUSED)
    page.reload()
    page.locator(".plot .point").first.wait_for()


@pytest.mark.browser
def test_names_are_text_and_fit_a_phone(study, server, page, trap):
    """Whatever a record or a person is called, it is drawn to the letter; nothing but tables scrolls sideways."""
    url, hits = trap
    markup = HOSTILE_MARKUP.format(trap=url)
    rude = "<b>![i](x)**b**"
    items = [make_item(f"r{n:03}{markup}", "It is so.") for n in range(4)]
    made = study(items, raters=2)
    for place, name in enumerate((rude, "bob")):
        made.seat(name)
        rate_all(made, name, dict.fromkeys(made.codes, ("supported", "unsupported")[place]))
    watch = is_harmless(page, server, hits)
    phone_width(page)
    code = let_in(made, "boss", Role.OWNER)
    open_page(page, server, code, f"agreement?study={made.name}", wait=SHEET)
    shown = page.locator("[data-sheet]").inner_text()
    assert markup in shown
    assert rude in shown
    assert page.locator("[data-sheet] :is(img, script, a, iframe, strong)").count() == 0
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    watch()
