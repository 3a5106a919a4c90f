"""Assigning conversations to versions."""

from __future__ import annotations

from collections import Counter

import pytest

import judge
from judge.assigning import assign, share
from judge.errors import UsageError

IDS = [f"c-{number}" for number in range(20_000)]


def test_the_same_conversation_meets_the_same_version():
    """What was assigned once is assigned for good: these values may never change."""
    weights = {"v1": 0.5, "v2": 0.5}
    assert [assign(f"c-{n}", "greeting", weights) for n in range(8)] == FIRST_EIGHT
    assert judge.assign("c-3", "greeting", weights) == FIRST_EIGHT[3]


FIRST_EIGHT = ["v2", "v2", "v2", "v2", "v1", "v2", "v1", "v1"]


def test_shares_are_kept():
    """Each version gets its share of the traffic, to within chance."""
    counts = Counter(assign(name, "e", {"a": 7, "b": 2, "none": 0, "c": 1}) for name in IDS)
    assert counts["none"] == 0
    for name, wanted in (("a", 0.7), ("b", 0.2), ("c", 0.1)):
        assert counts[name] / len(IDS) == pytest.approx(wanted, abs=0.012)


def test_experiments_are_independent():
    """Whom a conversation meets in one experiment, or under one salt, says nothing of another."""
    for other in ({"experiment": "f"}, {"experiment": "e", "salt": "s"}):
        both = Counter((assign(name, "e"), assign(name, **other)) for name in IDS)
        assert all(count / len(IDS) == pytest.approx(0.25, abs=0.015) for count in both.values())


def test_ramping_up_moves_nobody_back():
    """A raised share of the second version keeps everyone who met it already."""
    before = {name for name in IDS if assign(name, "e", {"old": 0.9, "new": 0.1}) == "new"}
    after = {name for name in IDS if assign(name, "e", {"old": 0.5, "new": 0.5}) == "new"}
    assert before < after


def test_parts_of_the_name_do_not_run_together():
    """Conversation, experiment and salt are told apart, wherever one ends and the next begins."""
    assert share("bc", "a") != share("c", "ab")
    assert share("c", "ab") != share("c", "b", salt="a")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("", "e"), "needed"),
        (("c", ""), "needed"),
        (("c", "e", {}), "no version"),
        (("c", "e", {"a": 0}), "no version"),
        (("c", "e", {"a": -1, "b": 2}), "no share"),
        (("c", "e", {"a": float("nan")}), "no share"),
    ],
)
def test_what_cannot_be_assigned(arguments, message):
    """Weights that are no shares, and empty names, are told."""
    with pytest.raises(UsageError, match=message):
        assign(*arguments)
