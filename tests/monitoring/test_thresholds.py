from collections import Counter
from datetime import timedelta

import pytest

from judge.monitoring.figure import Rated, corrected_rate, plain_figure, trend_of
from judge.monitoring.form import RuleForm
from judge.monitoring.histogram import Histogram
from judge.monitoring.thresholds import _crossed
from judge.monitoring.window import Window, bounds_of, window_of
from judge.stats.intervals import Estimate, Refused
from making import make_rubric
from traffic import START, after, traffic, write

SCALE = make_rubric().criteria[0].scale
DAY = timedelta(days=1)
WINDOW = Window(1, "*", "*", *bounds_of(window_of(START, DAY), DAY))


def series(polite, rude):
    return Histogram(Counter({"polite": polite, "rude": rude}), float(rude), float(rude))


def rated(cells, time):
    return [Rated(said, truth == "rude", time) for said, truth, count in cells for _ in range(count)]


CELLS = [("polite", "polite", 72), ("rude", "polite", 8), ("polite", "rude", 4), ("rude", "rude", 16)]


def test_error_rates_are_carried_over():
    """Without ratings in the window the rate is Rogan and Gladen's: (.3 + .9 - 1)/(.9 + .8 - 1) = 2/7."""
    found = corrected_rate(series(70, 30), rated(CELLS, START - 9 * DAY), SCALE, [WINDOW], 0.95)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(2 / 7)
    assert found.low < 2 / 7 < found.high


def test_ratings_of_the_window_go_first():
    """With ratings in the window it is post-stratified: .7·4/76 + .3·16/24."""
    found = corrected_rate(series(700, 300), rated(CELLS, START), SCALE, [WINDOW], 0.95)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(0.7 * 4 / 76 + 0.3 * 16 / 24)


def test_no_ratings_no_figure():
    """Without ratings there is no corrected figure, and the refusal says what to do."""
    found = corrected_rate(series(70, 30), [], SCALE, [WINDOW], 0.95)
    assert isinstance(found, Refused)
    assert found.needed.startswith("rate until")
    assert isinstance(corrected_rate(Histogram(), [], SCALE, [WINDOW], 0.95), Refused)
    assert isinstance(plain_figure("latency", Histogram(), None, 0.95), Refused)


def test_trend_by_hand():
    """A line of slope 1 with errors 1 over five windows has a slope of √10 standard errors."""
    assert trend_of([0, 1, 2, 3, 4], [1] * 5) == pytest.approx(10**0.5)


@pytest.mark.parametrize(
    ("value", "living", "level"),
    [(5, False, "alert"), (3.5, False, "warn"), (2.5, False, None), (2.5, True, "warn"), (1.5, True, None)],
)
def test_hysteresis(value, living, level):
    """An alert comes above its bound, a warning above `warn`, and either goes on until the value is below `clear`."""
    rule = RuleForm(name="a", watch="latency", above=4, warn=3, clear=2)
    assert _crossed(rule, value, living=living) == level
    mirrored = RuleForm(name="a", watch="latency", below=-4, warn=-3, clear=-2)
    assert _crossed(mirrored, -value, living=living) == level


def test_rules_from_the_command_line(judge, tmp_path):
    """A figure beyond its bound, one without ratings, and silence are told; silence ends when records come again."""
    rules = """
alerts:
  - {name: slow, watch: latency, above: 0.5}
  - {name: liked, watch: feedback, below: 0.1}
  - {name: silence, absent: 30h}
"""
    (tmp_path / "watch.yaml").write_text("name: w\ndataset: d\nfiles: a.jsonl" + rules)
    write(tmp_path / "a.jsonl", traffic(2))
    done = judge("watch", "watch.yaml", "--now", after(2), "--json")
    assert (done.code, [alert["key"] for alert in done.json["living"]]) == (1, ["threshold:slow"])
    done = judge("watch", "watch.yaml", "--now", after(5), "--json")
    assert {alert["key"] for alert in done.json["living"]} == {"threshold:slow", "absent:silence"}
    write(tmp_path / "a.jsonl", traffic(5))
    done = judge("watch", "watch.yaml", "--now", after(5), "--json")
    assert [alert["key"] for alert in done.json["living"]] == ["threshold:slow"]
    told = {alert["key"]: alert["state"] for alert in done.json["alerts"]}
    assert told["absent:silence"] == "resolved"
