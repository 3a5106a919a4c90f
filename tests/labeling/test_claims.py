import json
import subprocess
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from house import NOON, at, make_house, press, skip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from judge.labeling import links, people
from judge.labeling.slots import open_slot
from judge.labeling.stored import StoredDesk

CLAIMER = Path(__file__).with_name("claimer.py")
numbers = count()
NAMES = tuple(f"p{number}" for number in range(8))

both = pytest.mark.parametrize("db", ["sqlite", "postgres"], indirect=True)


def at_once(house, names, what, word=None):
    """What processes that start at one moment answer, in the order of the names."""
    url = house.db.url.render_as_string(hide_password=False)
    started = [
        subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, str(CLAIMER), url, "first", name, what],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write(json.dumps(word) + "\n")
        process.stdin.flush()
    answers = [json.loads(process.communicate()[0]) for process in started]
    assert [process.returncode for process in started] == [0] * len(started)
    return answers


@both
@pytest.mark.slow
def test_eight_processes_over_assign_nothing(db):
    """Eight annotators in processes of their own fill every slot of every item once, and no press is lost."""
    house = make_house(db, 40)
    house.study(n=40, raters=3, people_=NAMES)
    saved = [key for keys in at_once(house, NAMES, "rate") for key in keys]
    assert len(saved) == len(set(saved)) == 120
    counts = house.rows(
        "SELECT count(*), count(DISTINCT annotator_id) FROM claim WHERE done IS NOT NULL GROUP BY item_id"
    )
    assert counts == [(3, 3)] * 40
    per_record = house.rows("SELECT count(*), count(DISTINCT annotator) FROM rating GROUP BY record_id, criterion")
    assert per_record == [(3, 3)] * 80
    assert sorted(key for (key,) in house.rows("SELECT key FROM press")) == sorted(saved)


@both
@pytest.mark.slow
def test_one_outbox_from_four_tabs(db):
    """The same presses sent by four processes at once are stored once, and each is told so."""
    house = make_house(db, 10)
    desk = house.study(n=6, raters=1)
    items = [item.id for item in desk.lease("ann", 6, NOON)]
    answers = at_once(house, ("ann",) * 4, "replay", items)
    assert answers == [[f"replay-{item}/1" for item in items]] * 4
    assert house.rows("SELECT count(*) FROM press") == [(6,)]
    assert house.rows("SELECT count(*) FROM rating") == [(12,)]


@both
@pytest.mark.slow
def test_one_link_from_four_browsers(db):
    """Of four browsers that use one link at one moment, one is signed in."""
    house = make_house(db, 3)
    house.study(n=3)
    code = links.invite(db, "ann", NOON)
    answers = at_once(house, ("ann",) * 4, "redeem", [code])
    assert sorted(map(len, answers)) == [0, 0, 0, 1]
    (secret,) = [secret for answer in answers for secret in answer]
    assert links.who(db, secret, at(2)).id == "ann"


def test_the_share_of_what_is_left(house):
    """Near the end nobody is given more than their share, so that others find something to rate."""
    desk = house.study(n=10, raters=1, people_=("ann", "bob"))
    assert len(desk.lease("bob", 1, NOON)) == 1
    assert len(desk.lease("ann", 10, NOON)) == 5
    assert len(desk.lease("bob", 10, NOON)) == 3


def test_two_tabs_of_one_annotator_hold_one_lot(house):
    """Asking again in another tab gives the same items, not twice as many."""
    desk = house.study(n=30, raters=1)
    other = StoredDesk(house.db, "first")
    assert desk.lease("ann", 5, NOON) == other.lease("ann", 5, NOON)
    assert len(other.lease("ann", 8, NOON)) == 5
    assert house.rows("SELECT count(*) FROM claim") == [(5,)]


