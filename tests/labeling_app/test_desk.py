import pytest
from app_world import all_saved, painted, sign_in

pytestmark = pytest.mark.browser


def said(desk):
    return [(r["item"], r["version"], r["entry"].answers[0].score) for r in desk.ratings()]


def test_keys_rate_items_in_order(study, server, page):
    """A digit rates the item on the screen, and the next one is shown."""
    desk = study(3)
    sign_in(page, server, desk)
    page.keyboard.press("1")
    painted(page, "i1")
    page.keyboard.press("2")
    painted(page, "i2")
    all_saved(page)
    assert said(desk) == [("i0", 1, "supported"), ("i1", 1, "unsupported")]
