from dataclasses import replace

import board_sheet
import pytest
from hostility import HOSTILE_MARKUP, is_harmless
from office import let_in, open_page, phone_width

from boards import RATES, make_board
from judge.labeling.people import Role
from judge.monitoring import boarding
from judge.monitoring.form import Watch
from judge.monitoring.window import Window
from judge.store import datasets, watches
from judge.store.watches import ALL

SHEET = "[data-sheet] section"


def kinds(blocks):
    return [block["kind"] for block in blocks]


def test_the_sheet_holds_the_board():
    """The headline, every series over time, each point in words, open alerts with advice, and all alerts in a table."""
    board = make_board()
    blocks = board_sheet.board_blocks(board)
    assert blocks[0]["text"] == board.alerts[0].title
    assert kinds(blocks).count("timeline") == len(board.panels)
    first = next(block for block in blocks if block["kind"] == "timeline")
    assert len(first["dots"]) == len(RATES)
    assert "6.2 % [4.2 %, 8.8 %]" in first["dots"][0][2]
    (opened,) = [block for block in blocks if block["kind"] == "message"]
    assert "→ Roll back to v1" in opened["text"]
    (table,) = [block for block in blocks if block["kind"] == "table"]
    assert [row[-1] for row in table["rows"]] == ["open", "resolved"]


def test_uncalibrated_is_said_on_the_sheet():
    """A criterion that nobody has rated is called uncalibrated, and has no band."""
    raw = board_sheet.board_blocks(replace(make_board(), panels=make_board().panels[1:2]))
    (block,) = [each for each in raw if each["kind"] == "timeline"]
    assert block["about"].startswith("uncalibrated: nobody has rated")
    assert block["band"] == ()


def watched(house, name, hostile):
    """A watch in the store with three windows, and an alert whose words are hostile."""
    board = make_board(hostile)
    dataset = datasets.ensure(house.db, name)
    form = Watch(name=name.lower(), dataset=name, signals=["latency"])
    kept = watches.ensure(house.db, name, dataset, shape="x", config=form.model_dump(mode="json"))
    with house.db.write() as connection:
        for point in board.panels[0].points[:3]:
            window = Window(point.number, ALL, ALL, point.start, point.end, records=30)
            for _ in range(30):
                window.series["latency"].add("3", 1.5)
            watches.write_windows(connection, [window.to_row(kept.id)])
        row = board.alerts[0].to_row() | {"watch_id": kept.id}
        watches.write_alert(connection, row)
    return boarding.board_of(house.db, name, board.made)


@pytest.mark.browser
def test_owners_see_what_was_watched(house, study, server, page, trap):
    """The owner sees figures and alerts as plain text, on a phone too; nothing that they quote runs or is fetched."""
    made = study(3)
    url, hits = trap
    board = watched(house, made.name, HOSTILE_MARKUP.format(trap=url))
    check = is_harmless(page, server, hits)
    open_page(page, server, let_in(made, "boss", Role.OWNER), "monitoring", wait=SHEET)
    page.get_by_text("open alerts").wait_for()
    if page.locator("section[data-testid=stSidebar]").is_visible():
        page.get_by_role("combobox").click()
        page.get_by_role("option", name=made.name).click()
    page.locator("[data-sheet] .timeline .dot").first.wait_for()
    assert page.locator("[data-sheet] .timeline .dot").count() == len(board.panels[0].points)
    assert "<img src=" in page.locator("[data-sheet]").inner_text()
    check()
    phone_width(page)


@pytest.mark.browser
def test_nobody_else_sees_it(study, server, page):
    """An annotator who asks for the page by its address is not shown it."""
    made = study(3)
    open_page(page, server, made.seat("ann"), "monitoring", wait=None)
    page.get_by_role("heading", name="Page not found").wait_for()
    assert page.locator("[data-sheet]").count() == 0