actions = st.lists(
    st.tuples(
        st.sampled_from(["lease", "save", "replay", "skip", "correct"]),
        st.sampled_from(["ann", "bob", "cas"]),
        st.integers(0, 400),
        st.integers(1, 5),
    ),
    max_size=15,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=actions, raters=st.integers(1, 3), overlap=st.sampled_from([0.0, 0.5, 1.0]))
def test_whatever_annotators_do(house, actions, raters, overlap):
    """No slot is held twice, no item has too many holders, versions count up, and what was acknowledged is there.

    Annotators lease, save, send late and again, skip and correct in any order.
    """
    name = f"s{next(numbers)}"
    desk = house.study(name, n=6, raters=raters, overlap=overlap, people_=("ann", "bob", "cas"), repeats=0.5)
    clock, acknowledged, last = 0.0, {}, {}
    for kind, who, seconds, n in actions:
        clock += seconds
        items = desk.lease(who, n, at(clock))
        if kind in {"save", "skip"}:
            last[who] = [press(item.id) if kind == "save" else skip(item.id) for item in items[:n]]
        elif kind == "correct":
            last[who] = [press(past.item, "no") for past in desk.history(who, limit=1)]
        for ack in desk.save(who, last.get(who, []), at(clock + 1)) if kind != "lease" else ():
            if ack.saved:
                assert acknowledged.setdefault(ack.key, ack.version) == ack.version
        holders = house.rows(
            "SELECT item.raters, count(claim.slot), count(DISTINCT claim.slot) FROM item JOIN study"
            " ON study.id = item.study_id LEFT JOIN claim ON claim.item_id = item.id WHERE study.name = :name"
            " GROUP BY item.id",
            name=name,
        )
        assert all(slots == distinct <= most for most, slots, distinct in holders)
    mine = "FROM press JOIN study ON study.id = press.study_id WHERE study.name = :name"
    assert dict(house.rows(f"SELECT press.key, press.version {mine}", name=name)) == acknowledged
    for (versions,) in house.rows(f"SELECT group_concat(press.version) {mine} GROUP BY press.claim_id", name=name):
        assert sorted(map(int, versions.split(","))) == list(range(1, len(versions.split(",")) + 1))
    assert house.rows("SELECT count(*) FROM rating WHERE source = :name", name=name) == [(2 * len(acknowledged),)]


def claim(slot, *, done=False, expires=0.0):
    return {"slot": slot, "done": NOON if done else None, "expires": at(expires)}


@pytest.mark.parametrize(
    ("raters", "claims", "slot", "ran_out"),
    [
        (1, [], 0, False),
        (2, [claim(0, done=True)], 1, False),
        (2, [claim(0, done=True), claim(1, done=True)], None, False),
        (2, [claim(0, expires=9), claim(1, expires=9)], None, False),
        (2, [claim(0, expires=9), claim(1, expires=-1)], 1, True),
        (2, [claim(0, expires=-1), claim(1, expires=-2)], 1, True),
        (1, [claim(0, expires=0)], 0, True),
        (1, [claim(None, done=True)], 0, False),
        (2, [claim(0, expires=-5)], 1, False),
    ],
)
def test_which_slot_is_open(raters, claims, slot, ran_out):
    """Empty slots come first, then the claim that ran out longest ago; rated and held ones are never given away."""
    found = open_slot(raters, claims, NOON)
    assert (None if found is None else found.number) == slot
    assert (found is not None and found.ran_out is not None) is ran_out


def test_a_claim_that_ran_out_is_on_the_audit_trail(house):
    """Who lost which item to whom can be read afterwards."""
    desk = house.study(n=1, people_=("ann", "bob"), lease_seconds=60.0)
    desk.lease("ann", 1, NOON)
    desk.lease("bob", 1, NOON + timedelta(seconds=61))
    rows = house.rows(
        "SELECT annotator.name, event.kind FROM event JOIN annotator ON annotator.id = event.annotator_id"
        " WHERE event.item_id IS NOT NULL"
    )
    assert rows == [("ann", "lapsed")]
    assert people.find(house.db, "ann").studies == ("first",)
