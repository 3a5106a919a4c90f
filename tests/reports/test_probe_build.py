from __future__ import annotations

from judge.probing.outcomes import FamilyResult, kind_of
from judge.reports.probe_build import untried
from judge.stats.intervals import Refused, wilson

ROOM = Refused("no record left room", "probe others", "")


def _family(name, rate, counts):
    return FamilyResult("supported", name, kind_of(name), 0, 0, counts, 0, rate, ROOM, ROOM, ROOM)


def test_families_that_could_not_be_tried_are_one_sentence():
    """The reason stands once, not on a line for every family."""
    told = untried([_family("override", ROOM, {}), _family("appeal", ROOM, {})])
    assert told == "None of the 2 families could be tried (no record left room)."


def test_a_family_that_has_something_to_say_keeps_the_table():
    """A rate, an abstention or another reason is never folded away, and neither is a single family."""
    other = Refused("it rests on 2 records; 5 are needed", "probe 3 more", "")
    for rate, counts in ((wilson(1, 5), {"held": 4}), (ROOM, {"abstained": 3}), (other, {})):
        assert not untried([_family("override", ROOM, {}), _family("appeal", rate, counts)])
    assert not untried([_family("override", ROOM, {})])
