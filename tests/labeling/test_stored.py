from dataclasses import replace
from datetime import timedelta

import pytest
from house import NOON, at, make_house, make_rubric, press, skip
from sqlalchemy import event

from judge.errors import NotFoundError, UsageError
from judge.labeling import people, studies
from judge.labeling.desk import Ack, Desk, FrontDesk, Mark
from judge.labeling.saving import CLOSED, NEVER_HELD, TAKEN, UNKNOWN
from judge.labeling.stored import StoredDesk, StoredFrontDesk
from judge.labeling.study import State
from judge.records import Document, Record
from judge.scores import Reason
from judge.store import datasets, judges, ratings


def ids(items):
    return [item.id for item in items]


def in_force(house, **options):
    found = ratings.stream(house.db, house.dataset, house.rubric, **options)
    return [rating for _, _, rating in found]


def test_they_are_what_the_contract_asks_for(house):
    """Type checkers hold the desks against the protocols; here, that every name of the contract is there."""
    desk: Desk = house.study()
    front: FrontDesk = StoredFrontDesk(house.db)
    for protocol, made in ((Desk, desk), (FrontDesk, front)):
        names = [name for name in vars(protocol) if not name.startswith("_")]
        assert [name for name in names if not hasattr(made, name)] == []
    assert (desk.study, desk.rubric, desk.lease_seconds) == ("first", house.rubric, 300.0)


def test_items_are_leased_in_order_with_their_texts(house):
    """An annotator gets at most what was asked for, numbered from 1, with every text the rubric reads and no other."""
    desk = house.study()
    items = desk.lease("ann", 4, NOON)
    assert [item.order for item in items] == [1, 2, 3, 4]
    assert len(set(ids(items))) == 4
    first = items[0]
    assert [p.source for p in first.passages] == ["question", "documents[1]", "response"]
    assert first.passages[1].title == "A title"
    assert first.given is None
    assert max(len(item.id) for item in items) <= 64


def test_the_same_items_are_leased_again(house):
    """Asking again gives what is held, in the same order, and writes nothing while the claims are fresh."""
    desk = house.study()
    items = desk.lease("ann", 4, NOON)
    written = []
    listener = lambda *args: written.append(args[2])  # noqa: E731 - removed below
    event.listen(house.db.engine, "before_cursor_execute", listener)
    again = desk.lease("ann", 4, at(20))
    event.remove(house.db.engine, "before_cursor_execute", listener)
    assert again == items
    assert [text for text in written if text.startswith(("INSERT", "UPDATE", "BEGIN IMMEDIATE"))] == []


def test_a_press_becomes_ratings(house):
    """Each criterion's answer is stored under the study's name, with seconds, note, words and inclusion probability."""
    desk = house.study(n=10)
    (item, *_) = desk.lease("ann", 3, NOON)
    text = item.passages[2].text
    marks = (Mark("response", 9, 13), Mark("documents[1]", 0, 4), Mark("response", 500, 600))
    (ack,) = desk.save("ann", [press(item.id, "no", "3", marks=marks, note="Hm.")], at(9))
    assert (ack.saved, ack.version, ack.reason) == (True, 1, "")
    supported, tone = in_force(house, source="first")
    assert (supported.annotator, supported.score, supported.note, supported.seconds) == ("ann", "no", "Hm.", 9.0)
    assert supported.inclusion_probability == pytest.approx(10 / 30)
    assert [(q.source, q.start, q.end, q.role) for q in supported.evidence] == [
        ("response", 9, 13, "claim"),
        ("documents[1]", 0, 4, ""),
    ]
    assert [q.text for q in supported.evidence] == [text[9:13], "Text"]
    assert (tone.criterion, tone.score, tone.evidence) == ("tone", "3", ())
    assert item.id not in ids(desk.lease("ann", 10, at(10)))


def test_offsets_count_code_points(house):
    """A mark after an emoji covers the words it was drawn over."""
    desk = house.study()
    (item, *_) = desk.lease("ann", 1, NOON)
    text = item.passages[2].text
    start = text.index("is here")
    desk.save("ann", [press(item.id, marks=(Mark("response", start, start + 7),))], at(1))
    assert in_force(house)[0].evidence[0].text == "is here"


def test_a_key_is_saved_once(house):
    """A press that is sent again, even with other answers, is acknowledged as it was then."""
    desk = house.study()
    (item, *_) = desk.lease("ann", 1, NOON)
    entry = press(item.id)
    first = desk.save("ann", [entry, entry], at(1))
    again = desk.save("ann", [replace(entry, answers=press(item.id, "no").answers)], at(2))
    assert [*first, *again] == [Ack(entry.key, saved=True, version=1)] * 3
    assert house.rows("SELECT count(*) FROM press") == [(1,)]
    assert {rating.score for rating in in_force(house)} == {"yes", "2"}


