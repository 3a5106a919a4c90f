import os
import random
import subprocess
import sys

import pytest
from app_world import RUBRIC, all_saved, painted, sign_in
from watching import film, first_presses, stored, versions

pytestmark = pytest.mark.browser
ROUNDS = int(os.environ.get("EVENHAND_ROUNDS", "2"))
ITEMS = 50
BUSY = [sys.executable, "-c", "while True: pass"]


@pytest.fixture
def busy():
    """Every core has something else to do."""
    hogs = [subprocess.Popen(BUSY) for _ in range(os.cpu_count() or 2)]  # noqa: S603 - our own command
    yield
    for hog in hogs:
        hog.kill()
        hog.wait()


def burst(page, count, seed):
    """Type random values at 60 ms a key until every item is rated."""
    keys = random.Random(seed)  # noqa: S311 - test data
    page.keyboard.type("".join(keys.choice("12") for _ in range(count)), delay=60)
    while page.locator(".resting [data-why=done]").count() == 0:
        page.keyboard.type(keys.choice("12"), delay=60)


def hold_against(desk, page, count):
    """What is stored is what was pressed on the item that was on the screen, once each, and nothing is missing."""
    seen = first_presses(page, desk)
    assert stored(desk) == seen
    assert sorted(versions(desk)) == sorted(seen)
    assert len(seen) == count


def test_a_burst_is_stored_as_pressed(study, server, page):
    """Fifty items at 60 ms a key: every stored value is the one pressed while its item was on the screen."""
    desk = study(ITEMS)
    film(page)
    sign_in(page, server, desk)
    burst(page, ITEMS, seed=1)
    all_saved(page)
    hold_against(desk, page, ITEMS)


@pytest.mark.skipif("EVENHAND_ROUNDS" not in os.environ, reason="takes every core: benchmarks/desk_survival.py runs it")
@pytest.mark.usefixtures("busy")
def test_a_burst_on_a_busy_machine_is_stored_as_pressed(study, server, page):
    """The same with every core taken by something else."""
    desk = study(ITEMS)
    film(page)
    sign_in(page, server, desk)
    burst(page, ITEMS, seed=2)
    all_saved(page)
    hold_against(desk, page, ITEMS)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_killed_server_loses_nothing(mortal, page, seed):
    """The server dies right after a press and comes back: each rating is stored once."""
    desk = mortal.house.study("kill", 6, RUBRIC)
    film(page)
    sign_in(page, mortal, desk)
    page.keyboard.press("1")
    painted(page, desk, "i1")
    page.keyboard.press("2")
    page.wait_for_timeout(random.Random(seed).uniform(0, 300))  # noqa: S311 - when the power goes is left to chance
    mortal.kill()
    painted(page, desk, "i2")
    page.keyboard.press("2")
    mortal.start()
    all_saved(page)
    assert stored(desk) == first_presses(page, desk)
    assert versions(desk) == ["i0", "i1", "i2"]


def presses_then(study, server, page):
    desk = study(6)
    film(page)
    sign_in(page, server, desk)
    page.keyboard.press("2")
    painted(page, desk, "i1")
    page.keyboard.press("1")
    return desk


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_reloaded_tab_loses_nothing(study, server, page, _round):
    """A reload right after a press sends what the old page did not."""
    desk = presses_then(study, server, page)
    page.reload()
    painted(page, desk, "i2")
    all_saved(page)
    assert stored(desk) == {"i0": "unsupported", "i1": "supported"}
    assert versions(desk) == ["i0", "i1"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_closed_tab_loses_nothing(study, server, context, page, _round):
    """A tab that is closed right after a press leaves its outbox to the next one."""
    desk = presses_then(study, server, page)
    page.close()
    again = context.new_page()
    again.goto(server.url)
    painted(again, desk, "i2")
    all_saved(again)
    assert stored(desk) == {"i0": "unsupported", "i1": "supported"}
    assert versions(desk) == ["i0", "i1"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_cut_network_loses_nothing(study, server, context, page, _round):
    """Without a network rating goes on; when it is back, everything is stored once."""
    desk = study(6)
    film(page)
    sign_in(page, server, desk)
    context.set_offline(True)
    for item in ("i1", "i2", "i3"):
        page.keyboard.press("2")
        painted(page, desk, item)
    context.set_offline(False)
    all_saved(page)
    assert stored(desk) == dict.fromkeys(["i0", "i1", "i2"], "unsupported")
    assert versions(desk) == ["i0", "i1", "i2"]
