import pytest
from house import ALL_ROLES, NOON, at, judged, press, skip
from sqlalchemy import event

from judge.errors import UsageError
from judge.labeling import people
from judge.labeling.adjudicating import Adjudication
from judge.labeling.desk import Answer, Mark
from judge.labeling.people import ADJUDICATED, Role
from judge.store import ratings

NAMES = ("ann", "bob", "cas")


@pytest.fixture
def room(house):
    """A study of four items, each rated by three: two disputed on `supported`, one of them on `tone` too."""
    desk = house.study(n=4, raters=3, people_=NAMES)
    people.add(house.db, "boss", roles=ALL_ROLES)
    codes = sorted(item.id for item in desk.lease("ann", 4, NOON))
    said = {
        "ann": [("yes", "2"), ("yes", "2"), ("yes", "1"), ("no", "2")],
        "bob": [("yes", "2"), ("no", "2"), ("no", "3"), ("no", "2")],
        "cas": [("yes", "2"), ("no", "2"), ("yes", "2"), ("no", "2")],
    }
    for name in NAMES:
        for _ in range(4):
            for item in desk.lease(name, 4, at(1)):
                supported, tone = said[name][codes.index(item.id)]
                desk.save(name, [press(item.id, supported, tone, note=f"{name} says")], at(2))
    return house, Adjudication(house.db, "first"), codes


def test_the_queue_is_what_raters_differ_on(room):
    """Items with two different answers wait; agreed ones are there only where everything is asked for."""
    _, adjudication, codes = room
    assert sorted(adjudication.queue("boss")) == sorted(codes[1:3])
    assert sorted(adjudication.queue("boss", everything=True)) == codes


def test_raters_are_letters(room):
    """Who said what is not told: letters in an order that differs between items, and stays for each."""
    _, adjudication, codes = room
    case = adjudication.case("boss", codes[1])
    assert case == adjudication.case("boss", codes[1])
    assert [voice.rater for voice in case.voices["supported"]] == ["A", "B", "C"]
    assert sorted(voice.score for voice in case.voices["supported"]) == ["no", "no", "yes"]
    assert (case.disputed, case.open) == (("supported",), ("supported",))
    assert [passage.source for passage in case.passages] == ["question", "documents[1]", "response"]
    told = repr(case.voices).replace("ann says", "").replace("bob says", "").replace("cas says", "")
    assert not any(name in told for name in NAMES)


def test_letters_are_shuffled_between_items(house):
    """Over many items every annotator stands in every place."""
    desk = house.study(n=30, raters=3, people_=NAMES)
    people.add(house.db, "boss", roles=ALL_ROLES)
    value = {"ann": "1", "bob": "2", "cas": "3"}
    for _ in range(40):
        for name in NAMES:
            desk.save(name, [press(item.id, "yes", value[name]) for item in desk.lease(name, 10, at(1))], at(2))
    adjudication = Adjudication(house.db, "first")
    queue = adjudication.queue("boss")
    assert len(queue) == 30
    orders = {tuple(voice.score for voice in adjudication.case("boss", code).voices["tone"]) for code in queue}
    assert {order[0] for order in orders} == {"1", "2", "3"}
    assert len(orders) >= 5


def test_a_decision_is_gold_with_its_trail(room):
    """What is decided becomes the gold rating; what was seen, who decided and why is kept; no rating is touched."""
    house, adjudication, codes = room
    before = house.rows("SELECT id, annotator, score, version FROM rating ORDER BY id")
    answer = Answer("supported", "no", marks=(Mark("response", 0, 8),))
    case = adjudication.decide("boss", codes[1], [answer], at(9), note="Nowhere in the text.")
    assert case.open == ()
    decision = case.decisions["supported"]
    assert (decision.score, decision.by, decision.version, decision.note) == ("no", "boss", 1, "Nowhere in the text.")
    assert codes[1] not in adjudication.queue("boss")
    gold = [r for _, _, r in ratings.stream(house.db, house.dataset, house.rubric) if r.gold]
    assert [(r.annotator, r.criterion, r.score, r.note) for r in gold] == [
        (ADJUDICATED, "supported", "no", "Nowhere in the text.")
    ]
    assert gold[0].evidence[0].text == "Response"
    assert gold[0].inclusion_probability == pytest.approx(4 / 30)
    assert house.rows("SELECT id, annotator, score, version FROM rating WHERE NOT gold ORDER BY id") == before
    (seen,) = house.rows("SELECT seen FROM adjudication")
    assert all(name in str(seen[0]) for name in NAMES)
    assert house.rows("SELECT kind FROM event WHERE kind = 'decided'") == [("decided",)]