def test_a_correction_is_a_new_version(house):
    """Saving an item again keeps the history; the newest answers are in force, and are shown when it is reopened."""
    desk = house.study()
    (item, *_) = desk.lease("ann", 1, NOON)
    marks = (Mark("response", 0, 8),)
    acks = desk.save("ann", [press(item.id), press(item.id, "no", "1", marks=marks, note="So!", flagged=True)], at(1))
    assert [ack.version for ack in acks] == [1, 2]
    assert [rating.score for rating in in_force(house)] == ["no", "1"]
    given = desk.reopen("ann", item.id).given
    assert [answer.score for answer in given.answers] == ["no", "1"]
    assert given.answers[0].marks == marks
    assert (given.note, given.flagged) == ("So!", True)
    (past,) = desk.history("ann", limit=5)
    assert (past.version, past.note, past.flagged, past.order) == (2, "So!", True, 1)
    assert past.opening == item.passages[2].text


def test_history_is_newest_first_and_paged(house):
    """An annotator's own work comes page by page, those saved last first, and nobody else's is in it."""
    desk = house.study(people_=("ann", "bob"))
    items = desk.lease("ann", 3, NOON)
    desk.save("ann", [press(item.id) for item in items], at(5))
    desk.save("bob", [press(desk.lease("bob", 1, NOON)[0].id)], at(6))
    desk.save("ann", [press(items[0].id, "no")], at(7))
    order = [items[0].id, items[2].id, items[1].id]
    assert ids_of(desk.history("ann", limit=9)) == order
    assert ids_of(desk.history("ann", limit=2)) == order[:2]
    assert ids_of(desk.history("ann", limit=2, offset=2)) == order[2:]


def ids_of(history):
    return [past.item for past in history]


def test_items_of_others_are_refused(house):
    """Nobody rates what was not given to them, what does not exist, or what others have filled."""
    desk = house.study(people_=("ann", "bob"), n=1)
    (item,) = desk.lease("ann", 5, NOON)
    refused = desk.save("bob", [press(item.id), press("nonsense")], at(1))
    assert [ack.reason for ack in refused] == [NEVER_HELD, UNKNOWN]
    assert desk.lease("bob", 5, at(1)) == []
    assert desk.reopen("bob", item.id) is None
    assert in_force(house) == []


def test_a_lease_that_ran_out_is_free_again(house):
    """An item whose annotator gave no sign of life goes to somebody else, and the first comes too late."""
    desk = house.study(people_=("ann", "bob"), n=1)
    (item,) = desk.lease("ann", 5, NOON)
    assert desk.lease("bob", 5, at(299)) == []
    assert ids(desk.lease("bob", 5, at(301))) == [item.id]
    (ack,) = desk.save("ann", [press(item.id)], at(302))
    assert ack.reason == TAKEN
    assert house.rows("SELECT kind FROM event WHERE kind = 'lapsed'") == [("lapsed",)]
    (ack,) = desk.save("bob", [press(item.id)], at(303))
    assert ack.saved


def test_a_late_press_is_saved_where_nobody_took_the_slot(house):
    """An outbox that is replayed after its claim ran out loses nothing as long as the item still needs the rating."""
    desk = house.study(people_=("ann", "bob"), n=2)
    mine = desk.lease("ann", 5, NOON)
    (ack,) = desk.save("ann", [press(mine[0].id)], at(10_000))
    assert ack.saved
    # Bob took over the second one, and let it run out himself.
    assert ids(desk.lease("bob", 5, at(10_001))) == [mine[1].id]
    (ack,) = desk.save("ann", [press(mine[1].id)], at(20_000))
    assert ack.saved
    (ack,) = desk.save("bob", [press(mine[1].id)], at(20_001))
    assert ack.reason == TAKEN


def test_a_sign_of_life_renews(house):
    """Whoever goes on asking keeps their items for as long as it takes."""
    desk = house.study(people_=("ann", "bob"), n=2)
    items = desk.lease("ann", 2, NOON)
    for seconds in range(100, 2000, 100):
        assert desk.lease("ann", 2, at(seconds)) == items
    assert desk.lease("bob", 2, at(2000)) == []


def test_every_item_gets_its_raters_and_no_more(house):
    """With three annotators and two raters an item, every item ends with two ratings of different people."""
    desk = house.study(people_=("ann", "bob", "cas"), n=10, raters=2)
    for turn in range(40):
        for name in ("ann", "bob", "cas"):
            items = desk.lease(name, 3, at(turn))
            desk.save(name, [press(item.id) for item in items[:1]], at(turn))
    counts = house.rows("SELECT count(*), count(DISTINCT annotator_id) FROM claim GROUP BY item_id")
    assert counts == [(2, 2)] * 10
    assert "every item has its ratings" in desk.progress("ann", at(50)).closed


