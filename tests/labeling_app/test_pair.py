import pytest
from app_world import all_saved
from office import open_page, phone_width

from judge.records import Record
from judge.rubric.load import load_rubric

pytestmark = pytest.mark.browser


@pytest.fixture
def pairs(study):
    """A study of two pairs on the shipped rubric for them."""
    rubric = load_rubric("preference").model_dump(mode="json", exclude_defaults=True)
    items = [Record(f"p{n}", "One.\n" * 200, question="Which?", rival="Other.\n" * 200) for n in range(2)]
    return study(items, rubric)


def test_two_responses_stand_side_by_side(pairs, server, page):
    """A and B have the same height and a scroll bar each; one key chooses between them."""
    open_page(page, server, pairs.seat("ana"), "")
    a, b = (page.get_by_role("article", name=f"Response {name}") for name in "AB")
    left, right = a.bounding_box(), b.bounding_box()
    assert (left["y"], left["height"]) == (right["y"], right["height"])
    assert left["x"] + left["width"] <= right["x"]
    a.evaluate("card => card.scrollTo(0, 300)")
    assert [card.evaluate("card => card.scrollTop") for card in (a, b)] == [300, 0]
    first = page.locator("[data-desk]").get_attribute("data-painted")
    page.keyboard.press("2")
    page.locator(f"[data-desk][data-painted]:not([data-painted='{first}'])").wait_for()
    all_saved(page)
    assert [row.entry.answers[0].score for row in pairs.ratings()] == ["b"]
    assert a.evaluate("card => card.scrollTop") == 0


def test_on_a_phone_one_stands_below_the_other(pairs, server, page):
    """A comes first, and nothing is cut off at the side."""
    phone_width(page)
    open_page(page, server, pairs.seat("ana"), "")
    a, b = (page.get_by_role("article", name=f"Response {name}").bounding_box() for name in "AB")
    assert a["y"] + a["height"] <= b["y"]
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