def test_a_decision_can_be_taken_back(room):
    """Deciding again is a new version of the gold rating; the first stays on record."""
    house, adjudication, codes = room
    adjudication.decide("boss", codes[1], [Answer("supported", "no")], at(9))
    case = adjudication.decide("boss", codes[1], [Answer("supported", "yes")], at(10))
    assert (case.decisions["supported"].score, case.decisions["supported"].version) == ("yes", 2)
    gold = [r for _, _, r in ratings.stream(house.db, house.dataset, house.rubric) if r.gold]
    assert [r.score for r in gold] == ["yes"]
    assert house.rows("SELECT score, version FROM rating WHERE gold ORDER BY version") == [("no", 1), ("yes", 2)]


def test_the_judge_is_hidden_until_the_decision(room):
    """Before a criterion is decided nothing that is read even names the judgements; after it, its score is shown."""
    house, adjudication, codes = room
    judged(house, ["yes"] * 30)
    said = []
    listener = lambda *args: said.append(args[2])  # noqa: E731 - one line, taken off below
    event.listen(house.db.engine, "before_cursor_execute", listener)
    adjudication.queue("boss")
    adjudication.case("boss", codes[1])
    assert adjudication.judge_said("boss", codes[1]) == {}
    assert not any("judgement" in text for text in said)
    event.remove(house.db.engine, "before_cursor_execute", listener)
    adjudication.decide("boss", codes[1], [Answer("supported", "no")], at(9))
    (opinion,) = adjudication.judge_said("boss", codes[1])["supported"]
    assert (opinion.model, opinion.score, opinion.run) == ("m", "yes", 1)


def test_a_skip_is_no_vote(house):
    """An item that one rated and one skipped is disputed: somebody could not decide."""
    desk = house.study(n=1, raters=2, people_=("ann", "bob"))
    people.add(house.db, "boss", roles=ALL_ROLES)
    (item,) = desk.lease("ann", 1, NOON)
    desk.save("ann", [press(item.id)], at(1))
    desk.save("bob", [skip(desk.lease("bob", 1, at(1))[0].id)], at(2))
    (code,) = Adjudication(house.db, "first").queue("boss")
    voices = Adjudication(house.db, "first").case("boss", code).voices["supported"]
    assert sorted((voice.score or "", voice.reason) for voice in voices) == [("", "skipped"), ("yes", "")]


def test_only_adjudicators(room):
    """Every method asks for the role."""
    house, adjudication, codes = room
    people.add(house.db, "eve", roles=[Role.OWNER, Role.ANNOTATOR])
    acts = (
        lambda: adjudication.queue("eve"),
        lambda: adjudication.case("eve", codes[1]),
        lambda: adjudication.decide("eve", codes[1], [Answer("supported", "no")], NOON),
        lambda: adjudication.judge_said("eve", codes[1]),
    )
    for act in acts:
        with pytest.raises(UsageError, match="eve is no adjudicator"):
            act()
    assert house.rows("SELECT count(*) FROM adjudication") == [(0,)]


def test_what_cannot_be_decided(room):
    """A value off the scale, an unknown item, and one that too few have rated are refused with the reason."""
    house, adjudication, codes = room
    with pytest.raises(UsageError, match="'maybe' is not on the scale of supported"):
        adjudication.decide("boss", codes[1], [Answer("supported", "maybe")], NOON)
    with pytest.raises(UsageError, match="study first has no item 'x'"):
        adjudication.case("boss", "x")
    desk = house.study("second", n=1, raters=2, people_=("ann",))
    (item,) = desk.lease("ann", 1, NOON)
    desk.save("ann", [press(item.id)], at(1))
    with pytest.raises(UsageError, match="two annotators must have rated an item"):
        Adjudication(house.db, "second").case("boss", item.id)


def test_nobody_decides_on_what_no_longer_stands(room):
    """A decision that names what was seen is refused once that has changed, and taken while it stands."""
    _, adjudication, codes = room
    seen = adjudication.case("boss", codes[1]).seen
    assert adjudication.case("boss", codes[1]).seen == seen
    adjudication.decide("boss", codes[1], [Answer("supported", "no")], at(3), seen=seen)
    with pytest.raises(UsageError, match="has changed since"):
        adjudication.decide("boss", codes[1], [Answer("supported", "yes")], at(4), seen=seen)
    assert adjudication.case("boss", codes[1]).decisions["supported"].score == "no"