def test_each_annotator_has_an_order_of_their_own(house):
    """Orders differ between annotators and between seeds, and are the same when asked for again."""
    orders = {}
    for seed in (1, 2):
        desk = house.study(f"s{seed}", people_=("ann", "bob"), n=30, raters=2, seed=seed)
        for name in ("ann", "bob"):
            texts = [item.passages[2].text for item in desk.lease(name, 15, NOON)]
            orders[seed, name] = texts
    assert len({tuple(order) for order in orders.values()}) == 4


def test_conversations_are_shown_together(db):
    """All of a conversation comes in a row, in the order in which it was logged."""
    house = make_house(db, 20, conversations=4)
    desk = house.study(n=20, clusters=True)
    shown = [int(item.passages[0].text.split()[1][:-1]) for item in desk.lease("ann", 20, NOON)]
    runs = [shown[start : start + 5] for start in range(0, 20, 5)]
    assert all(len({number % 4 for number in run}) == 1 and run == sorted(run) for run in runs)


def test_skipping_asks_somebody_else(house):
    """A skipped item is done for the annotator, keeps the reason, and its slot goes to another."""
    desk = house.study(people_=("ann", "bob"), n=1)
    (item,) = desk.lease("ann", 1, NOON)
    desk.save("ann", [skip(item.id, "not my language")], at(1))
    assert desk.lease("ann", 1, at(2)) == []
    rating, _ = in_force(house)
    assert (rating.abstention.reason, rating.abstention.detail) == (Reason.SKIPPED, "not my language")
    assert ids(desk.lease("bob", 1, at(2))) == [item.id]
    (ack,) = desk.save("ann", [press(item.id)], at(3))
    assert (ack.saved, ack.version) == (True, 2)


def test_a_skip_that_is_taken_back_takes_the_slot_again(house):
    """Whoever rates a skipped item after all fills its slot, where it is still free."""
    desk = house.study(people_=("ann", "bob"), n=1)
    (item,) = desk.lease("ann", 1, NOON)
    desk.save("ann", [skip(item.id), press(item.id)], at(1))
    assert desk.lease("bob", 1, at(2)) == []


def test_haste_is_marked_only(house):
    """A rating given in less than the study's least time is saved like any other, and marked."""
    desk = house.study(least_seconds=3.0)
    items = desk.lease("ann", 2, NOON)
    acks = desk.save("ann", [press(items[0].id, seconds=2.9), press(items[1].id, seconds=3.0)], at(1))
    assert all(ack.saved for ack in acks)
    assert [past.rushed for past in desk.history("ann", limit=2)] == [False, True]


def test_repeats_have_ids_of_their_own(house):
    """A repeat is shown after other items, is stored beside the first rating, and takes no slot from others."""
    desk = house.study(n=30, repeats=1.0, people_=("ann",))
    seen = []
    for turn in range(80):
        items = desk.lease("ann", 1, at(turn))
        if not items:
            break
        seen.append((items[0].id, items[0].passages[0].text))
        desk.save("ann", [press(items[0].id)], at(turn))
    assert len(seen) == 60
    assert len({code for code, _ in seen}) == 60
    texts = [text for _, text in seen]
    gaps = [place - texts.index(text) for place, text in enumerate(texts) if texts.index(text) != place]
    assert len(gaps) == 30
    assert min(gaps) >= 5
    assert len(in_force(house)) == 60
    assert len(in_force(house, repeats=True)) == 120
    assert desk.progress("ann", at(100)) == replace(desk.progress("ann", at(100)), done=60, assigned=60)


def test_progress_is_fixed_where_everybody_rates_everything(house):
    """With as many raters as annotators the number is known; with more annotators it is not; a limit fixes it."""
    alone = house.study("alone", n=10, raters=1)
    assert (alone.progress("ann", NOON).done, alone.progress("ann", NOON).assigned) == (0, 10)
    crowd = house.study("crowd", n=10, raters=1, people_=("ann", "bob"))
    assert crowd.progress("ann", NOON).assigned is None
    people.assign(house.db, studies.find(house.db, "crowd"), "ann", most=2)
    assert len(crowd.lease("ann", 5, NOON)) == 2
    crowd.save("ann", [press(item.id) for item in crowd.lease("ann", 5, NOON)], at(1))
    assert crowd.lease("ann", 5, at(2)) == []
    assert crowd.progress("ann", at(2)).closed == "you have rated all that was meant for you"


