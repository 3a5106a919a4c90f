"""The two orders of a pair are one judgement."""

from judge.scores import Reason
from judge.store.orders import agreed, combined, first_of_each, one_of, repeats_of

BOTH = {"orders": ["ab", "ba"]}


def row(score, *, reason=None, why="", repeat=0, quotes=None, chance=None, **more):
    told = {"rationale": why, "evidence": quotes, "probabilities": chance, "contested": None}
    return {"score": score, "reason": reason, "repeat": repeat} | told | more


def test_which_repeats_belong_together():
    """A judge that asks one way has one repeat a turn; one that asks both ways has two."""
    assert repeats_of({}) == (0,)
    assert repeats_of({}, turn=3) == (3,)
    assert repeats_of(BOTH) == (0, 1)
    assert repeats_of(BOTH, turn=3) == (6, 7)


def test_what_both_orders_come_to():
    """The same score twice is that score; anything else is none, with its reason."""
    assert agreed([("a", None), ("a", None)]) == ("a", None)
    assert agreed([("a", None), ("b", None)]) == (None, Reason.ORDERS_DIFFER)
    assert agreed([("tie", None), ("b", None)]) == (None, Reason.ORDERS_DIFFER)
    assert agreed([("a", None), (None, "cut")]) == agreed([(None, "cut"), ("a", None)]) == (None, "cut")
    assert agreed([("a", None)]) == (None, Reason.INCOMPLETE)
    assert agreed([(None, "cut")]) == (None, "cut")


def test_reasons_evidence_and_probabilities_are_of_both():
    """Each rationale says which order it is of; quotes of both are kept once; probabilities are the mean."""
    quote = ["response", "x", 0, 1, ""]
    first = row("a", why="It is long.", quotes=[quote], chance={"a": 0.9, "b": 0.1})
    second = row("a", why="It is kind.", quotes=[quote], chance={"a": 0.5, "b": 0.5})
    found = one_of([first, second])
    assert found["rationale"] == "as shown: a: It is long.\nthe other way round: a: It is kind."
    assert found["evidence"] == [quote]
    assert found["probabilities"] == {"a": 0.7, "b": 0.3}
    assert one_of([first, {**second, "score": "b"}])["probabilities"] is None
    assert one_of([first, {**first, "repeat": 1}])["rationale"] == "It is long."


def test_only_pairs_are_combined():
    """Rows of a judge that asks one way pass as they are."""
    rows = [row("a"), row("b", repeat=1)]
    assert list(combined(rows, both=False, place=id)) == rows
    (one,) = combined(rows, both=True, place=lambda _: 0)
    assert one["reason"] == Reason.ORDERS_DIFFER


def test_the_first_turn_of_each_judge():
    """Of every judge in every run only the first turn counts: one repeat, or both orders."""
    place = {"run_id": 1, "criterion": "c", "record_id": 7}
    lone = [row(score, repeat=repeat, fingerprint="one", **place) for repeat, score in enumerate("ab")]
    pair = [row(score, repeat=repeat, fingerprint="two", **place) for repeat, score in enumerate("aabb")]
    found = list(first_of_each([*lone, *pair], {"two"}))
    assert [(each["fingerprint"], each["score"]) for each in found] == [("one", "a"), ("two", "a")]
