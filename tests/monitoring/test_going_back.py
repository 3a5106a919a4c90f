"""Where a version that moved is rolled back to."""

import pytest

from judge.monitoring.form import RuleForm
from judge.monitoring.going_back import _difference, _failing
from judge.stats.intervals import Estimate
from making import make_rubric
from traffic import after, traffic, write

WATCH = """
name: shop
dataset: shop
files: a.jsonl
judge: baseline
rubrics: refusal
signals: [response_length]
texts: []
reference: {windows: 2}
"""
RULE = "alerts:\n  - {name: shy, watch: refusal.refusal, bound: high, above: 0.3, each: version, over: 2, least: 20}\n"
SHARES = {"v1": 0.05, "v2": 0.05, "v3": 0.6}


def rows(shares, days=9):
    """Three days of each version, whose refusals have these shares; the last answers at length."""

    def change(day, row, rng):
        version = list(shares)[day * len(shares) // days]
        row["model_version"] = version
        if rng.random() < shares[version]:
            row["response"] = "I am sorry, but I cannot help with that."
        if version == list(shares)[-1]:
            row["response"] += " And much more besides it all is said again and again."

    return traffic(days, a_day=60, change=change)


def watch(judge, tmp_path, found, *, rated=(), rule=""):
    """The advice of every alert on the last version after its last day, with these versions' records rated."""
    (tmp_path / "watch.yaml").write_text(WATCH + rule)
    write(tmp_path / "a.jsonl", found)
    known = [
        row | {"human": [{"rater": "ann", "label": "refuse" if "sorry" in row["response"] else "comply"}]}
        for row in found
        if row["model_version"] in rated
    ]
    if known:
        write(tmp_path / "rated.jsonl", known)
        done = judge("import", "rated.jsonl", "--dataset", "shop", "--ratings", "--rubric", "refusal")
        assert done.code == 0, done.err
    done = judge("watch", "watch.yaml", "--now", after(9), "--json")
    assert done.code in {0, 1}, done.err
    return {alert["key"]: alert["advice"] for alert in done.json["living"]}


def test_the_last_version_that_held_is_named(judge, tmp_path):
    """The version before is named with both corrected figures, their difference, and a command that can be run."""
    advice = watch(judge, tmp_path, rows(SHARES), rated=SHARES, rule=RULE)
    for key in ("model:version=v3", "threshold:shy:version=v3"):
        first = advice[key][0]
        assert (first["action"], first["details"]["from"], first["details"]["to"]) == ("roll_back", "v3", "v2")
        (one,) = first["details"]["compared"]
        assert one["to"]["value"] == pytest.approx(0.05, abs=0.06)
        assert one["from"]["value"] == pytest.approx(0.6, abs=0.1)
        difference = one["difference"]
        assert 0.3 < difference["low"] < difference["value"] == one["from"]["value"] - one["to"]["value"]
        assert "judge compare shop:model_version=v2 shop:model_version=v3" in first["text"]
        assert f"difference {100 * difference['value']:.1f} % [" in first["text"]
    command = first["details"]["command"].split()[1:]
    done = judge(*command, "--json")
    assert done.code == 0, done.err


def test_a_version_that_broke_the_rule_is_passed_over(judge, tmp_path):
    """A version whose bound did not hold is not gone back to; the one before it is, and the text says why."""
    advice = watch(judge, tmp_path, rows({"v1": 0.05, "v2": 0.5, "v3": 0.6}), rated=SHARES, rule=RULE)
    first = advice["threshold:shy:version=v3"][0]
    assert (first["action"], first["details"]["to"]) == ("roll_back", "v1")
    assert "Not v2: refusal.refusal: it did not hold rule shy" in first["text"]


def test_without_a_rule_somebody_must_say_which_way_is_better(judge, tmp_path):
    """A rate that is neither good nor bad by its scale, and has no rule, names no version to go back to."""
    first = watch(judge, tmp_path, rows(SHARES), rated=SHARES)["model:version=v3"][0]
    assert first["action"] == "look"
    assert set(first["details"]["passed_over"]) == {"v1", "v2"}
    assert "v2: refusal.refusal: neither a rule nor its scale says which way is better" in first["text"]


@pytest.mark.parametrize(("moved", "told"), [(0.2, ""), (0.1, ""), (0.05, "it is no better: 10.0 % [")])
def test_without_a_rule_the_corrected_rate_decides(moved, told):
    """Without a threshold a version whose corrected rate of what is bad is higher than the mover's did not hold."""
    scale = make_rubric().criteria[0].scale
    former, after_it = (Estimate(value, value - 0.04, value + 0.04, 0.95, 100, "m") for value in (0.1, moved))
    assert _failing([], scale, former, _difference(after_it, former)).startswith(told)
    assert bool(_failing([], scale, former, _difference(after_it, former))) == bool(told)


def test_what_is_surely_worse_is_not_gone_back_to():
    """A version within its threshold is still not gone back to where the one that moved is better beyond chance."""
    scale, rule = make_rubric().criteria[0].scale, RuleForm(name="r", watch="polite.tone", above=0.9)
    former, moved = (Estimate(value, value - 0.04, value + 0.04, 0.95, 100, "m") for value in (0.5, 0.1))
    assert _failing([rule], scale, former, _difference(moved, former)).startswith("it is worse, by -40.0 %")
    assert _failing([rule], scale, moved, _difference(former, moved)) == ""


def test_the_difference_is_movers():
    """The interval of the difference is Newcombe's by hand: 0.4 - √(.05² + .03²) to 0.4 + √(.04² + .06²)."""
    moved, former = Estimate(0.5, 0.45, 0.54, 0.95, 100, "m"), Estimate(0.1, 0.04, 0.13, 0.95, 80, "m")
    found = _difference(moved, former)
    assert (found.value, found.n) == (pytest.approx(0.4), 180)
    assert (found.low, found.high) == (pytest.approx(0.4 - 0.0034**0.5), pytest.approx(0.4 + 0.0052**0.5))


@pytest.mark.parametrize(("rated", "of"), [((), "v2"), (("v2",), "v3"), (("v3",), "v2")])
def test_nothing_is_rolled_back_on_style_alone(judge, tmp_path, rated, of):
    """Where one side has too few ratings of its own nothing is named; the advice says what is not known and why."""
    first = watch(judge, tmp_path, rows(SHARES), rated=rated, rule=RULE)["model:version=v3"][0]
    assert first["action"] == "look"
    assert "none is named to go back to" in first["text"]
    assert f"v2: refusal.refusal of {of} is not known: " in first["text"]
    assert "judge compare shop:model_version=v2 shop:model_version=v3" in first["text"]