def test_a_paused_study_gives_nothing_and_loses_nothing(house):
    """While it is paused nobody gets items; what is on its way is saved; a closed one takes no corrections."""
    desk = house.study()
    first, second, *_ = desk.lease("ann", 5, NOON)
    study = studies.find(house.db, "first")
    studies.set_state(house.db, study, State.PAUSED)
    assert desk.lease("ann", 5, at(1)) == []
    assert desk.progress("ann", at(1)).closed == "the study is paused"
    assert desk.save("ann", [press(first.id)], at(2))[0].saved
    studies.set_state(house.db, study, State.CLOSED)
    late, corrected = desk.save("ann", [press(second.id), press(first.id, "no")], at(3))
    assert late.saved
    assert corrected.reason == CLOSED
    studies.set_state(house.db, study, State.OPEN)
    assert desk.save("ann", [press(first.id, "no")], at(4))[0].saved


def test_only_annotators_of_the_study_may_act(house):
    """Every action asks the database: strangers, dismissed and removed people and other roles are refused."""
    desk = house.study(people_=("ann", "bob"))
    study = studies.find(house.db, "first")
    people.add(house.db, "eve", roles=[people.Role.OWNER])
    people.assign(house.db, study, "eve")
    (item, *_) = desk.lease("ann", 1, NOON)
    people.dismiss(house.db, study, "bob")
    people.remove(house.db, "ann")
    acts = (
        lambda name: desk.lease(name, 1, NOON),
        lambda name: desk.save(name, [press(item.id)], NOON),
        lambda name: desk.progress(name, NOON),
        lambda name: desk.history(name, limit=1),
        lambda name: desk.reopen(name, item.id),
    )
    for name in ("ann", "bob", "eve", "nobody"):
        for act in acts:
            with pytest.raises(UsageError, match=f"{name} is no annotator of study first"):
                act(name)


def test_the_desk_never_reads_what_a_judge_said(house):
    """No statement of any action names the table of judgements, or of the calls behind them."""
    desk = house.study(n=3, raters=2, people_=("ann", "bob"), repeats=0.5)
    front = StoredFrontDesk(house.db)
    said = []
    event.listen(house.db.engine, "before_cursor_execute", lambda *args: said.append(args[2].lower()))
    for turn in range(4):
        for name in ("ann", "bob"):
            items = desk.lease(name, 2, at(turn * 400))
            desk.save(name, [press(item.id) for item in items], at(turn * 400))
            desk.progress(name, at(turn))
            desk.reopen(name, items[0].id if items else "")
            desk.history(name, limit=5)
    front.who("x", NOON)
    front.desk("first").lease("ann", 2, NOON)
    assert len(said) > 50
    assert [text for text in said if "judgement" in text or "call" in text.split() or "run" in text.split()] == []


def test_blank_optional_fields_are_left_out(db):
    """A field that may be missing is not shown where it is, and metadata goes by its key."""
    reads = ["response", "reference", "metadata.place.city"]
    rubric = make_rubric(
        reads=reads, optional=["reference"], criteria=[make_rubric().criteria[1].model_dump(by_alias=True)]
    )
    house = make_house(db, 0, rubric=rubric)
    record = Record(id="a", response="Yes.", metadata={"place": {"city": "Ulm"}})
    datasets.add(db, house.dataset, [record, Record(id="b", response="No.", documents=(Document("x"),))])
    desk = house.study(n=5)
    (item,) = desk.lease("ann", 5, NOON)
    assert [(p.source, p.text, p.title) for p in item.passages] == [
        ("response", "Yes.", ""),
        ("metadata.place.city", "Ulm", "place.city"),
    ]


def test_there_is_no_such_study(house):
    """A desk of a study that is not there says which there are."""
    house.study("spring")
    with pytest.raises(NotFoundError, match=r"there is no study 'sprin'(.|\n)*did you mean 'spring'"):
        StoredDesk(house.db, "sprin")


def test_the_rubric_is_kept(house):
    """The study's rubric is in the database under its hash, as it was when the study was made."""
    house.study()
    assert judges.rubric(house.db, house.rubric.hash) == house.rubric


def test_leases_end_when_they_say(house):
    """A claim lasts exactly the study's lease."""
    desk = house.study(lease_seconds=60.0, people_=("ann", "bob"), n=1)
    desk.lease("ann", 1, NOON)
    assert desk.lease_seconds == 60.0
    assert desk.lease("bob", 1, NOON + timedelta(seconds=59.9)) == []
    assert len(desk.lease("bob", 1, NOON + timedelta(seconds=60))) == 1
