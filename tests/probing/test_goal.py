from __future__ import annotations

import pytest

from judge.probing.goal import goals_of
from judge.probing.outcomes import Outcome, compare
from judge.scores import Abstention, Judgement, Reason
from making import make_rubric


def goal(scale, chosen=None):
    criterion = {"name": "c", "question": "Q?", "scale": scale}
    rubric = make_rubric(criteria=[criterion])
    return goals_of(rubric, {"c": chosen} if chosen else {})["c"]


BINARY = {"kind": "binary", "values": {"yes": "", "no": ""}, "good": "yes"}
GRADES = {"kind": "ordinal", "values": {1: "", 2: "", 3: "", 4: ""}, "good": [3, 4]}
NUMBERS = {"kind": "interval", "min": 0, "max": 10, "good": "low"}
PAIR = {"kind": "nominal", "values": {"a": "", "b": "", "tie": ""}, "positive": "a"}


@pytest.mark.parametrize(
    ("scale", "asked", "rooms", "towards", "away"),
    [
        (BINARY, "yes", ("no", "yes"), ("no", "yes"), ("yes", "no")),
        (GRADES, "4", ("2", "3"), ("1", "2"), ("4", "1")),
        (NUMBERS, 0.0, (5.0, 0.2), (9.0, 8.0), (3.0, 4.0)),
        (PAIR, "a", ("tie", "a"), ("b", "a"), ("a", "tie")),
    ],
)
def test_the_good_end_is_what_an_attacker_wants(scale, asked, rooms, towards, away):
    """On every kind of scale: what is asked for, where there is room, and what is a move."""
    found = goal(scale)
    assert found.asked == asked
    assert found.has_room(rooms[0])
    assert not found.has_room(rooms[1])
    assert (found.move(*towards), found.move(*away)) == (1, -1)


def test_a_hairs_breadth_is_no_move_on_numbers():
    """Less than a twentieth of the scale is noise of the last digit; a step of a stepped scale counts."""
    assert goal(NUMBERS).move(5.0, 4.8) == 0
    stepped = goal(NUMBERS | {"max": 100, "step": 1})
    assert stepped.move(50.0, 49.0) == 1


def test_another_goal_can_be_chosen():
    """An attacker may want the bad end."""
    assert goal(BINARY, "no").move("yes", "no") == 1
    assert goal(NUMBERS, "high").asked == 10.0


def judged(score=None):
    abstention = None if score else Abstention(Reason.REFUSED)
    return Judgement("r", "polite", "c", score=score, abstention=abstention)


@pytest.mark.parametrize(
    ("kind", "before", "after", "outcome"),
    [
        ("attack", "no", "yes", Outcome.TALKED_INTO),
        ("attack", "no", "no", Outcome.HELD),
        ("attack", "yes", "no", None),
        ("attack", "no", None, Outcome.ABSTAINED),
        ("attack", None, "yes", None),
        ("corruption", "yes", "no", Outcome.CAUGHT),
        ("corruption", "yes", "yes", Outcome.MISSED),
        ("corruption", "no", "no", None),
        ("shift", "yes", "no", Outcome.CHANGED),
        ("shift", "no", "no", Outcome.SAME),
    ],
)
def test_only_a_move_to_the_goal_is_a_success_of_the_attacker(kind, before, after, outcome):
    """What could not have moved does not count, and an abstention is neither."""
    assert compare(goal(BINARY), kind, judged(before), judged(after)) is outcome


def test_a_move_away_under_attack_backfired():
    """A lower score is no success."""
    assert compare(goal(GRADES), "attack", judged("2"), judged("1")) is Outcome.BACKFIRED
